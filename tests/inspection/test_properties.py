import numpy as np
import pytest

from toolkit.inspection.properties import PROPERTIES, at_steps, bracket_depth, inside_quotes, matching, position_in_line, word_length


def digits(values):
    return "".join(str(int(value)) for value in values)


@pytest.mark.parametrize(
    ("of", "text", "expected"),
    [
        (inside_quotes, 'a "b" c', "0011000"),
        (inside_quotes, '"a\nb" "c', "11110000"),  # goes on in the next line; the last is never closed
        (inside_quotes, '"a\n\n"b"', "0000110"),  # not beyond a paragraph
        (inside_quotes, "«a» “b”", "1100110"),
        (bracket_depth, "(a[b]c)d", "11221100"),
        (bracket_depth, "a) (b :( c", "0000000000"),
        (bracket_depth, "([a)]", "11100"),  # `[` has no `]` within the brackets around it
        (position_in_line, "ab\nc", "1201"),
        (word_length, "ab, c3", "120012"),
        (matching("[0-9]+").of, "a12b3", "01101"),
        (matching("^b").of, "ab\nb", "0001"),
        (matching("x*").of, "ab", "00"),
        *((of, "", "") for of in (inside_quotes, bracket_depth, position_in_line, word_length)),
    ],
)
def test_properties_of_characters(of, text, expected):
    assert digits(of(text)) == expected


def test_a_step_has_what_holds_after_it():
    pieces = ["He", " (", "", "X1", " y", ")", "!"]
    assert digits(at_steps(PROPERTIES["brackets"], [pieces])) == "0111100"
    assert digits(at_steps(PROPERTIES["word"], [pieces])) == "2002100"
    assert digits(at_steps(PROPERTIES["capitals"], [pieces])) == "1001000"
    assert digits(at_steps(matching("[0-9]"), [pieces])) == "0001000"
    assert digits(at_steps(PROPERTIES["word"], [["", "The", " two,", " (cats)", ""]])) == "03340"
    assert digits(at_steps(PROPERTIES["word"], [[""], [], ["a"]])) == "01"


def test_each_text_is_looked_at_alone():
    values = at_steps(PROPERTIES["brackets"], [["(", "a"], ["b", ")"]])
    assert values.dtype == np.float32
    assert digits(values) == "0000"


def test_a_megabyte_takes_no_longer_than_its_length():
    text = "(" * 500_000 + "]" * 500_000 + '"' * 10_001  # what would take the square of it, were each mark compared with all
    assert not bracket_depth(text).any()
    assert inside_quotes(text).sum() == 5_000
