"""A sitting on paper before it begins: its plan, its preparation, its agenda template, what is declared for it."""
