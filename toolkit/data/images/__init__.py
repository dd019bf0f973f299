"""Image files of all kinds to pixels of one size, in Python and in a TensorFlow graph."""
