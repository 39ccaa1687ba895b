"""Large problems, split into parts that are solved side by side and split anew every round."""
