"""Processes around the web: the relay that rings the queue, the workers that keep promises, and their supervisor."""
