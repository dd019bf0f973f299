"""Documents for language models: reading them in parts, keeping their tokens on disk, cutting them into windows."""
