"""Communities ask for supplies and are classed, over HTTP."""
