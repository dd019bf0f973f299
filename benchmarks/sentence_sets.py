"""SST-2 and MR as local files: one sentence on each line, after its label, 0 or 1, and a space."""

from pathlib import Path

import numpy as np
from sklearn.model_selection import StratifiedKFold

from toolkit.data.labeled_texts.corpus import Split
from toolkit.errors import UserError

FOLDS = 10

Splits = dict[str, Split]


def read_sst2(folder: Path) -> Splits:
    """Reads the splits as they were published: `stsa.binary.train`, `.dev` and `.test`, whole sentences only."""
    files = {"train": "train", "validation": "dev", "test": "test"}
    return {split: _split(*_read(folder / f"stsa.binary.{suffix}", "utf-8")) for split, suffix in files.items()}


def mr_folds(folder: Path) -> list[Splits]:
    """Reads `rt-polarity.all` and cuts it into ten folds.

    They are those of `StratifiedKFold(10, shuffle=True, random_state=0)` over the lines of the file. Where fold k is the test, fold k + 1
    (modulo 10) is the validation split, and the other eight are the training split.
    """
    texts, labels = _read(folder / "rt-polarity.all", "latin-1")
    folds = [fold for _, fold in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels)]
    texts = np.array(texts, object)
    parts = [_split(texts[fold].tolist(), labels[fold]) for fold in folds]
    return [
        {"train": _join(parts[:k] + parts[k + 1 :], without=parts[(k + 1) % FOLDS]), "validation": parts[(k + 1) % FOLDS], "test": parts[k]}
        for k in range(FOLDS)
    ]


def _read(path: Path, encoding: str) -> tuple[list[str], np.ndarray]:
    try:
        lines = path.read_bytes().decode(encoding).rstrip("\n").split("\n")  # other characters that end a line stand inside sentences
    except OSError as error:
        raise UserError(f"{path}: expected a file of sentences, {error.strerror}") from error
    rows = [line.partition(" ") for line in lines]
    for number, (label, _, _) in enumerate(rows, 1):
        if label not in ("0", "1"):
            raise UserError(f'{path}:{number}: expected "0 SENTENCE" or "1 SENTENCE", received {lines[number - 1][:40]!r}')
    return [text for _, _, text in rows], np.array([int(label) for label, _, _ in rows], np.int32)


def _split(texts: list[str], labels: np.ndarray) -> Split:
    return Split(texts, labels, [""] * len(texts))


def _join(parts: list[Split], without: Split) -> Split:
    parts = [part for part in parts if part is not without]
    return _split([text for part in parts for text in part.texts], np.concatenate([part.labels for part in parts]))
