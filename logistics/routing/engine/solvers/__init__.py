"""Ways to solve a problem, all behind `protocol.Solver`."""
