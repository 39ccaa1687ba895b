"""Which stops no vehicle could serve even alone, and what is missing: whole fleets and whole cities at once."""
