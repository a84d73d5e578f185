"""Look-backs: who visits what, what the visitors found, what it is worth."""
