import csv
import io
import json

import numpy as np
import pytest

from toolkit.tasks.classification.output import write_predictions
from toolkit.tasks.classification.predictor import LabeledText

TEXTS = ["plain", "", 'a "quoted", comma', "two\nlines\tand a tab", "a lone\rcarriage return", "\U0001f600 שלום"]
PREDICTIONS = [LabeledText(text, "yes", np.array([0.25, 0.75], "float32")) for text in TEXTS]


def written(output_format):
    file = io.StringIO()
    write_predictions(PREDICTIONS, file, output_format, ["no", "yes"])
    return file.getvalue()


def test_csv_reads_back():
    rows = list(csv.DictReader(io.StringIO(written("csv"), newline="")))
    assert [row["text"] for row in rows] == TEXTS
    assert {(row["label"], float(row["no"]), float(row["yes"])) for row in rows} == {("yes", 0.25, 0.75)}


def test_json_lines_read_back():
    records = [json.loads(line) for line in written("jsonl").splitlines()]
    assert records == [{"label": "yes", "probabilities": {"no": 0.25, "yes": 0.75}, "text": text} for text in TEXTS]


def test_text_has_one_line_for_each_text():
    lines = written("text").splitlines()
    assert len(lines) == len(TEXTS)
    assert lines[3] == "yes\t0.7500\ttwo lines and a tab"


def test_an_unknown_format_is_named():
    with pytest.raises(ValueError, match="xml"):
        written("xml")
