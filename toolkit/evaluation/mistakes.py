"""How much of its mistakes a result keeps."""

MISTAKES_SHOWN = 10
EXCERPT_LENGTH = 200
"""Characters of a text."""


def excerpt(text: str) -> str:
    """Returns a text with its white space collapsed, cut to `EXCERPT_LENGTH` characters."""
    text = " ".join(text.split())
    return text if len(text) <= EXCERPT_LENGTH else text[: EXCERPT_LENGTH - 1] + "…"
