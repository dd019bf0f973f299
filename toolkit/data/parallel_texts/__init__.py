"""Sentences with their translations: reading, filtering and batching them."""
