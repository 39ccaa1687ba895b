"""The ledger of scarce goods: lots, holders and append-only transfers between them, chained so that an edit shows."""
