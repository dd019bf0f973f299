"""Leaving out what cannot be learned from, and counting it."""

from collections import Counter
from collections.abc import Sequence

from toolkit.data.labeled_texts.example import Example
from toolkit.data.splits.report import SplitReport


def clean(examples: Sequence[Example], whole: bool) -> tuple[list[Example], SplitReport]:
    """Drops texts without a label and repeated texts. What a text becomes is left to the tokenizer, which travels with the model.

    Args:
        examples: The examples of one split.
        whole: Keep repeated texts, so that a score on this split can be compared with others'. Else the first of them stays.

    Returns:
        The examples that are left, in their order, and the report of what was dropped; its `kept` and `labels` are yet to be filled in.
    """
    dropped: Counter[str] = Counter()
    noted: Counter[str] = Counter()
    first_label: dict[str, str] = {}
    kept: list[Example] = []
    for example in examples:
        if not example.label:
            dropped["no label"] += 1
            continue
        if example.text in first_label:
            repeated = "repeated" if first_label[example.text] == example.label else "repeated with another label"
            (noted if whole else dropped)[repeated] += 1
            if not whole:
                continue
        first_label.setdefault(example.text, example.label)
        kept.append(example)
    return kept, SplitReport(read=len(examples), dropped=dict(dropped), noted=dict(noted))
