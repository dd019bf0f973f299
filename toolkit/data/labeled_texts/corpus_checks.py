"""What is put right in labels and splits before they are numbered, and what a report says of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import attrgetter

from toolkit.data.labeled_texts.example import Example, Parts
from toolkit.data.labeled_texts.labels import near_labels, quoted_labels, without_fractions
from toolkit.data.splits.interval import wilson_interval
from toolkit.data.splits.report import SplitReport
from toolkit.data.splits.splitting import fill_empty, keep_labels
from toolkit.errors import UserError

_FEWEST = 50  # texts that tell labels by how often they occur
_LISTED = 10  # labels in a note
_FEWEST_DIFFERENT = 10  # texts that a split can be taken out of
_RARE = 10  # training texts of a label, below which it is hardly learned
_SMALL = 200  # texts of a test split, below which a score is worth little
_VERY_SMALL = 20  # texts of a validation split
_EXAMPLE_SCORE = 0.8


def spell_labels(parts: Parts) -> list[str]:
    """Writes labels that are whole numbers without a fraction.

    Args:
        parts: Examples by split, which are changed.

    Returns:
        What to note about labels that are spelled in several ways.
    """
    notes = []
    whole = without_fractions({example.label for examples in parts.values() for example in examples})
    if whole:
        counts = Counter(example.label for examples in parts.values() for example in examples if example.label in whole)
        notes.append(f"labels with a fraction of zero are whole numbers: {quoted_labels(counts, most=_LISTED)}")
        for split, examples in parts.items():
            parts[split] = [example._replace(label=whole.get(example.label, example.label)) for example in examples]
    counts = Counter(example.label for example in parts["train"])
    for group in near_labels(counts.keys() - {""})[:_LISTED]:
        near = quoted_labels({label: counts[label] for label in group})
        notes.append(f"labels that differ in case, spaces or .0 only are different labels: {near}; --label-map OLD=NEW makes them one")
    return notes


def check_labels(name: str, labels: Sequence[str]) -> None:
    """Refuses a column of other things, such as measurements or texts, which has hardly any value twice.

    Args:
        name: The data, for the error message.
        labels: The labels of the training split.

    Raises:
        UserError: More than half of the labels are different ones.
    """
    different = len(set(labels))
    if len(labels) >= _FEWEST and 2 * different > len(labels):
        raise UserError(
            f"{name}: expected labels that occur again and again, received {different:,} different ones in {len(labels):,} texts, such as "
            f'"{labels[0][:40]}"; choose another --label-column'
        )


def complete_splits(cleaned: Mapping[str, tuple[list[Example], SplitReport]], carved: Sequence[str]) -> list[str]:
    """Gives training every label, and each split that was carved out of it a text.

    Args:
        cleaned: Examples and report by split, which are changed.
        carved: The training split and those that were carved out of it.

    Returns:
        What to note about it.
    """
    examples = {split: cleaned[split][0] for split in carved}
    notes = []
    for split, moved in keep_labels(examples, carved):
        _move(cleaned, split, "train", len(moved))
        labels = quoted_labels(Counter(example.label for example in moved), most=_LISTED)
        notes.append(f"moved from the {split} split to training, which would not have them otherwise: the labels {labels}")
    for split, number in fill_empty(examples, carved, label=attrgetter("label")).items():
        _move(cleaned, "train", split, number)
        notes.append(f"moved from training to the {split} split, which would be empty otherwise: {_texts(number)}")
    return notes


def check_sizes(name: str, cleaned: Mapping[str, tuple[list[Example], SplitReport]], carved: Sequence[str]) -> None:
    """Refuses a set without labels or with one only, and one that is too small for a split that it came without.

    Args:
        name: The data, for the error message.
        cleaned: Examples and report by split.
        carved: The training split and those that were carved out of it.

    Raises:
        UserError: A split is empty, or the training split has one label only.
    """
    for split, (examples, report) in cleaned.items():
        if not examples and (split == "train" or split not in carved):
            raise UserError(f"{name}: expected labels in the {split} split, found {report.read:,} texts and no label")
    labels = {example.label for example in cleaned["train"][0]}
    different, read = sum(len(cleaned[split][0]) for split in carved), sum(cleaned[split][1].read for split in carved)
    found = f"{different:,}" + (f" ({_texts(read)} were read)" if read > different else "")
    files = "or a file per split: --data train=FILE,validation=FILE,test=FILE"
    empty = next((split for split in carved if not cleaned[split][0]), None)
    if empty and different < _FEWEST_DIFFERENT:
        expected = f"at least {_FEWEST_DIFFERENT} different texts to take a {empty} split out of"
        raise UserError(f"{name}: expected {expected}, received {found}; give 100 or more, {files}")
    if len(labels) < 2:
        raise UserError(f'{name}: expected at least two labels in training, received only "{labels.pop()}"; check the --label-column')
    if empty:
        expected = f"labels that have a text to spare for the {empty} split"
        raise UserError(f"{name}: expected {expected}, received {len(labels):,} labels for {found} texts; give more of each, {files}")


def rare_labels(counts: Mapping[str, int]) -> list[str]:
    """Says which labels have too few texts to be learned.

    Args:
        counts: Number of training texts by label.

    Returns:
        One sentence, or none.
    """
    rare = {label: number for label, number in counts.items() if 0 < number < _RARE}
    return [f"fewer than {_RARE} training texts, so hardly learned: {quoted_labels(rare, most=_LISTED)}"] if rare else []


def _move(cleaned: Mapping[str, tuple[list[Example], SplitReport]], source: str, target: str, number: int) -> None:
    cleaned[source][1].read -= number
    cleaned[target][1].read += number


def what_cannot_be_measured(validation: SplitReport, test: SplitReport) -> list[str]:
    """Says which labels the test split lacks, and what a score on a small one is worth.

    Args:
        validation: Report of the validation split.
        test: Report of the test split.

    Returns:
        What to note about it.
    """
    notes = []
    if absent := [label for label, number in test.labels.items() if not number]:
        listed = ", ".join(f'"{label}"' for label in absent[:_LISTED]) + f" and {len(absent) - _LISTED} more" * (len(absent) > _LISTED)
        notes.append(f"not in the test split, and so not measured: {listed}")
    if validation.kept < _VERY_SMALL:
        notes.append(f"the validation split has {_texts(validation.kept)}, too few to tell which epoch is best")
    if test.kept < _SMALL:
        low, high = wilson_interval(_EXAMPLE_SCORE, test.kept)
        notes.append(
            f"the test split has {_texts(test.kept)}: an accuracy of {_EXAMPLE_SCORE:.0%} on so few would mean {low:.0%} to {high:.0%} "
            "(95 % interval)"
        )
    return notes


def _texts(number: int) -> str:
    return f"{number:,} text{'s' * (number != 1)}"
