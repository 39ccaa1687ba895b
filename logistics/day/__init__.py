"""A delivery day from orders to manifests: imported or made up, run phase by phase, summed up and exported."""
