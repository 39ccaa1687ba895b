"""The journey: vehicles, plans, stops; the engine that decides them is a library of its own."""
