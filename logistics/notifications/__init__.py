"""The message: a row written with the change it tells of."""
