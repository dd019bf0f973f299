"""Texts that UTF-8 can hold."""


def well_formed(text: str) -> str:
    """Returns a text that UTF-8 can hold."""
    # SentencePiece refuses a lone surrogate, which JSON may bring. Its bytes are not UTF-8 and become U+FFFD, as they do in the graph.
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
