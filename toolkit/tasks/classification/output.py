"""Writes predictions as text, CSV or JSON lines."""

import csv
import json
from collections.abc import Iterable, Sequence
from typing import IO

import numpy as np

from toolkit.tasks.classification.predictor import LabeledText
from toolkit.tasks.records import check_format


def write_predictions(predictions: Iterable[LabeledText], file: IO[str], output_format: str, label_names: Sequence[str]) -> None:
    """Writes one record per prediction, each as soon as it is there.

    | format | record |
    |---|---|
    | `text` | label, probability and text, separated by tabs |
    | `csv` | a header, then label, the probability of every label, and the text, quoted as RFC 4180 has it |
    | `jsonl` | `{"label": ..., "probabilities": {label: ...}, "text": ...}` |

    Args:
        predictions: What to write.
        file: Open for writing text.
        output_format: One of `records.FORMATS`.
        label_names: Names of the labels, in the order of the probabilities.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    if output_format == "csv":
        # All strings quoted: otherwise a lone carriage return inside of a text would end its record.
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
        writer.writerow(["label", *label_names, "text"])
        for text, label, probabilities in predictions:
            writer.writerow([label, *_rounded(probabilities), text])
        return
    record = _as_json if output_format == "jsonl" else _as_text
    for prediction in predictions:
        file.write(record(prediction, label_names) + "\n")


def _as_text(prediction: LabeledText, label_names: Sequence[str]) -> str:
    # A tab or newline inside of a text would make two records of one.
    return f"{prediction.label}\t{prediction.probabilities.max():.4f}\t{' '.join(prediction.text.split())}"


def _as_json(prediction: LabeledText, label_names: Sequence[str]) -> str:
    probabilities = dict(zip(label_names, _rounded(prediction.probabilities), strict=True))
    return json.dumps({"label": prediction.label, "probabilities": probabilities, "text": prediction.text}, ensure_ascii=False)


def _rounded(probabilities: np.ndarray) -> list[float]:
    return [round(float(probability), 6) for probability in probabilities]
