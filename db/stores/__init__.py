"""Writes, one file an area. Each store works inside the transaction of the `Work` that opened it."""
