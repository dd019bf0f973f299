import sys

import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.tasks.answers import ROWS_SHOWN, Answers
from toolkit.tasks.records import Answer

COLUMNS = ("label", "p", "text")
ROWS = [("a", 0.25, "x\ny <b>"), ("b", None, "z" * 90)]
ANSWERS = Answers([Answer({"label": row[0], "p": row[1]}, [row], []) for row in ROWS], COLUMNS)


def test_answers_are_a_list_of_dicts():
    assert ANSWERS == [{"label": "a", "p": 0.25}, {"label": "b", "p": None}]
    assert [type(answer) for answer in ANSWERS.to_dicts()] == [dict, dict]


def test_they_read_as_a_table():
    assert repr(ANSWERS).splitlines() == ["label  p       text", "a      0.2500  x y <b>", f"b              {'z' * 59}…"]
    assert repr(Answers([], COLUMNS)) == "label  p  text"
    assert "<td>x y &lt;b&gt;</td>" in ANSWERS._repr_html_()


def test_only_the_first_rows_are_shown():
    many = Answers([ANSWERS[0]] * (ROWS_SHOWN + 1000), COLUMNS)
    assert len(repr(many).splitlines()) == ROWS_SHOWN + 2
    assert repr(many).endswith("… and 1,000 more")
    assert many._repr_html_().endswith("<p>… and 1,000 more</p>")


def test_columns_are_arrays():
    array = ANSWERS.to_numpy()
    np.testing.assert_array_equal(array["p"], [0.25, np.nan])
    assert [*array["text"]] == [row[2] for row in ROWS]
    assert Answers([], COLUMNS).to_numpy().shape == (0,)
    twice = Answers([Answer({}, [("a", 1.0, "b")], [])], ("label", "text", "text"))  # a label may have any name
    assert twice.to_numpy().dtype.names == ("label", "text", "text_2")


def test_they_are_a_data_frame():
    frame = ANSWERS.to_pandas()
    assert [*frame.columns] == [*COLUMNS]
    assert [*frame.text] == [row[2] for row in ROWS]


def test_without_pandas_it_is_said_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UserError, match="pip install"):
        ANSWERS.to_pandas()
