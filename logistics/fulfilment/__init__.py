"""The basket: waves released to picking, and batches per store, delivery point, window and kind."""
