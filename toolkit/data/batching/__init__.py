"""Lists of token ids in batches of a few fixed shapes, whatever they stand for."""
