"""From the value of `--data` to texts with numbered labels in three splits."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace

import numpy as np

from toolkit.data.labeled_texts.cleaning import clean
from toolkit.data.labeled_texts.corpus_checks import (
    check_labels,
    check_sizes,
    complete_splits,
    rare_labels,
    spell_labels,
    what_cannot_be_measured,
)
from toolkit.data.labeled_texts.example import Example, Parts
from toolkit.data.labeled_texts.label_matching import describe_matches, match_labels
from toolkit.data.labeled_texts.labeled_files import read_local
from toolkit.data.labeled_texts.labels import label_numbers, sort_labels
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.reading.columns import Columns
from toolkit.data.reading.local_files import is_local
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.spread import Spread, here
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve
from toolkit.errors import UserError

KIND = "labeled texts"
"""What prepared data of this kind are called."""


@dataclass(frozen=True)
class Split:
    """The texts of one split.

    Attributes:
        texts: Texts; one may be empty.
        labels: int32 `[len(texts)]`, positions in the label names.
        sources: Where each text comes from; empty where the data does not say.
        report: What was read and dropped.
        notes: Sentences on how the data were read, unless a corpus has them.
        tokens: Token ids of each text, if the data are prepared.
    """

    texts: list[str]
    labels: np.ndarray
    sources: list[str]
    report: SplitReport = field(default_factory=SplitReport)
    notes: list[str] = field(default_factory=list)
    tokens: list[np.ndarray] | None = None


@dataclass(frozen=True)
class Corpus:
    """A labelled set of texts.

    Attributes:
        name: The data set or file.
        splits: `"train"`, `"validation"` and `"test"`.
        label_names: What the labels are called, in the order of their numbers.
        report: What was read and dropped.
        prepared: The folder, if `toolkit prepare` made it.
    """

    name: str
    splits: dict[str, Split]
    label_names: list[str]
    report: Report
    prepared: PreparedFolder | None = None


def read_corpus(
    data: str | None = None,
    *,
    data_dir: str | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    source_column: str | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    spread: Spread = here,
) -> Corpus:
    """Reads texts that have a label each.

    A split that is missing is carved out of the training split by the hash of the text. Splits that come out of the training split
    lose their repeated texts; a validation or test split that came with the data is kept whole, so that a score on it
    can be compared with others'. A label that would only occur in what is carved is trained on instead.

    Args:
        data: A file or folder (see `toolkit.data.labeled_texts.labeled_files.read_local`), the folder of prepared data, the name of a TFDS
            set such as `"glue/sst2"`, or `None` for the movie reviews that come with the `examples` extra.
        data_dir: Where TFDS keeps its sets; `None` for its own default.
        text_column: Column or feature of the text; `None` to find it by its usual names.
        label_column: Column or feature of the label.
        source_column: Column or feature that says where a text comes from.
        reading: How files are to be read, as far as their content is not to decide it.
        spread: Where files are read, each for itself. What it gives of their texts may be `toolkit.data.splits.distant.Distant`.

    Returns:
        The corpus, all three splits of which have texts.

    Raises:
        UserError: The data is missing, malformed, too small, or has one label only.
    """
    columns = Columns(text_column, label_column, source_column)
    if prepared := PreparedFolder.find(data, KIND):
        return _prepared(prepared, columns, reading)
    name, parts, label_names, notes = _read(data, data_dir, columns, reading, spread=spread)
    if "train" not in parts:
        raise UserError(f"{name}: expected a training split, found {', '.join(parts)}")
    notes += _replace_unlabeled_test(parts)
    if label_names is None:
        notes += spell_labels(parts)
    given = set(parts) - {"train"}
    cleaned = {split: clean(examples, whole=split in given) for split, examples in carve(parts).items()}
    check_labels(name, [example.label for example in cleaned["train"][0]])
    carved = [split for split in SPLITS if split not in given]
    notes += complete_splits(cleaned, carved)
    check_sizes(name, cleaned, carved)
    label_names = label_names or sort_labels(example.label for example in cleaned["train"][0])
    for split in sorted(given):
        notes += _match(cleaned[split][0], label_names, f"{name}: ")
    splits = {split: _number(*cleaned[split], label_names) for split in SPLITS}
    _note_leaks(splits)
    notes += what_cannot_be_measured(splits["validation"].report, splits["test"].report)
    notes += rare_labels(splits["train"].report.labels)
    return Corpus(name, splits, label_names, Report(name, {split: splits[split].report for split in SPLITS}, notes))


def read_split(
    data: str | None,
    *,
    label_names: Sequence[str],
    data_dir: str | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    source_column: str | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
) -> Split:
    """Reads texts to evaluate a trained model on: a test split as it is, or the whole of a file without splits.

    Args:
        data: As for `read_corpus`. Of a set with splits, the test split is read, or the validation split if that alone has labels.
        label_names: The labels of the model. A label that is written in another way is matched by
            `toolkit.data.labeled_texts.label_matching.match_labels`.
        data_dir: As for `read_corpus`.
        text_column: As for `read_corpus`.
        label_column: As for `read_corpus`.
        source_column: As for `read_corpus`.
        reading: As for `read_corpus`.

    Returns:
        All texts that have a label, repeated ones too.

    Raises:
        UserError: The data is missing, malformed or has no labelled text, or has labels that the model does not know, which are listed.
    """
    columns = Columns(text_column, label_column, source_column)
    name, parts, _, notes = _read(data, data_dir, columns, reading, label_names)
    candidates = [split for split in ("test", "validation") if split in parts] or ["train"]
    for split in candidates:
        examples, report = clean(parts[split], whole=True)
        if examples:
            break
    else:
        raise UserError(f"{name}: expected texts with labels in {' or '.join(candidates)}, found {report.read:,} texts and no label")
    notes += _match(examples, label_names, f"{name}: ")
    return replace(_number(examples, report, label_names), notes=notes)


def _read(
    data: str | None, data_dir: str | None, columns: Columns, reading: Reading, labels: Collection[str] = (), spread: Spread = here
) -> tuple[str, Parts, list[str] | None, list[str]]:
    """Returns the name, the examples by split, the label names if the set defines them, and notes."""
    if prepared := PreparedFolder.find(data, KIND):
        records = prepared.records("test")
        return data, {"test": [Example(each["text"], each["label"], each["source"], data) for each in records]}, None, []
    if data is not None and is_local(data):
        notes: list[str] = []
        return data, read_local(data, columns, reading, labels=labels, notes=notes, spread=spread), None, notes
    from toolkit.data.labeled_texts.labeled_tfds import read_tfds  # imports TensorFlow, which local files do not need

    name, parts, label_names, notes = read_tfds("movie_reviews" if data is None else data, columns, data_dir)
    ignored = [f"--{field.name.replace('_', '-')}" for field in fields(reading) if getattr(reading, field.name) is not None]
    return name, parts, label_names, [*notes, *([f"no file was read, so {', '.join(ignored)} had no effect"] if ignored else [])]


def _prepared(prepared: PreparedFolder, columns: Columns, reading: Reading) -> Corpus:
    report, label_names = prepared.report(), prepared.about["label_names"]
    report.notes += prepared.remark({**{f"{role}_column": name for role, name in asdict(columns).items()}, **asdict(reading)})
    numbers = {name: number for number, name in enumerate(label_names)}
    splits = {}
    for split in SPLITS:
        records = list(prepared.records(split))
        texts, sources = ([record[name] for record in records] for name in ("text", "source"))
        labels = np.array([numbers[record["label"]] for record in records], np.int32)
        tokens = [np.array(record["tokens"], np.int32) for record in records]
        splits[split] = Split(texts, labels, sources, report.splits[split], tokens=tokens)
    return Corpus(report.name, splits, label_names, report, prepared)


def _match(examples: list[Example], label_names: Sequence[str], name: str) -> list[str]:
    """Gives labels the names that training or a model has for them; returns what to note about it."""
    counts = Counter(example.label for example in examples)
    matched = match_labels(counts, label_names)
    if not matched:
        return []
    examples[:] = [example._replace(label=matched.get(example.label, example.label)) for example in examples]
    return [f"{name}{describe_matches(matched, counts)}"]


def _replace_unlabeled_test(parts: Parts) -> list[str]:
    """Uses validation as the test split where the labels of the test are kept secret; returns what to note about it."""
    if "test" not in parts or any(example.label for example in parts["test"]):
        return []
    del parts["test"]
    if "validation" not in parts:
        return ["the test split has no labels and was left out"]
    parts["test"] = parts.pop("validation")
    return ["the test split has no labels: the validation split is used as the test"]


def _number(examples: Sequence[Example], report: SplitReport, label_names: Sequence[str]) -> Split:
    """Turns examples into a split, and completes its report."""
    labels = label_numbers([example.label for example in examples], [example.place for example in examples], label_names)
    frequency = Counter(labels)
    report.kept = len(examples)
    report.labels = {name: frequency[number] for number, name in enumerate(label_names)}
    return Split([example.text for example in examples], np.array(labels, np.int32), [example.source for example in examples], report)


def _note_leaks(splits: Mapping[str, Split]) -> None:
    """Counts texts that training has seen; they are kept, since it is the user who put them there."""
    seen = set(splits["train"].texts)
    for split in SPLITS[1:]:
        if leaked := sum(text in seen for text in splits[split].texts):
            splits[split].report.noted["also in train"] = leaked
