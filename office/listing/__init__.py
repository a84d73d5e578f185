"""The list: its items, their one door, their views, archives, Excel, reconciliation and disclosure."""
