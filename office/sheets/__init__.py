"""The Excel form: what it looks like, how it is read, every fault with its place and cure."""
