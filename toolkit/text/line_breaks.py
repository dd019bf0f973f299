"""What would split a text into lines."""

import re

LINE_BREAKS = "[\n-\r\x1c-\x1e\x85\u2028\u2029]+"
"""Where `str.splitlines` splits, as a regular expression of Python and of TensorFlow."""

_line_breaks = re.compile(LINE_BREAKS)


def one_line(text: str) -> str:
    """Returns a text with a space for each line break in it, so that it stays one line of a file."""
    return _line_breaks.sub(" ", text)
