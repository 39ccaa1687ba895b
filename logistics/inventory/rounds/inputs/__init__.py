"""What a round is computed from: read from the tables, and written down so that anyone can compute it again."""
