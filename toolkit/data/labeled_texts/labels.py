"""Label names: their order, how they are spelled, and which are none."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from toolkit.data.reading.dialect import LABEL_MARK
from toolkit.errors import UserError

_MISSING = {  # what pandas reads as missing; "none" in lower case is often a label
    *("", "#N/A", "#N/A N/A", "#NA", "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN"),
    *("<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"),
}
_WHOLE = re.compile(r"[+-]?[0-9]+(\.0*)?")


def sort_labels(labels: Iterable[str]) -> list[str]:
    """Sorts distinct labels as a person would: numbers by value and before words, `"class 2"` before `"class 10"`."""
    return sorted(set(labels), key=_natural_key)


def label_numbers(labels: Sequence[str], places: Sequence[str], label_names: Sequence[str]) -> list[int]:
    """Numbers labels by their position in `label_names`.

    Args:
        labels: Labels to look up.
        places: Where each was read, for error messages.
        label_names: The labels of the training split.

    Returns:
        One number per label.

    Raises:
        UserError: A label is not among `label_names`.
    """
    numbers = {name: number for number, name in enumerate(label_names)}
    unknown = Counter(label for label in labels if label not in numbers)
    if unknown:
        place = next(place for label, place in zip(labels, places, strict=True) if label in unknown)
        does = "the label {} does not" if len(unknown) == 1 else f"{len(unknown)} labels, {{}}, do not"
        raise UserError(
            f"{place}: {does.format(quoted_labels(unknown))} occur in training, which has {_listed(label_names)}; correct or remove "
            f'{"it" if len(unknown) == 1 else "them"}, or say what is meant, as in --label-map "{next(iter(unknown))}={label_names[0]}"'
        )
    return [numbers[label] for label in labels]


def is_missing(label: str) -> bool:
    """Tells whether a table says that there is no label: by nothing, or as pandas, databases and spreadsheets write a missing value."""
    return label in _MISSING


def without_fractions(labels: Iterable[str]) -> dict[str, str]:
    """Finds whole numbers that are written with a fraction, as pandas writes a column in which it once found a value missing.

    Args:
        labels: All labels; `0`, `0.0`, `1` and `1.0` are two of them.

    Returns:
        The whole number of each label like `"1.0"`; nothing if a number among the labels is not whole.
    """
    numbers = [label for label in labels if is_number(label)]
    if not all(map(_WHOLE.fullmatch, numbers)):
        return {}
    return {label: label.partition(".")[0] for label in numbers if "." in label}


def near_labels(labels: Iterable[str]) -> list[list[str]]:
    """Returns groups of labels that differ in case, spaces or `.0` alone."""
    groups: dict[str, list[str]] = {}
    for label in sort_labels(labels):
        groups.setdefault(plain_label(label), []).append(label)
    return [group for group in groups.values() if len(group) > 1]


def plain_label(label: str) -> str:
    """Returns what is left of a label without fastText's mark, case, spaces and their like; of a whole number, its value."""
    label = label.strip().removeprefix(LABEL_MARK)
    if _WHOLE.fullmatch(label):
        return str(int(label.partition(".")[0]))
    return re.sub(r"[\s_-]+", "", unicodedata.normalize("NFKC", label).casefold()) or label


def is_number(label: str) -> bool:
    """Tells whether a label is a number, written in digits."""
    return re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", label) is not None


def quoted_labels(counts: Mapping[str, int], most: int | None = None) -> str:
    """Lists labels and how often they occur, all of them or the first so many."""
    shown = [f'"{label}" ({counts[label]:,})' for label in sort_labels(counts)]
    return ", ".join(shown) if most is None or len(shown) <= most else f"{', '.join(shown[:most])} and {len(shown) - most} more"


def _natural_key(label: str) -> tuple:
    if is_number(label):
        return (0, float(label), label)
    chunks = [(0, int(chunk), "") if chunk[0] in "0123456789" else (1, 0, chunk) for chunk in re.findall(r"[0-9]+|[^0-9]+", label)]
    return (1, chunks, label)


def _listed(label_names: Sequence[str], most: int = 10) -> str:
    shown = ", ".join(f'"{name}"' for name in label_names[:most])
    return shown if len(label_names) <= most else f"{shown} and {len(label_names) - most} more"
