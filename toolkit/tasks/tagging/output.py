"""Tagged texts as people read them, and as records."""

import argparse
from collections.abc import Sequence
from typing import Any

from toolkit.inspection.explained import Explained
from toolkit.tasks.records import Answer, rounded
from toolkit.tasks.tagging import marks
from toolkit.tasks.tagging.measures import CHUNKS, MARKS
from toolkit.tasks.tagging.predictor import TaggedText
from toolkit.tasks.tagging.schemes import spans
from toolkit.tasks.told_explanation import most_telling, records_of_parts, shows_colours, told_below


def as_text(text: TaggedText, kind: str) -> str:
    """Returns a text with its capitals and marks, or each chunk as `[NP the dog]`, or each word as `word/TAG`.

    Args:
        text: The text.
        kind: What the tags stand for, see `measures.kind_of_tags`.
    """
    if kind == MARKS:
        return marks.restored(text.words, text.tags)
    if kind == CHUNKS:
        found = spans(text.tags)
        begin, end = {span.start: f"[{span.kind} " for span in found}, {span.end - 1 for span in found}
        return " ".join(f"{begin.get(place, '')}{word}{']' * (place in end)}" for place, word in enumerate(text.words))
    return " ".join(f"{word}/{tag}" for word, tag in zip(text.words, text.tags, strict=True))


def record_of(text: TaggedText, kind: str) -> dict[str, Any]:
    """Returns `text`, `tokens`, `tags` and `scores`; with chunks `spans`, with capitals and marks `restored`.

    Args:
        text: The text.
        kind: As for `as_text`.
    """
    scores = [rounded(score, 6) for score in text.scores]
    record: dict[str, Any] = {"text": text.text, "tokens": text.words, "tags": text.tags, "scores": scores}
    if kind == MARKS:
        return {**record, "restored": marks.restored(text.words, text.tags)}
    if kind == CHUNKS:
        record["spans"] = [
            {
                "kind": span.kind,
                "start": span.start,
                "end": span.end,
                "text": " ".join(text.words[span.start : span.end]),
                "score": min(scores[span.start : span.end]),
            }
            for span in spans(text.tags)
        ]
    return record


def with_explanation(answer: Answer, text: TaggedText, explained: Sequence[Explained], options: argparse.Namespace) -> Answer:
    """Returns an answer that says which words each tag hangs on: in its record as `explanation`, in a column, in lines below the text.

    Args:
        answer: The answer to a text.
        text: The text.
        explained: Why each of its words has its tag.
        options: The parsed options of `predict`.
    """
    words = [[*zip(each.tokens, map(float, each.attributions[0].weights), strict=True)] for each in explained]
    tags = [f"{word}/{tag}" for word, tag in zip(text.words, text.tags, strict=True)]
    rows = [[*row, most_telling(each)] for row, each in zip(answer.rows, words, strict=True)]
    lines = told_below(tags, words, shows_colours(options))
    return Answer({**answer, "explanation": records_of_parts(explained)}, rows, [*answer.text, *lines])
