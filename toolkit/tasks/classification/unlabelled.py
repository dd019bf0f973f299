"""Texts without labels, of the same kind as the labeled ones."""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from toolkit.arguments import option
from toolkit.data.labeled_texts.corpus import Corpus
from toolkit.data.reading.reading import Reading
from toolkit.data.running_text.document_files import local_documents
from toolkit.data.splits.report import SplitReport
from toolkit.errors import UserError
from toolkit.tasks.classification.settings import REST, LabeledTextSettings

UNLABELLED = "unlabelled"
"""What their split is called."""


def read_unlabelled(settings: LabeledTextSettings, corpus: Corpus, rest: Sequence[str]) -> list[str]:
    """Reads texts without labels; the report of the corpus says how many, and what was left out.

    Args:
        settings: Where they are, and how files are read.
        corpus: The labeled texts, none of which is among them.
        rest: Training texts whose labels are not used.

    Returns:
        Different texts that are not blank.

    Raises:
        UserError: A file cannot be read, or no text is left.
    """
    texts = list(rest) if settings.unlabelled == REST else list(_read_files(settings, corpus.report.notes))
    known = {text: f"also in {name}" for name, split in corpus.splits.items() for text in split.texts}
    dropped: Counter[str] = Counter()
    kept: dict[str, None] = {}
    for text in texts:
        if reason := known.get(text) or (text in kept and "repeated") or (not text.strip() and "blank"):
            dropped[reason] += 1
        else:
            kept[text] = None
    if not kept:
        expected = "texts that are neither blank nor among the labeled ones"
        raise UserError(f"{option('unlabelled')}: expected {expected}, received {settings.unlabelled}, which has none; give other files")
    corpus.report.splits[UNLABELLED] = SplitReport(read=len(texts), kept=len(kept), dropped=dict(dropped))
    return list(kept)


def _read_files(settings: LabeledTextSettings, notes: list[str]) -> Iterator[str]:
    """Yields the rows of tables, and the lines of other files."""
    options = {"by_line": True, "text_column": settings.text_column, "reading": Reading.of(settings), "notes": notes}
    for path in [settings.unlabelled] if Path(settings.unlabelled).expanduser().exists() else settings.unlabelled.split(","):
        if not path.strip():
            raise UserError(f'{option("unlabelled")}: expected FILE,FILE or {REST}, received "{settings.unlabelled}"')
        for read in local_documents(path.strip(), **options)["train"]:
            yield from map("".join, read())
