"""Times of a route whose order is given: who may serve, trips and their legs, and when everything happens."""
