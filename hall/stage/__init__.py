"""What is done on stage: rounds, segments, questions, comments, the order of the agenda; and what the console says of it."""
