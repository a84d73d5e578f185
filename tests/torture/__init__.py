"""The torture: every fault that a hall can produce, done to the real server. `make torture` runs it."""
