"""Label names: their order, and how the labels of a new file are matched with those of a trained model."""

import re
from collections.abc import Iterable, Sequence

from toolkit.errors import UserError


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
    for label, place in zip(labels, places, strict=True):
        if label not in numbers:
            raise UserError(
                f'{place}: the label "{label}" does not occur in training, which has {_listed(label_names)}; correct or remove it'
            )
    return [numbers[label] for label in labels]


def known_label(label: str, label_names: Sequence[str]) -> str:
    """Finds the label of a trained model that another set writes in its own way.

    A whole number stands for the label at that position, unless the model's own labels are numbers; and three or more first letters
    stand for a label if only one begins with them: `"1"` and `"pos"` both mean `"positive"` to a model that knows `"negative"` and
    `"positive"`.

    Args:
        label: The label as the set writes it.
        label_names: The labels of the model.

    Returns:
        The label of the model, or `label` itself if nothing fits.
    """
    if label in label_names:
        return label
    if label.isdecimal() and int(label) < len(label_names) and not any(map(_is_number, label_names)):
        return label_names[int(label)]
    longer = [name for name in label_names if len(label) >= 3 and name.casefold().startswith(label.casefold())]
    return longer[0] if len(longer) == 1 else label


def _is_number(label: str) -> bool:
    return re.fullmatch(r"[+-]?[0-9]+(\.[0-9]+)?", label) is not None


def _natural_key(label: str) -> tuple:
    if _is_number(label):
        return (0, float(label), label)
    chunks = [(0, int(chunk), "") if chunk[0] in "0123456789" else (1, 0, chunk) for chunk in re.findall(r"[0-9]+|[^0-9]+", label)]
    return (1, chunks, label)


def _listed(label_names: Sequence[str], most: int = 10) -> str:
    shown = ", ".join(f'"{name}"' for name in label_names[:most])
    return shown if len(label_names) <= most else f"{shown} and {len(label_names) - most} more"
