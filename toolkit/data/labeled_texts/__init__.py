"""Texts with a label each: reading, cleaning, numbering and batching them."""
