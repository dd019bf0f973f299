import pytest

from toolkit.data.reading.header import column_keys, has_header


@pytest.mark.parametrize(
    ("rows", "values", "expected"),
    [
        ([["text", "label"], ["good", "1"]], (), True),
        ([["v1", "v2"], ["ham", "Go until jurong"]], (), True),
        ([["v1", "v2", ""], ["ham", "Go until jurong", ""]], (), True),
        ([["ham", "Go on"], ["spam", "win"], ["ham", "ok"]], (), False),  # a value of its column
        ([["ham", "Go on"], ["spam", "win"]], {"ham", "spam"}, False),  # a known value
        ([["0", "NO_QUERY"], ["4", "x"]], (), False),  # a number
        ([["a", "It was not what I had been waiting for"], ["b", "x"]], (), False),  # a sentence
        ([["a", "So good!"], ["b", "x"]], (), False),
        ([["0", "1"], ["a text", "pos"]], (), True),  # pandas counts columns without names
        ([["", "0", "1"], ["0", "a text", "3"]], (), True),
        ([["0", "1"], ["2", "3"]], (), False),
        ([["comment", "yes"], ["question", "no"], ["comment", "no"]], (), False),  # a usual name, but a value too
        ([["text", "label"], ["a", "b"], ["text", "label"]], (), True),  # repeated in the middle
    ],
)
def test_names_or_data(rows, values, expected):
    assert has_header(rows, lambda name: name in ("text", "label", "comment"), values) == expected


def test_keys_are_names_or_numbers():
    assert column_keys(["a", "", "b", "a"]) == ["1", "2", "b", "4"]
    assert column_keys(["", ""]) == ["1", "2"]
    assert column_keys(["2", ""]) == ["2", "column 2"]
