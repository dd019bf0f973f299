"""From the value of `--data` to documents of running text in splits, for language models."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import accumulate, chain, islice
from typing import NamedTuple

from toolkit.arguments import option
from toolkit.data.prepared.prepared_folder import PreparedFolder
from toolkit.data.reading.local_files import is_local
from toolkit.data.reading.reading import Reading
from toolkit.data.reading.spread import Spread, here
from toolkit.data.running_text.document_files import local_documents
from toolkit.data.running_text.stretch import PART_CHARACTERS, Document, Stretch, Thinned, evenly, has_text, in_parts
from toolkit.data.splits.distant import digest_of
from toolkit.data.splits.report import Report, SplitReport
from toolkit.data.splits.splitting import SPLITS, split_by, to_measure
from toolkit.errors import UserError

Source = Callable[[], Iterator[Document]]
"""Reads documents, from the first one whenever it is called."""

KIND = "running text"
"""What prepared data of this kind are called."""

_DOCUMENTS = ("file", "line")
_TRAINING_SHARE = 0.9
_HELD_OUT, _HELD_OUT_OF_ONE = 4_000_000, 500_000
"""Most characters of a split that is taken out of many documents, which are measured side by side, and of the end of one text."""

_FEW = 1000
"""Documents: of so few long ones, parts are left out and not whole ones."""


class Count(NamedTuple):
    """What documents have.

    Attributes:
        read: Number of documents, blank ones among them.
        count: Number of those that are not blank.
        characters: Number of their characters.
        bytes: Number of bytes in UTF-8.
        digest: SHA-256 of their texts, in hexadecimal.
    """

    read: int
    count: int
    characters: int
    bytes: int
    digest: str

    @classmethod
    def of(cls, source: Source) -> "Count":
        """Reads documents.

        Args:
            source: Reads them.

        Raises:
            UserError: A text cannot be read.
        """
        digest = hashlib.sha256()
        read = count = characters = size = 0
        for document in source():
            read += 1
            if not has_text(document):
                continue
            count += 1
            for text in document:
                encoded = text.encode()
                digest.update(encoded)
                characters += len(text)
                size += len(encoded)
            digest.update(b"\0")
        return cls(read, count, characters, size, digest.hexdigest())


class Documents:
    """The documents of one split, read anew whenever they are iterated, so they need not fit into memory.

    A document is an iterable of parts of its text, which can be iterated again. Blank documents are left out.

    Args:
        sources: What reads the documents, one after the other.
        counts: What each source has; `None` to read them for that.

    Attributes:
        sources: As given.
        counts: What each source has.
        total: What they have together; its digest is that of the one source, or of the digests of several.
        report: What was read and dropped.

    Raises:
        UserError: A text cannot be read.
    """

    def __init__(self, sources: Sequence[Source], counts: Sequence[Count] | None = None):
        self.sources = sources
        self.counts = here(Count.of, sources) if counts is None else counts
        digests = [count.digest for count in self.counts]
        digest = digests[0] if len(digests) == 1 else hashlib.sha256("".join(digests).encode()).hexdigest()
        self.total = Count(*(sum(count[place] for count in self.counts) for place in range(len(Count._fields) - 1)), digest)
        noted = {"characters": self.characters, "bytes": self.bytes}
        dropped = {"blank": self.total.read - self.count} if self.total.read > self.count else {}
        self.report = SplitReport(read=self.total.read, kept=self.count, dropped=dropped, noted=noted)

    @property
    def count(self) -> int:
        """Number of documents."""
        return self.total.count

    @property
    def characters(self) -> int:
        """Number of their characters."""
        return self.total.characters

    @property
    def bytes(self) -> int:
        """Number of bytes in UTF-8."""
        return self.total.bytes

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the texts, in hexadecimal."""
        return self.total.digest

    def __iter__(self) -> Iterator[Document]:
        """Reads the documents."""
        return chain.from_iterable(map(documents_of, self.sources))

    def texts(self) -> Iterator[str]:
        """Reads the parts of all documents, one after another."""
        return chain.from_iterable(self)


def documents_of(source: Source) -> Iterator[Document]:
    """Reads the documents of a source that are not blank.

    Args:
        source: Reads all of them.
    """
    return filter(has_text, source())


def texts_of(source: Source) -> Iterator[str]:
    """Reads the parts of the documents of a source that are not blank.

    Args:
        source: Reads all of them.
    """
    return chain.from_iterable(documents_of(source))


@dataclass(frozen=True)
class DocumentCorpus:
    """Running text.

    Attributes:
        name: The data set or files.
        splits: `"train"`, `"validation"` and, unless there is but one text, `"test"`.
        continuous: Whether training is a single document. Its end is no end of anything, so it is not predicted.
        report: What was read and dropped.
        prepared: The folder, if `toolkit prepare` made it: training is there as tokens alone, and the other splits as texts, too.
    """

    name: str
    splits: dict[str, Documents]
    continuous: bool
    report: Report
    prepared: PreparedFolder | None = None


def read_documents(
    data: str | None = None,
    *,
    documents: str = "file",
    text_column: str | None = None,
    data_dir: str | None = None,
    reading: Reading = Reading(),  # noqa: B008 (frozen)
    most_characters: int | None = None,
    spread: Spread | None = None,
) -> DocumentCorpus:
    """Reads documents for a language model.

    If training is a single text, a missing validation split is the last tenth of its characters, at most half a million, and no test split
    is made. Otherwise a split that is missing is carved out of the training split by the hash of the text, as for other tasks; it has at
    most about 4 million characters. If there are so few documents that this leaves a split empty, each has a tenth of them, at least one.

    The texts are read several times, part by part: to count them, to train a tokenizer, to encode them.

    Args:
        data: A text file, a table, or a folder of them, `train=PATH,validation=PATH,test=PATH` (see
            `toolkit.data.running_text.document_files.local_documents`), the folder of prepared data, the name of a TFDS set such as
            `"tiny_shakespeare"`, or `None` for the movie reviews that come with the `examples` extra.
        documents: `"file"` if a text file is a document, `"line"` if each of its lines is one.
        text_column: Column or feature of the text; `None` to find it by its usual names.
        data_dir: Where TFDS keeps its sets; `None` for its own default.
        reading: How files are to be read, as far as their content is not to decide it. If it has a format, all files are tables.
        most_characters: About how many characters training has at most; they are taken evenly from all of it. `None` for no limit.
        spread: Where the files are read, each for itself; `None` for this process, one after the other.

    Returns:
        The corpus.

    Raises:
        UserError: The data is missing, malformed, empty or too small, or all of it is one character.
    """
    if prepared := PreparedFolder.find(data, KIND):
        return _prepared(prepared, prepared.remark({"text_column": text_column, "data_dir": data_dir, **asdict(reading)}))
    name, sources, notes = _read(data, documents, text_column, data_dir, reading)
    if "train" not in sources:
        raise UserError(f"{name}: expected a training split, found {', '.join(sources)}")
    if spread is None:
        sources, spread = {split: [partial(_one_after_another, each)] for split, each in sources.items()}, here
    first = list(islice(chain.from_iterable(map(documents_of, sources["train"])), 2))
    if not first:
        raise UserError(f"{name}: expected text in the train split, found none")
    continuous = len(first) == 1
    if continuous:
        splits, moved = _counted(_cut(sources, first[0]), spread), []
    else:
        splits, moved = _carved(sources, spread)
    notes = [*notes, *moved]
    if most_characters is not None and (size := splits["train"].characters) > most_characters:
        splits |= _counted({"train": _thinned(splits["train"], most_characters)}, spread)
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
    if prepared := PreparedFolder.find(data, KIND):
        return list(_prepared(prepared, []).splits.values())[-1]
    name, sources, _ = _read(data, documents, text_column, data_dir, reading)
    [(chosen, given)] = to_measure(sources).items()
    split = Documents([partial(_one_after_another, given)])
    _check(name, {chosen: split}, sources)
    return split


def _read(
    data: str | None, documents: str, text_column: str | None, data_dir: str | None, reading: Reading
) -> tuple[str, Mapping[str, Sequence[Source]], list[str]]:
    """Returns the name, the documents by split and notes."""
    if documents not in _DOCUMENTS:
        raise UserError(f'documents must be file or line. Received: "{documents}"')
    if data is not None and is_local(data):
        notes: list[str] = []
        sources = local_documents(data, by_line=documents == "line", text_column=text_column, reading=reading, notes=notes)
        return data, sources, notes
    from toolkit.data.running_text.tfds_documents import tfds_documents  # imports TensorFlow, which local files do not need

    return tfds_documents("movie_reviews" if data is None else data, text_column, data_dir)


def _prepared(prepared: PreparedFolder, notes: Sequence[str]) -> DocumentCorpus:
    report = prepared.report()
    report.notes += notes
    splits = {
        split: Documents([partial(_kept if split != "train" else _left_out, prepared, split)], [Count(*prepared.about["counts"][split])])
        for split in prepared.splits
    }
    return DocumentCorpus(report.name, splits, prepared.about["continuous"], report, prepared)


def _kept(prepared: PreparedFolder, split: str) -> Iterator[Document]:
    return (in_parts(record["text"]) for record in prepared.records(split))


def _left_out(prepared: PreparedFolder, split: str) -> Iterator[Document]:
    raise UserError(f"{prepared.path}: the {split} split has tokens and no text; prepare the data again, with the tokenizer that is wanted")


def _counted(sources: Mapping[str, Sequence[Source]], spread: Spread) -> dict[str, Documents]:
    return {split: Documents(sources[split], spread(Count.of, sources[split])) for split in SPLITS if split in sources}


def _one_after_another(sources: Sequence[Source]) -> Iterator[Document]:
    return chain.from_iterable(source() for source in sources)


def _cut(sources: Mapping[str, Sequence[Source]], text: Document) -> dict[str, Sequence[Source]]:
    """Takes validation off the end of the one text."""
    if "validation" in sources:
        return dict(sources)
    size = sum(map(len, text))
    training = max(int(_TRAINING_SHARE * size), size - _HELD_OUT_OF_ONE)
    train, validation = Stretch(text, 0, training), Stretch(text, training)
    return {**sources, "train": [partial(iter, [train])], "validation": [partial(iter, [validation])]}


def _carved(sources: Mapping[str, Sequence[Source]], spread: Spread) -> tuple[dict[str, Documents], list[str]]:
    """Returns the documents of all splits, and what to note about them."""
    splits = _counted(_carve(sources), spread)
    missing = [split for split in splits if split not in sources]
    if not missing or all(splits[split].count for split in ("train", *missing)):
        return splits, []
    chosen = _by_rank(sources["train"], missing, spread)
    if not chosen:
        return splits, []
    splits = _counted(_carve(sources, chosen), spread)
    numbers = ", ".join(f"{splits[split].count} for {split}" for split in ("train", *missing))
    return splits, [f"of so few documents the split is by the order of their hashes: {numbers}"]


def _carve(sources: Mapping[str, Sequence[Source]], chosen: Mapping[bytes, str] | None = None) -> dict[str, Sequence[Source]]:
    """Takes the splits that are missing out of the training split, ten per cent of it for each.

    Args:
        sources: The documents by split.
        chosen: By hash, the splits of documents; `None` for those that the hash itself gives.
    """
    missing = [split for split in SPLITS[1:] if split not in sources]
    shares = {"train": 100 - 10 * len(missing), "validation": 10 * ("validation" in missing)}
    if not missing:
        return dict(sources)
    carved = {split: [partial(_share, source, split, shares, chosen) for source in sources["train"]] for split in ("train", *missing)}
    return {**sources, **carved, **{split: [partial(_beginning, carved[split], _HELD_OUT)] for split in missing}}


def _share(source: Source, split: str, shares: Mapping[str, int], chosen: Mapping[bytes, str] | None) -> Iterator[Document]:
    for document in source():
        digest = digest_of(document)
        if (split_by(digest, **shares) if chosen is None else chosen.get(digest)) == split:  # a blank one has no split
            yield document


def _by_rank(sources: Sequence[Source], missing: Sequence[str], spread: Spread) -> dict[bytes, str]:
    """Gives each missing split a tenth of the documents, at least one, and training the rest; nothing if there are too few.

    Which ones these are hangs on the documents alone, as the order of their hashes does.
    """
    digests = sorted({digest for found in spread(_digests, sources) for digest in found})
    tenth = max(1, len(digests) // 10)
    if len(digests) <= len(missing) * tenth:
        return {}
    held_out = [split for split in missing for _ in range(tenth)]
    return dict.fromkeys(digests, "train") | dict(zip(digests, held_out, strict=False))


def _digests(source: Source) -> list[bytes]:
    return [digest_of(document) for document in documents_of(source)]


def _beginning(sources: Sequence[Source], characters: int) -> Iterator[Document]:
    """Yields the first documents, until they have so many characters."""
    done = 0
    for document in _one_after_another(sources):
        if done >= characters:
            return
        yield document
        done += sum(map(len, document))


def _thinned(documents: Documents, characters: int) -> list[Source]:
    """Reads about so many characters evenly from all documents: some of the documents, or of few long ones some parts of each."""
    share = characters / documents.characters
    if documents.count < _FEW and documents.characters > documents.count * PART_CHARACTERS:
        return [partial(_thinned_each, source, share) for source in documents.sources]
    firsts = accumulate((count.read for count in documents.counts), initial=0)
    return [partial(_some, source, share, first) for source, first in zip(documents.sources, firsts, strict=False)]


def _thinned_each(source: Source, share: float) -> Iterator[Document]:
    return (Thinned(document, share) for document in source())


def _some(source: Source, share: float, first: int) -> Iterator[Document]:
    return evenly(source(), share, first)


def _check(name: str, splits: Mapping[str, Documents], given: Mapping[str, Sequence[Source]], continuous: bool = False) -> None:
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
