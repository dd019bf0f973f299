"""HTML line breaks, the one piece of markup that review texts carry in numbers."""

import re

LINE_BREAK = r"(?i)<br\s*/?>"
"""What is replaced by a newline; the same expression means the same to `re` and to `tf.strings.regex_replace`."""

_LINE_BREAK = re.compile(LINE_BREAK)


def replace_line_breaks(text: str) -> str:
    """Returns the text with every HTML line break replaced by a newline."""
    return _LINE_BREAK.sub("\n", text)
