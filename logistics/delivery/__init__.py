"""The handover: manifests, proof of delivery, and the redemption of pickup codes."""
