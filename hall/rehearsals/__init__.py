"""Rehearsals: a database of their own, and simulated phones."""
