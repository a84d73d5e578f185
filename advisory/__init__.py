"""The advisory view: floats live here and in plots, nowhere else. Never official, never in place of an official number."""
