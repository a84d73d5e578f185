"""Reads for screens and use cases: a connection in, values out. Nothing here writes."""
