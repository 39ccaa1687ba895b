"""Who and where: the tree, compounds and their gates, households, delivery points."""
