import json
import math

from toolkit.json_text import to_json


def test_what_is_no_number_becomes_null():
    value = {"a": [1, math.inf, (math.nan, -math.inf)], "b": {"c": 0.5, "d": "NaN", "e": None, "f": True}}
    assert json.loads(to_json(value)) == {"a": [1, None, [None, None]], "b": {"c": 0.5, "d": "NaN", "e": None, "f": True}}
    assert to_json({"é": 1}, indent=1) == '{\n "é": 1\n}'
