"""From the value of `--data` to sentences and their translations in three splits."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from operator import attrgetter

import numpy as np

from toolkit.data.parallel_texts.languages import Languages
from toolkit.data.parallel_texts.pair import Pair, PairParts
from toolkit.data.parallel_texts.parallel_files import read_local_pairs
from toolkit.data.parallel_texts.parallel_filters import Filter, kept_pairs, text_filters
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.reading.local_files import is_local
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.spread import Spread, here
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, carve, fill_empty, to_measure
from toolkit.errors import UserError

KIND = "parallel texts"
"""What prepared data of this kind are called."""

HELD_OUT = 2_000
"""Pairs that are enough to measure on."""


@dataclass(frozen=True)
class ParallelSplit:
    """The pairs of one split; none has an empty side.

    Attributes:
        sources: Texts to translate.
        targets: Their translations, as many.
        report: What was read and dropped.
        languages: What the two sides are called, as far as the data say it.
        notes: Sentences on how the data were read, unless a corpus has them.
        tokens: Token ids of each source, and of each target, if the data are prepared.
    """

    sources: list[str]
    targets: list[str]
    report: SplitReport = field(default_factory=SplitReport)
    languages: Languages = field(default_factory=lambda: Languages(None, None))
    notes: list[str] = field(default_factory=list)
    tokens: tuple[list[np.ndarray], list[np.ndarray]] | None = None


@dataclass(frozen=True)
class ParallelCorpus:
    """Texts in two languages.

    Attributes:
        name: The data set or files.
        splits: `"train"`, `"validation"` and `"test"`.
        source_language: What the language to translate from is called; `"source"` if the data does not say.
        target_language: What the language to translate to is called; `"target"` if the data does not say.
        report: What was read and dropped.
        prepared: The folder, if `toolkit prepare` made it.
    """

    name: str
    splits: dict[str, ParallelSplit]
    source_language: str
    target_language: str
    report: Report
    prepared: PreparedFolder | None = None


def read_parallel(
    data: str,
    *,
    source: str | None = None,
    target: str | None = None,
    data_dir: str | None = None,
    filters: Mapping[str, Filter] | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    spread: Spread = here,
) -> ParallelCorpus:
    """Reads texts with their translations.

    A split that is missing is carved out of the training split by the hash of the source, so a repeated source is never in two splits: a
    tenth of it, or of more than 20,000 pairs about 2,000, but at least a hundredth.
    The filters drop pairs from training alone. Validation and test lose only the pairs that have an empty side, and what else a filter
    finds in them is noted, so that a score can be compared with others'.

    Args:
        data: Files or a folder (see `toolkit.data.parallel_texts.parallel_files.read_local_pairs`), the folder of prepared data, or the
            name of a TFDS set such as `"phrasebook"`.
        source: Language, column or feature to translate from; `None` if the data says it: by the order of two files or columns, or the
            supervised keys of a TFDS set.
        target: Language, column or feature to translate to.
        data_dir: Where TFDS keeps its sets; `None` for its own default.
        filters: What to drop from training, by reason; `None` for `toolkit.data.parallel_texts.parallel_filters.text_filters()`.
        reading: How files are to be read, as far as their content is not to decide it.
        spread: Where files are read. What it gives of their texts may be `toolkit.data.splits.distant.Distant`.

    Returns:
        The corpus, all three splits of which have pairs.

    Raises:
        UserError: The data is missing, malformed or too small, or does not have the languages.
    """
    if prepared := PreparedFolder.find(data, KIND):
        return _prepared(prepared, Languages(source, target), reading)
    name, parts, languages, notes = _read(data, Languages(source, target), data_dir, reading, spread)
    if "train" not in parts:
        raise UserError(f"{name}: expected a training split, found {', '.join(parts)}")
    percentage = min(10, max(1, round(100 * HELD_OUT / len(parts["train"])))) if parts["train"] else 10
    carved, splits = carve(parts, text=attrgetter("source"), percentage=percentage), {}
    moved = fill_empty(carved, [split for split in SPLITS if split not in parts], text=attrgetter("source"))
    notes += [
        f"moved from training to the {split} split, which would be empty otherwise: {number:,} pairs" for split, number in moved.items()
    ]
    for split, pairs in carved.items():
        split_filters = (text_filters() if filters is None else filters) if split == "train" else text_filters()
        splits[split] = _filtered(pairs, split_filters, whole=split != "train")
        _check_size(name, split, splits[split].report, given=split in parts)
    _note_leaks(splits)
    report = Report(name, {split: splits[split].report for split in SPLITS}, notes)
    return ParallelCorpus(name, splits, *languages, report)


def read_parallel_split(
    data: str,
    *,
    source: str | None = None,
    target: str | None = None,
    data_dir: str | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
) -> ParallelSplit:
    """Reads pairs to evaluate a trained model on: the test split, or else the validation split, or the whole of a set without splits.

    Args:
        data: As for `read_parallel`.
        source: The source language of the model.
        target: The target language of the model.
        data_dir: As for `read_parallel`.
        reading: As for `read_parallel`.

    Returns:
        All pairs but those with an empty side.

    Raises:
        UserError: The data is missing, malformed or empty, or does not have the languages.
    """
    name, parts, languages, notes = _read(data, Languages(source, target), data_dir, reading)
    [(chosen, pairs)] = to_measure(parts).items()
    split = _filtered(pairs, text_filters(), whole=True)
    _check_size(name, chosen, split.report, given=True)
    return replace(split, languages=Languages(*languages), notes=notes)


def _read(
    data: str, languages: Languages, data_dir: str | None, reading: Reading, spread: Spread = here
) -> tuple[str, PairParts, Languages, list[str]]:
    """Returns the name, the pairs by split, the languages and notes."""
    if prepared := PreparedFolder.find(data, KIND):
        pairs = [Pair(each["source"], each["target"]) for each in prepared.records("test")]
        return data, {"test": pairs}, _asked(prepared, languages), []
    if "," in data or is_local(data):
        return data, *read_local_pairs(data, languages, reading, spread)
    from toolkit.data.parallel_texts.parallel_tfds import read_tfds_pairs  # imports TensorFlow, which local files do not need

    return read_tfds_pairs(data, languages, data_dir)


def _prepared(prepared: PreparedFolder, languages: Languages, reading: Reading) -> ParallelCorpus:
    languages, report = _asked(prepared, languages), prepared.report()
    report.notes += prepared.remark(asdict(reading))
    splits = {}
    for split in SPLITS:
        records = list(prepared.records(split))
        sources, targets = ([record[side] for record in records] for side in Languages._fields)
        tokens = tuple([np.array(record[f"{side}_tokens"], np.int32) for record in records] for side in Languages._fields)
        splits[split] = ParallelSplit(sources, targets, report.splits[split], tokens=tokens)
    return ParallelCorpus(report.name, splits, *languages, report, prepared)


def _asked(prepared: PreparedFolder, languages: Languages) -> Languages:
    """Returns the direction of prepared data, if no other was asked for."""
    found = Languages(*prepared.about["languages"])
    for role, asked, is_there in zip(Languages._fields, languages, found, strict=True):
        if asked not in (None, is_there):
            raise UserError(f'{prepared.path}: expected "{asked}" as the {role}, but the data were prepared with "{is_there}"')
    return found


def _filtered(pairs: Sequence[Pair], filters: Mapping[str, Filter], whole: bool) -> ParallelSplit:
    sources, targets = [pair.source for pair in pairs], [pair.target for pair in pairs]
    report = SplitReport(read=len(pairs))
    kept = kept_pairs(sources, targets, filters, report, whole)
    return ParallelSplit([sources[position] for position in kept], [targets[position] for position in kept], report)


def _check_size(name: str, split: str, report: SplitReport, given: bool) -> None:
    if report.kept:
        return
    if report.read or given:
        reasons = ", ".join(f"{number:,} {reason}" for reason, number in report.dropped.items()) or "none read"
        raise UserError(f"{name}: expected pairs in the {split} split, but all {report.read:,} were dropped ({reasons})")
    advice = "give at least 100, or a file per split: --data train=FILE,validation=FILE,test=FILE"
    raise UserError(f"{name}: too few pairs to take a {split} split out of them by hash: it is empty; {advice}")


def _note_leaks(splits: Mapping[str, ParallelSplit]) -> None:
    """Counts sources that training has seen; they are kept, since it is the user who put them there."""
    seen = set(splits["train"].sources)
    for split in SPLITS[1:]:
        if leaked := sum(source in seen for source in splits[split].sources):
            splits[split].report.noted["source also in train"] = leaked
