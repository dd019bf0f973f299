"""How much of its mistakes a result keeps."""

MISTAKES_SHOWN = 10
EXCERPT_LENGTH = 200
"""Characters of a text."""
