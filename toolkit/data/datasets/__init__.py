"""Data sets of our own, a TFDS builder in a folder each."""
