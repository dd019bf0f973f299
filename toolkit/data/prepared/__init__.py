"""Data that were cleaned, split and turned into token ids once: how many machines make them, and how they are read."""
