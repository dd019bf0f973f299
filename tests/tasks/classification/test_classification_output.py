import csv
import io
import json
from argparse import Namespace
from types import SimpleNamespace

import numpy as np
import pytest

from toolkit.tasks.classification.command import Labeling
from toolkit.tasks.classification.predictor import Predictions
from toolkit.tasks.records import write_answers

TEXTS = ["plain", "", 'a "quoted", comma', "two\nlines\tand a tab", "a lone\rcarriage return", "\U0001f600 שלום", "a\u2028b"]
ROWS = np.array([[0.25, 0.75]] * len(TEXTS), "float32")
PREDICTOR = SimpleNamespace(label_names=["no", "yes"], predict=lambda texts: Predictions(["yes"] * len(texts), ROWS[: len(texts)]))
OPTIONS = Namespace(explain=False)


def written(output_format):
    file = io.StringIO()
    answers = Labeling().answers(PREDICTOR, [TEXTS[:2], TEXTS[2:]], OPTIONS)
    write_answers(answers, Labeling().columns(PREDICTOR, OPTIONS), file, output_format)
    return file.getvalue()


def test_csv_reads_back():
    assert written("csv").startswith('"label","no","yes","text"\n"yes",0.25,0.75,"plain"\n')
    rows = list(csv.DictReader(io.StringIO(written("csv"), newline="")))
    assert [row["text"] for row in rows] == TEXTS
    assert {(row["label"], float(row["no"]), float(row["yes"])) for row in rows} == {("yes", 0.25, 0.75)}


def test_json_lines_read_back():
    records = [json.loads(line) for line in written("jsonl").splitlines()]  # which breaks lines at U+2028, too
    assert records == [{"label": "yes", "probabilities": {"no": 0.25, "yes": 0.75}, "text": text} for text in TEXTS]


def test_text_has_one_line_for_each_text():
    lines = written("text").splitlines()
    assert len(lines) == len(TEXTS)
    assert lines[3] == "yes\t0.7500\ttwo lines and a tab"


def test_an_unknown_format_is_named():
    with pytest.raises(ValueError, match="xml"):
        written("xml")
