import re

from toolkit.text.line_breaks import LINE_BREAKS, one_line


def test_one_line_has_no_break_that_anything_splits_at():
    assert one_line("a\nb\r\nc\x0bd\x85e\u2028f\u2029g\th") == "a b c d e f g\th"


def test_a_line_break_is_what_python_splits_at():
    breaks = {chr(code) for code in range(0x110000) if len(f"a{chr(code)}b".splitlines()) == 2}
    assert breaks == {chr(code) for code in range(0x110000) if re.fullmatch(LINE_BREAKS, chr(code))}
