"""What the hall knows at this moment: one snapshot a sitting, the clock, whose turn it is, who is there."""
