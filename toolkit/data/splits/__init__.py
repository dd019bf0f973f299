"""Which text is in which split, what a report says of each, and how far a small one is to be trusted."""
