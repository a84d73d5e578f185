"""Sittings and lists that come as a folder of files."""
