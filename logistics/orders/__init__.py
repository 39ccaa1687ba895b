"""The promise: merchants, stores, products, campaigns and the orders of households."""
