"""What goes onto paper: badges, ballots, signature pages, documents, the mark of a rehearsal."""
