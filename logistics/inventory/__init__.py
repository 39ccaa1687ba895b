"""Scarce goods: items, the append-only ledger, and rules that share out what is short."""
