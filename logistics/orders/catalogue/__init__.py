"""What merchants sell: products, bundles, prices with their history, and the offices' price ceilings."""
