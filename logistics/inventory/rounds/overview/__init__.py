"""What offices see of their rounds, and communities of what they were given."""
