"""What a hall, and the public, looks at: the wall, the reveal, the board."""
