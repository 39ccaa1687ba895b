"""Requests of communities, and the rounds in which an office shares a scarce item out among them."""
