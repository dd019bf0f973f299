"""How the labels of another set are matched with those of a trained model, which may spell them in another way."""

import re
from collections.abc import Iterable, Mapping, Sequence

from toolkit.data.labeled_texts.labels import is_number, plain_label, quoted_labels, sort_labels

_ORDERED = {  # which of two labels 0 stands for, whoever numbered them
    ("negative", "positive"),
    ("neg", "pos"),
    ("no", "yes"),
    ("false", "true"),
    ("bad", "good"),
    ("ham", "spam"),
}
_FEWEST_LETTERS = 3


def match_labels(labels: Iterable[str], label_names: Sequence[str]) -> dict[str, str]:
    """Finds the labels of a model that a set spells in its own way.

    A label is matched where nothing else can be meant:

    * it differs from one label of the model in case, spaces, `.0` or fastText's mark alone;
    * it is the number in one of them, as `1` of `1 star`, or holds the number that one of them is, and all of them have different ones;
    * three or more letters begin one of them, or are begun by one of them, and each of the model's then has its own;
    * `0` and `1` are the two of a pair like negative and positive.

    By each of these but the first, no two labels of the set are matched with the same one.

    Args:
        labels: The labels of the set.
        label_names: The labels of the model.

    Returns:
        The model's label for each label of the set that is not among them and can be matched.
    """
    labels = set(labels)
    matched: dict[str, str] = {}
    for rule in (_by_spelling, _by_number, _by_beginning, _by_abbreviation, _by_order):
        unknown = [label for label in sort_labels(labels) if label not in label_names and label not in matched]
        found = {label: name for label in unknown if (name := rule(label, label_names)) is not None}
        one_to_one = len(set(found.values())) == len(found)
        complete = {*found.values(), *matched.values(), *labels} >= set(label_names)
        partial = (rule is _by_abbreviation and not complete) or (rule is _by_order and len(found) < len(unknown))
        if (one_to_one or rule is _by_spelling) and not partial:
            matched |= found
    return matched


def describe_matches(matched: Mapping[str, str], counts: Mapping[str, int]) -> str:
    """Returns a sentence that says which labels were matched.

    Args:
        matched: What `match_labels` returned.
        counts: How often each label of the set occurs.
    """
    pairs = [f'{quoted_labels({label: counts[label]})} as "{name}"' for label, name in matched.items()]
    return f"labels read as those of the model: {', '.join(pairs)}; --label-map says otherwise"


def _only(names: Iterable[str]) -> str | None:
    names = list(names)
    return names[0] if len(names) == 1 else None


def _by_spelling(label: str, label_names: Sequence[str]) -> str | None:
    return _only(name for name in label_names if plain_label(name) == plain_label(label))


def _by_number(label: str, label_names: Sequence[str]) -> str | None:
    """Matches `1` with `1 star`, and the other way round, where every name of the model has one number and no other name has it."""
    numbers = [_the_number(name) for name in label_names]
    if None in numbers or len(set(numbers)) < len(numbers) or is_number(plain_label(label)) == all(map(is_number, label_names)):
        return None
    return _only(name for name, number in zip(label_names, numbers, strict=True) if number == _the_number(label))


def _by_beginning(label: str, label_names: Sequence[str]) -> str | None:
    return _only(name for name in label_names if _begins(plain_label(name), plain_label(label)))


def _by_abbreviation(label: str, label_names: Sequence[str]) -> str | None:
    return _only(name for name in label_names if _begins(plain_label(label), plain_label(name)))


def _by_order(label: str, label_names: Sequence[str]) -> str | None:
    plain, names = plain_label(label), tuple(map(plain_label, label_names))
    if plain in ("0", "1") and names in _ORDERED:
        return label_names[int(plain)]
    position = next((pair.index(plain) for pair in _ORDERED if plain in pair), None)
    return label_names[position] if position is not None and names == ("0", "1") else None


def _begins(word: str, beginning: str) -> bool:
    return sum(map(str.isalpha, beginning)) >= _FEWEST_LETTERS and word.startswith(beginning)


def _the_number(label: str) -> int | None:
    """Returns the whole number in a label; `None` if it has none, or several."""
    found = re.findall(r"-?[0-9]+", plain_label(label))
    return int(found[0]) if len(found) == 1 else None
