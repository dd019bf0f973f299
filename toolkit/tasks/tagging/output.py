"""Writes tagged texts as text, columns or JSON lines."""

from collections.abc import Iterable, Iterator
from typing import IO, Any

from toolkit.tasks.records import check_format, json_line, rounded, write_csv
from toolkit.tasks.tagging import marks
from toolkit.tasks.tagging.measures import CHUNKS, MARKS
from toolkit.tasks.tagging.predictor import TaggedText
from toolkit.tasks.tagging.schemes import spans


def write_tagged(texts: Iterable[TaggedText], file: IO[str], output_format: str, kind: str) -> None:
    """Writes tagged texts, each as soon as it is there.

    | format | of a text |
    |---|---|
    | `text` | a line: the text with its capitals and marks, or each chunk as `[NP the dog]`, or each word as `word/TAG` |
    | `csv` | a header above all, then a row for each word: number of the text, word, tag, probability of the tag |
    | `jsonl` | an object: `text`, `tokens`, `tags`, `scores`; with chunks `spans`, with capitals and marks `restored` |

    Args:
        texts: What to write.
        file: Open for writing text.
        output_format: One of `records.FORMATS`.
        kind: What the tags stand for, see `measures.kind_of_tags`.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    if output_format == "csv":
        write_csv(("text", "word", "tag", "score"), _rows(texts), file)
        return
    for text in texts:
        file.write((json_line(_record(text, kind)) if output_format == "jsonl" else as_text(text, kind)) + "\n")
        file.flush()


def as_text(text: TaggedText, kind: str) -> str:
    """Returns a text with its tags, as people read them.

    Args:
        text: The text.
        kind: As for `write_tagged`.
    """
    if kind == MARKS:
        return marks.restored(text.words, text.tags)
    if kind == CHUNKS:
        found = spans(text.tags)
        begin, end = {span.start: f"[{span.kind} " for span in found}, {span.end - 1 for span in found}
        return " ".join(f"{begin.get(place, '')}{word}{']' * (place in end)}" for place, word in enumerate(text.words))
    return " ".join(f"{word}/{tag}" for word, tag in zip(text.words, text.tags, strict=True))


def _rows(texts: Iterable[TaggedText]) -> Iterator[tuple[int, str, str, float | None]]:
    for number, text in enumerate(texts, start=1):
        for word, tag, score in zip(text.words, text.tags, text.scores, strict=True):
            yield number, word, tag, rounded(float(score))


def _record(text: TaggedText, kind: str) -> dict[str, Any]:
    scores = [rounded(float(score), 6) for score in text.scores]
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
