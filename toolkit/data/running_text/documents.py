"""From the value of `--data` to documents of running text in splits, for language models."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice

from toolkit.arguments import option
from toolkit.data.reading.local_files import is_local
from toolkit.data.reading.reading import Reading
from toolkit.data.running_text.document_files import local_documents
from toolkit.data.running_text.stretch import Document, Stretch, Thinned, evenly, has_text
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, split_of, to_measure
from toolkit.errors import UserError

Source = Callable[[], Iterator[Document]]
"""Reads the documents of a split, from the first one whenever it is called."""

_DOCUMENTS = ("file", "line")
_TRAINING_SHARE = 0.9
_HELD_OUT, _HELD_OUT_OF_ONE = 4_000_000, 500_000
"""Most characters of a split that is taken out of many documents, which are measured side by side, and of the end of one text."""

_FEW = 1000
"""Documents: of so few, parts are left out and not whole ones."""


class Documents:
    """The documents of one split, read anew whenever they are iterated, so they need not fit into memory.

    A document is an iterable of parts of its text, which can be iterated again. Blank documents are left out.

    Args:
        source: Reads the documents.

    Attributes:
        count: Number of documents.
        characters: Number of their characters.
        bytes: Number of bytes in UTF-8.
        fingerprint: SHA-256 of all texts, in hexadecimal.
        report: What was read and dropped.

    Raises:
        UserError: A text cannot be read.
    """

    def __init__(self, source: Source):
        self._source = source
        self.count, self.characters, self.bytes = 0, 0, 0
        digest = hashlib.sha256()
        read = 0
        for document in source():
            read += 1
            if not has_text(document):
                continue
            self.count += 1
            for text in document:
                encoded = text.encode()
                digest.update(encoded)
                self.characters += len(text)
                self.bytes += len(encoded)
            digest.update(b"\0")
        self.fingerprint = digest.hexdigest()
        noted = {"characters": self.characters, "bytes": self.bytes}
        dropped = {"blank": read - self.count} if read > self.count else {}
        self.report = SplitReport(read=read, kept=self.count, dropped=dropped, noted=noted)

    def __iter__(self) -> Iterator[Document]:
        """Reads the documents."""
        return filter(has_text, self._source())

    def texts(self) -> Iterator[str]:
        """Reads the parts of all documents, one after another."""
        return chain.from_iterable(self)


@dataclass(frozen=True)
class DocumentCorpus:
    """Running text.

    Attributes:
        name: The data set or files.
        splits: `"train"`, `"validation"` and, unless there is but one text, `"test"`.
        continuous: Whether training is a single document. Its end is no end of anything, so it is not predicted.
        report: What was read and dropped.
    """

    name: str
    splits: dict[str, Documents]
    continuous: bool
    report: Report


def read_documents(
    data: str | None = None,
    *,
    documents: str = "file",
    text_column: str | None = None,
    data_dir: str | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    most_characters: int | None = None,
) -> DocumentCorpus:
    """Reads documents for a language model.

    If training is a single text, a missing validation split is the last tenth of its characters, at most half a million, and no test split
    is made. Otherwise a split that is missing is carved out of the training split by the hash of the text, as for other tasks; it has at
    most about 4 million characters.

    The texts are read several times, part by part: to count them, to train a tokenizer, to encode them.

    Args:
        data: A text file, a table, or a folder of them, `train=PATH,validation=PATH,test=PATH` (see
            `toolkit.data.running_text.document_files.local_documents`), the name of a TFDS set such as `"tiny_shakespeare"`, or
            `None` for the movie reviews that come with the `examples` extra.
        documents: `"file"` if a text file is a document, `"line"` if each of its lines is one.
        text_column: Column or feature of the text; `None` to find it by its usual names.
        data_dir: Where TFDS keeps its sets; `None` for its own default.
        reading: How files are to be read, as far as their content is not to decide it. If it has a format, all files are tables.
        most_characters: About how many characters training has at most; they are taken evenly from all of it. `None` for no limit.

    Returns:
        The corpus.

    Raises:
        UserError: The data is missing, malformed, empty or too small, or all of it is one character.
    """
    name, sources, notes = _read(data, documents, text_column, data_dir, reading)
    if "train" not in sources:
        raise UserError(f"{name}: expected a training split, found {', '.join(sources)}")
    first = list(islice(filter(has_text, sources["train"]()), 2))
    if not first:
        raise UserError(f"{name}: expected text in the train split, found none")
    continuous = len(first) == 1
    complete = _cut(sources, first[0]) if continuous else _carve(sources)
    splits = {split: Documents(complete[split]) for split in SPLITS if split in complete}
    if most_characters is not None and (size := splits["train"].characters) > most_characters:
        splits["train"] = Documents(_thinned(complete["train"], splits["train"], most_characters))
        kept = f"{splits['train'].characters:,} of the {size:,} characters"
        notes = [*notes, f"training takes {kept}, evenly from all of them; give {option('most_characters')} for another number"]
    _check(name, splits, sources, continuous)
    return DocumentCorpus(name, splits, continuous, Report(name, {split: splits[split].report for split in splits}, notes))


def read_document_split(
    data: str | None,
    *,
    documents: str = "file",
    text_column: str | None = None,
    data_dir: str | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
) -> Documents:
    """Reads texts to evaluate a trained model on: the test split, or else the validation split, or all of a set without splits.

    Args:
        data: As for `read_documents`.
        documents: As for `read_documents`.
        text_column: As for `read_documents`.
        data_dir: As for `read_documents`.
        reading: As for `read_documents`.

    Returns:
        The documents.

    Raises:
        UserError: The data is missing, malformed or empty.
    """
    name, sources, _ = _read(data, documents, text_column, data_dir, reading)
    [(chosen, source)] = to_measure(sources).items()
    split = Documents(source)
    _check(name, {chosen: split}, sources)
    return split


def _read(
    data: str | None, documents: str, text_column: str | None, data_dir: str | None, reading: Reading
) -> tuple[str, Mapping[str, Source], list[str]]:
    """Returns the name, the documents by split and notes."""
    if documents not in _DOCUMENTS:
        raise UserError(f'documents must be file or line. Received: "{documents}"')
    if data is not None and is_local(data):
        notes: list[str] = []
        sources = local_documents(data, by_line=documents == "line", text_column=text_column, reading=reading, notes=notes)
        return data, sources, notes
    from toolkit.data.running_text.tfds_documents import tfds_documents  # imports TensorFlow, which local files do not need

    return tfds_documents("movie_reviews" if data is None else data, text_column, data_dir)


def _cut(sources: Mapping[str, Source], text: Document) -> dict[str, Source]:
    """Takes validation off the end of the one text."""
    if "validation" in sources:
        return dict(sources)
    size = sum(map(len, text))
    training = max(int(_TRAINING_SHARE * size), size - _HELD_OUT_OF_ONE)
    train, validation = Stretch(text, 0, training), Stretch(text, training)
    return {**sources, "train": lambda: iter([train]), "validation": lambda: iter([validation])}


def _carve(sources: Mapping[str, Source]) -> dict[str, Source]:
    """Takes the splits that are missing out of the training split, ten per cent of it for each."""
    missing = [split for split in SPLITS[1:] if split not in sources]
    shares = {"train": 100 - 10 * len(missing), "validation": 10 * ("validation" in missing)}
    carved = {split: partial(_share, sources["train"], split, shares) for split in ("train", *missing)} if missing else {}
    return {**sources, **carved, **{split: partial(_beginning, carved[split], _HELD_OUT) for split in missing}}


def _share(source: Source, split: str, shares: Mapping[str, int]) -> Iterator[Document]:
    return (document for document in source() if split_of(document, **shares) == split)


def _beginning(source: Source, characters: int) -> Iterator[Document]:
    """Yields the first documents, until they have so many characters."""
    done = 0
    for document in source():
        if done >= characters:
            return
        yield document
        done += sum(map(len, document))


def _thinned(source: Source, documents: Documents, characters: int) -> Source:
    """Reads about so many characters evenly from all documents: some of many documents, or of few some parts of each."""
    share = characters / documents.characters
    if documents.count >= _FEW:
        return lambda: evenly(source(), share)
    return lambda: (Thinned(document, share) for document in source())


def _check(name: str, splits: Mapping[str, Documents], given: Mapping[str, Source], continuous: bool = False) -> None:
    for split, documents in splits.items():
        if documents.count:
            continue
        if split in given and (split != "train" or len(given) == len(splits)):
            raise UserError(f"{name}: expected text in the {split} split, found none")
        if continuous:
            raise UserError(f"{name}: expected text in its last tenth, which is for validation, found none; give a file for each split")
        advice = "give at least 100, or a file per split: --data train=FILE,validation=FILE,test=FILE"
        raise UserError(f"{name}: too few documents to take a {split} split out of them by hash: it is empty; {advice}")
    if "train" in splits and _has_one_character(splits["train"]):
        raise UserError(f"{name}: expected at least two different characters to learn from, but the train split has only one")


def _has_one_character(documents: Documents) -> bool:
    seen: set[str] = set()
    return not any(len(seen := seen | set(text)) > 1 for text in documents.texts())
