"""The life of a campaign: its terms, its way through the street office, what makes it form, and the words that tell
of it."""
