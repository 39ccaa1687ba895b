"""The problem as a model of OR-Tools' routing library."""
