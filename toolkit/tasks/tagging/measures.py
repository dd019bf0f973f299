"""How good tags are: from true and predicted ones to numbers."""

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from toolkit.html import Shown
from toolkit.tasks.tagging import marks
from toolkit.tasks.tagging.schemes import mark_chunks, spans

CHUNKS, MARKS, TAGS = "chunks", "marks", "tags"
ITEMS = {CHUNKS: "chunks", MARKS: "capitals and marks", TAGS: "words"}

Item = tuple[str, int, int]
"""What is found or not: its name, its first word, and the word after its last."""


def kind_of_tags(tag_names: Collection[str]) -> str:
    """Tells what tags stand for: `CHUNKS`, `MARKS`, or `TAGS`, each of which stands for itself."""
    return CHUNKS if mark_chunks(tag_names) else MARKS if marks.are_marks(tag_names) else TAGS


@dataclasses.dataclass(frozen=True)
class TaggingResult(Shown):
    """What `evaluate_tags` found.

    Attributes:
        kind: What the tags stand for: `CHUNKS`, `MARKS` or `TAGS`.
        sentences: Number of sentences.
        words: Number of words.
        accuracy: Share of the words whose tag is the true one.
        unknown_words: Number of words that the model does not know.
        unknown_accuracy: Share of those whose tag is the true one; `None` if there is none.
        precision: Share of the items found that are true. Items are chunks; capitals and marks; or words.
        recall: Share of the true items that were found.
        f1: Harmonic mean of both.
        names: For every kind of item `precision`, `recall`, `f1`, and the number of true items, `support`.
        given: How often each tag was given.
    """

    kind: str
    sentences: int
    words: int
    accuracy: float
    unknown_words: int
    unknown_accuracy: float | None
    precision: float
    recall: float
    f1: float
    names: dict[str, dict[str, float]]
    given: dict[str, int]

    @property
    def score(self) -> float:
        """The one number to compare models by: F1 of chunks, and of capitals and marks; the accuracy of other tags."""
        return self.accuracy if self.kind == TAGS else self.f1

    def as_dict(self) -> dict[str, Any]:
        """Returns plain dicts and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TaggingResult":
        """Makes a result from what `as_dict` returned."""
        return cls(**values)

    def __str__(self) -> str:
        """Returns a short table for the terminal."""
        lines = [f"accuracy  {self.accuracy:.2%} of {self.words:,} words in {self.sentences:,} sentences"]
        if self.unknown_accuracy is not None:
            lines.append(f"          {self.unknown_accuracy:.2%} of {self.unknown_words:,} words that are not in the vocabulary")
        width = max(map(len, [ITEMS[self.kind], *self.names]))
        lines.append(f"{'':<{width}}  precision  recall      F1   number")
        total = {"precision": self.precision, "recall": self.recall, "f1": self.f1, "support": sum(_supports(self.names))}
        rows = [(ITEMS[self.kind], total), *self.names.items()]
        for name, row in rows[self.kind == TAGS :]:
            numbers = f"{row['precision']:>9.2%}  {row['recall']:>6.2%}  {row['f1']:>6.2%}  {row['support']:>7,}"
            lines.append(f"{name:<{width}}  {numbers}")
        return "\n".join(lines)


def evaluate_tags(
    true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], kind: str, known: Sequence[Sequence[bool]] | None = None
) -> TaggingResult:
    """Compares predicted tags with the true ones.

    A chunk is right if its kind, its first word and its last are, as conlleval has it; numbers over all kinds count each chunk once.

    Args:
        true: The tags of each sentence.
        predicted: The predicted ones.
        kind: What the tags stand for, see `kind_of_tags`.
        known: Whether the model knows each word; `None` for all.

    Raises:
        ValueError: There is no word, or the sentences differ in their lengths.
    """
    if [len(tags) for tags in true] != [len(tags) for tags in predicted] or not any(map(len, true)):
        raise ValueError("Arguments `true` and `predicted` must have the same number of tags in each sentence, and at least one.")
    pairs = [pair for one, other in zip(true, predicted, strict=True) for pair in zip(one, other, strict=True)]
    right = [one == other for one, other in pairs]
    unknown = (
        []
        if known is None
        else [is_right for is_right, is_known in zip(right, (k for row in known for k in row), strict=True) if not is_known]
    )
    counts = _counted(true, predicted, kind)
    total = tuple(sum(column) for column in zip(*counts.values(), strict=True)) or (0, 0, 0)
    return TaggingResult(
        kind=kind,
        sentences=len(true),
        words=len(pairs),
        accuracy=sum(right) / len(right),
        unknown_words=len(unknown),
        unknown_accuracy=sum(unknown) / len(unknown) if unknown else None,
        **_rates(*total),
        names={name: {**_rates(*counts[name]), "support": counts[name][1]} for name in _ordered(counts)},
        given=dict(Counter(other for _, other in pairs).most_common()),
    )


def items_of(tags: Sequence[str], kind: str) -> Iterable[Item]:
    """Returns what the tags of a sentence say.

    Args:
        tags: The tags.
        kind: What they stand for.
    """
    if kind == CHUNKS:
        return spans(tags)
    if kind == TAGS:
        return [(tag, place, place + 1) for place, tag in enumerate(tags)]
    parts = [(place, part) for place, tag in enumerate(tags) for part in _marks_of(tag)]
    return [(part, place, place + 1) for place, part in parts]


def _marks_of(tag: str) -> list[str]:
    case, mark = marks.parts_of(tag) if marks.are_marks([tag]) else ("", "")
    return [part for part in (case, mark) if part and part != marks.CASES[0]]


def _counted(true: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]], kind: str) -> dict[str, tuple[int, int, int]]:
    """Returns by name how many items are right, true and found."""
    right, wanted, found = Counter(), Counter(), Counter()
    for one, other in zip(true, predicted, strict=True):
        items, others = set(items_of(one, kind)), set(items_of(other, kind))
        for counter, some in ((wanted, items), (found, others), (right, items & others)):
            counter.update(name for name, *_ in some)
    return {name: (right[name], wanted[name], found[name]) for name in {*wanted, *found}}


def _rates(right: int, wanted: int, found: int) -> dict[str, float]:
    precision, recall = right / found if found else 0.0, right / wanted if wanted else 0.0
    return {"precision": precision, "recall": recall, "f1": 2 * right / (wanted + found) if wanted + found else 0.0}


def _ordered(counts: Collection[str]) -> list[str]:
    known = [*marks.CASES, *marks.MARKS]
    return sorted(counts, key=lambda name: (known.index(name) if name in known else len(known), name))


def _supports(names: dict[str, dict[str, float]]) -> list[float]:
    return [row["support"] for row in names.values()]
