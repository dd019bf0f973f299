import base64
import json
import re

import numpy as np
import pytest

from tests.inspection.planted_cell import PLANTED, UNITS, PlantedCell, bracketed
from toolkit.errors import UserError
from toolkit.inspecting import inspect
from toolkit.inspection.properties import bracket_depth

TEXT = bracketed(1500)
NAME = f"1 LSTM:{PLANTED}"


@pytest.fixture(scope="module")
def subject():
    return PlantedCell([TEXT[:700], TEXT[700:]])


@pytest.fixture(scope="module")
def finding(subject):
    return inspect(subject, "cells")


def data_of(page):
    return json.loads(re.search(r'<script type="application/json" id="data">(.*?)</script>', page)[1])


def test_the_unit_that_counts_brackets_is_found_first(finding):
    first, *others = finding.as_dict()["properties"]["brackets"]
    assert (first["unit"], first["found"]) == (NAME, True)
    assert first["held_out"] > 0.9
    assert first["p"] < 0.01
    assert all(abs(each["held_out"]) < first["held_out"] for each in others)
    assert f"brackets: {NAME} (correlation" in str(finding)
    assert finding.as_dict()["absent"] == dict.fromkeys(["quotes", "capitals"], "nowhere in the text")


def test_none_found_is_an_answer(subject):
    finding = inspect(subject, "cells", pattern=r"(?<=a[\s\S]{30})[\s\S]")  # so far back no unit of a random network knows
    assert "None found for pattern." in str(finding)
    assert not any(each["found"] for each in finding.as_dict()["properties"]["pattern"])
    assert "None found: so short a text proves nothing." in str(inspect(subject, "cells", characters=60))


def test_a_file_is_read_and_what_is_left_out_is_said(subject, tmp_path):
    file = tmp_path / "text.txt"
    file.write_bytes(TEXT.encode("utf-16"))
    finding = inspect(subject, "cells", input=str(file), characters=1000, property="word")
    numbers = finding.as_dict()
    assert (numbers["characters"], numbers["characters_left_out"]) == (1000, len(TEXT) - 1000)
    assert f"text.txt, of which {len(TEXT) - 1000:,} characters were left out." in str(finding)
    assert [*numbers["properties"]] == ["word"]


def test_the_page_holds_the_text_and_the_values_and_asks_for_nothing(subject, tmp_path):
    text = "</script><!--" * 3 + TEXT
    file = tmp_path / "text.txt"
    file.write_text(text)
    page = inspect(subject, "cells", input=str(file), shown=400, unit="1 LSTM:2,1 LSTM:0").page()
    assert "http" not in page
    assert page.count("<script") == 2
    data = data_of(page)
    assert "".join(data["pieces"]) == text[:400]
    assert [*data["units"]][:2] == ["1 LSTM:2", "1 LSTM:0"]
    assert len(data["units"]) == UNITS
    values = np.frombuffer(base64.b64decode(data["units"][NAME]), "int8")
    np.testing.assert_allclose(values / 127, np.tanh(bracket_depth(text)[:400]), atol=0.01)


def test_h_is_shown_as_it_is(subject):
    data = data_of(inspect(subject, "cells", state="h", shown=700).page())
    depth = bracket_depth(TEXT)[:700]
    values = np.frombuffer(base64.b64decode(data["units"][NAME]), "int8") / 127
    np.testing.assert_allclose(values, np.tanh(depth) / 2, atol=0.01)  # its output gate is half open
    assert data["starts"] == [0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pattern": "(a"}, r"pattern.*: expected a regular expression, received '\(a'; missing \), unterminated subpattern at position 0"),
        ({"pattern": "xyz"}, r"the held-out texts: expected a text with the property; .*pattern.* is nowhere in the text"),
        ({"property": "quotes"}, "the held-out texts: expected a text with the property; quotes is nowhere in the text"),
        ({"property": "sentiment"}, "property.*: expected one of quotes, .*; a classifier of two labels has this one, too"),
        ({"property": "quote"}, "property: expected one of quotes, .*did you mean quotes?"),
        ({"state": "z"}, "state.*: expected a part of the state, h or c, received 'z'"),
        ({"unit": "4"}, 'unit.*: expected units from "1 LSTM:0" to "1 LSTM:5", .*received \'4\''),
        ({"unit": "1 LSTM:6"}, "received '1 LSTM:6'"),
        ({"unit": "1 LSTM:-1"}, "received '1 LSTM:-1'"),
        ({"input": ""}, "input.*: expected the path of a file, received ''"),
        ({"input": "nowhere.txt"}, "nowhere.txt: cannot read it"),
        ({"encoding": "klingon"}, "encoding.*: expected the name of an encoding"),
        ({"shown": 0}, "shown.*: expected an integer from 1 to 100000, received 0"),
        ({"characters": 0}, "characters.*: expected a positive integer, received 0"),
    ],
)
def test_a_mistake_is_told(subject, options, message):
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        inspect(subject, "cells", **options)


def test_a_text_without_anything_is_refused(subject, tmp_path):
    (tmp_path / "empty.txt").write_text(" \n")
    with pytest.raises(UserError, match=r"empty\.txt: expected a text, received nothing but white space"):
        inspect(subject, "cells", input=str(tmp_path / "empty.txt"))
