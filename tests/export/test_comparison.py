"""Two values of what JSON can hold, field by field."""

from pathlib import Path

import pytest

from toolkit.errors import UserError
from toolkit.export.comparison import compare

SAID = {"label_names": ["no", "yes"], "max_length": 12, "static": {"file": "x.tflite", "documents": True}, "end_id": None, "state": []}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"label_names": ["yes", "no"]}, 'model.json: label_names: 0: expected "no", found "yes"'),
        ({"label_names": ["no"]}, 'model.json: label_names: expected ["no", "yes"], found ["no"]'),
        ({"max_length": 13}, "model.json: max_length: expected 12, found 13"),
        ({"max_length": 12.0}, "model.json: max_length: expected 12, found 12.0"),
        ({"max_length": True}, "model.json: max_length: expected 12, found true"),
        ({"static": {"file": "x.tflite", "documents": 1}}, "model.json: static: documents: expected true, found 1"),
        ({"static": None}, 'model.json: static: expected {"documents": true, "file": "x.tflite"}, found null'),
        ({"end_id": 0}, "model.json: end_id: expected null, found 0"),
        ({"state": [0]}, "model.json: state: expected [], found [0]"),
        ({"fused": 1}, "model.json: fused: expected nothing, found 1"),
    ],
)
def test_the_first_difference_is_named(change, message):
    compare(Path("model.json"), SAID, dict(reversed(SAID.items())))  # the order of keys says nothing
    with pytest.raises(UserError) as raised:
        compare(Path("model.json"), SAID, SAID | change)
    assert str(raised.value) == message


def test_what_is_missing_is_named():
    with pytest.raises(UserError, match="max_length: expected 12, found nothing"):
        compare(Path("model.json"), SAID, {key: value for key, value in SAID.items() if key != "max_length"})
    with pytest.raises(UserError, match=r"model\.json: expected \{.*, found \[\]"):
        compare(Path("model.json"), SAID, [])
