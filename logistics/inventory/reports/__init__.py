"""Daily and zero reports: computed from the ledger at a cut-off, confirmed, never edited, corrected in the open."""
