"""The cellar: tables, transactions, and the append-only audit record. SQL lives here and nowhere else."""
