import csv
import io
import json
import math

import pytest

from toolkit.evaluation.likelihood import Likelihood
from toolkit.tasks.language_model.output import (
    COLUMNS,
    NEXT_COLUMNS,
    SCORE_COLUMNS,
    SEPARATOR,
    next_answer,
    sample_answer,
    score_answer,
    text_answer,
)
from toolkit.tasks.language_model.text_generator import Generated
from toolkit.tasks.records import write_answers

GENERATED = [
    ("one", [Generated(" two\u2028", ["a", "b"], [-0.123456, -1.0], -1.123456, "length"), Generated("", [], [], -2.5, "end")]),
    ("", [Generated('a\r"b', ["c"], [-math.inf], -math.inf, "stop")]),
]
SCORED = [("the\tcat\x85", Likelihood(7 * math.log(2), 7, 7, 8)), ("", Likelihood(0.0, 0, 0, 0)), ("é", Likelihood(math.inf, 1, 1, 2))]


SAMPLES = [sample_answer(prompt, number, each) for prompt, samples in GENERATED for number, each in enumerate(samples, start=1)]
SCORES = [score_answer(*pair) for pair in SCORED]


def written(answers, columns, output_format):
    file = io.StringIO()
    write_answers(answers, columns, file, output_format)
    return file.getvalue()


def json_lines(text):
    return [json.loads(line, parse_constant=pytest.fail) for line in text.splitlines()]


def test_texts_are_kept_apart():
    answers = [text_answer("a", ["b", "c"]), text_answer("d", [], SEPARATOR)]
    assert written(answers, COLUMNS, "text") == f"abc\n{SEPARATOR}d\n"


def test_each_piece_is_there_before_the_next_is_made():
    seen = []

    class File(io.StringIO):
        def flush(self):
            seen.append(self.getvalue())

    file = File()

    def pieces():
        for piece in "bc":
            assert seen[-1] == file.getvalue() != ""
            yield piece

    write_answers([text_answer("a", pieces())], COLUMNS, file, "text")
    assert [*dict.fromkeys(seen)] == ["a", "ab", "abc", "abc\n"]


def test_samples_read_back():
    first, second, last = json_lines(written(SAMPLES, COLUMNS, "jsonl"))
    assert first == {
        "prompt": "one",
        "sample": 1,
        "text": " two\u2028",
        "score": -1.1235,
        "reason": "length",
        "tokens": ["a", "b"],
        "log_probabilities": [-0.1235, -1.0],
    }
    assert (second["sample"], second["text"], last["score"], last["log_probabilities"]) == (2, "", None, [None])
    rows = list(csv.DictReader(io.StringIO(written(SAMPLES, COLUMNS, "csv"), newline="")))
    assert [(row["prompt"], row["sample"], row["text"]) for row in rows] == [
        ("one", "1", " two\u2028"),
        ("one", "2", ""),
        ("", "1", 'a\r"b'),
    ]


def test_next_tokens():
    expected = [next_answer("a\n", [("\n", 0.5), ("b", 0.25), ("\u2581c", 0.001)])]
    header, first, second, third = written(expected, NEXT_COLUMNS, "text").splitlines()
    assert header == '"a\\n"'
    assert first.split() == ["50.00%", "█" * 40, '"\\n"']
    assert second.split() == ["25.00%", "█" * 20, '"b"']
    assert third.split() == ["0.10%", '"\u2581c"']
    [record] = json_lines(written(expected, NEXT_COLUMNS, "jsonl"))
    assert record["next"][1] == {"token": "b", "probability": 0.25}
    assert written(expected, NEXT_COLUMNS, "csv").startswith('"prompt","token","probability"\n"a\n","\n",0.5\n')


def test_scores():
    assert written(SCORES, SCORE_COLUMNS, "text").split("\n") == [
        "4.8520\t0.6931\t2.0000\t1.0000\tthe cat",
        "0.0000\tnan\tnan\tnan\t",
        "inf\tinf\tinf\tinf\té",
        "",
    ]
    records = json_lines(written(SCORES, SCORE_COLUMNS, "jsonl"))
    assert [record["text"] for record in records] == [text for text, _ in SCORED]
    assert [record["perplexity"] for record in records] == [2.0, None, None]
    assert (records[0]["tokens"], records[0]["characters"], records[0]["bytes"]) == (7, 7, 8)
    rows = list(csv.DictReader(io.StringIO(written(SCORES, SCORE_COLUMNS, "csv"), newline="")))
    assert [row["bits_per_character"] for row in rows] == ["1.0", "", ""]
