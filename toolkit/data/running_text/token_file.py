"""The tokens of a split, on disk."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from toolkit.data.reading.spread import Spread
from toolkit.data.running_text.documents import Documents, Source, documents_of
from toolkit.data.running_text.stretch import Document
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder
from toolkit.text.tokenizer import Tokenizer

_CHARACTERS = 1 << 20  # encoded at a time, on all cores
_COUNTED = 1 << 24  # ids counted at a time, in 128 MB
_SIZE = np.dtype("<u8")


class TokenFile:
    """Token ids of all documents of a split, end to end in a file that is mapped into memory, so it may be larger than that.

    The file holds the ids, the number of tokens of each document (int64), a description in JSON, and the size of that (uint64).

    Args:
        path: A file that `TokenFile.make` wrote.

    Attributes:
        ids: Token ids, uint16 or, if the vocabulary is large, uint32 `[tokens]`; read from disk where they are used.
        lengths: Number of tokens of each document, int64 `[documents]`.
        characters: Number of characters of the text.
        bytes: Number of its bytes in UTF-8.
        unknown: Number of tokens that are the unknown id.
        fingerprint: Of the text and the tokenizer.

    Raises:
        UserError: The file is missing, cut short or of another format.
    """

    def __init__(self, path: str | os.PathLike):
        self.path = Path(path)
        try:
            size = self.path.stat().st_size
            self._open(size)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{path}: expected the tokens of a run, but the file is missing or damaged; delete it to make it anew"
            ) from error

    @classmethod
    def make(cls, path: str | os.PathLike, documents: Documents, tokenizer: Tokenizer, spread: Spread | None = None) -> "TokenFile":
        """Encodes documents into a file, or takes the file that is there if it was made of the same text by the same tokenizer.

        The text is read, encoded and written part by part. The file is there whole or not at all.

        Args:
            path: The file, such as `run/tokens/train.ids`.
            documents: The texts.
            tokenizer: The tokenizer.
            spread: Where the sources of the documents are encoded, each for itself, in a folder beside the file, which all machines must
                see; `None` for this process, without such a folder.

        Returns:
            The opened file.

        Raises:
            UserError: The file cannot be written, or a text cannot be read.
        """
        path, fingerprint = Path(path), _fingerprint(documents, tokenizer)
        if path.exists():
            try:
                found = cls(path)
            except UserError:
                found = None
            if found is not None and found.fingerprint == fingerprint:
                return found
        with RunFolder(path.parent).replacing(path) as temporary, temporary.open("wb") as file:
            if spread is None:
                encoded = _encoded(file, documents, documents.count, tokenizer)
            else:
                encoded = _gathered(file, documents, tokenizer, spread)
            _finish(file, encoded, documents, tokenizer, fingerprint)
        return cls(path)

    def __len__(self) -> int:
        """Returns the number of tokens."""
        return len(self.ids)

    @property
    def documents(self) -> int:
        """Number of documents."""
        return len(self.lengths)

    def counts(self, vocabulary_size: int) -> np.ndarray:
        """Returns how often each id comes, int64 `[vocabulary_size]`."""
        counts = np.zeros(vocabulary_size, np.int64)
        for start in range(0, len(self), _COUNTED):
            counts += np.bincount(self.ids[start : start + _COUNTED], minlength=vocabulary_size)
        return counts

    def _open(self, size: int) -> None:
        with self.path.open("rb") as file:
            file.seek(size - _SIZE.itemsize)
            about_size = int(np.frombuffer(file.read(), _SIZE)[0])
            file.seek(size - _SIZE.itemsize - about_size)
            about = json.loads(file.read(about_size))
            dtype, tokens = np.dtype(about["dtype"]), about["tokens"]
            file.seek(tokens * dtype.itemsize)
            self.lengths = np.frombuffer(file.read(8 * about["documents"]), "<i8")
        if len(self.lengths) != about["documents"] or self.lengths.sum() != tokens:
            raise ValueError("the lengths of the documents are not those of the ids")
        self.ids = np.memmap(self.path, dtype, "r", shape=(tokens,)) if tokens else np.empty(0, dtype)
        self.characters, self.bytes, self.unknown = about["characters"], about["bytes"], about["unknown"]
        self.fingerprint = about["fingerprint"]


def _fingerprint(documents: Documents, tokenizer: Tokenizer) -> str:
    return hashlib.sha256(f"{documents.fingerprint} {tokenizer.fingerprint}".encode()).hexdigest()


class _Encoded(NamedTuple):
    """What was written of some documents: the number of tokens of each, and of those that are the unknown id."""

    lengths: np.ndarray
    unknown: int


def _dtype(tokenizer: Tokenizer) -> np.dtype:
    return np.dtype("<u2" if tokenizer.vocabulary_size <= 1 << 16 else "<u4")


def _encoded(file: BinaryIO, documents: Iterable[Document], count: int, tokenizer: Tokenizer) -> _Encoded:
    """Writes the ids of so many documents."""
    lengths, unknown = np.zeros(count, "<i8"), 0
    for numbers, texts in _batches(documents):
        encoded = tokenizer.encode(texts)
        np.add.at(lengths, numbers, [len(ids) for ids in encoded])
        ids = np.concatenate(encoded)
        unknown += int(np.count_nonzero(ids == tokenizer.unk_id))
        file.write(ids.astype(_dtype(tokenizer)).tobytes())
    return _Encoded(lengths, unknown)


def _gathered(file: BinaryIO, documents: Documents, tokenizer: Tokenizer, spread: Spread) -> _Encoded:
    """Lets the sources of documents be encoded, and puts the ids together."""
    with tempfile.TemporaryDirectory(dir=Path(file.name).parent) as folder:
        numbered = [*zip(range(len(documents.sources)), documents.sources, (count.count for count in documents.counts), strict=True)]
        encoded = spread(partial(_encode, folder, tokenizer.model_proto), numbered)
        for number, _, _ in numbered:
            with (Path(folder) / str(number)).open("rb") as part:
                shutil.copyfileobj(part, file)
    return _Encoded(np.concatenate([each.lengths for each in encoded]), sum(each.unknown for each in encoded))


def _encode(folder: str, model_proto: bytes, numbered: tuple[int, Source, int]) -> _Encoded:
    number, source, count = numbered
    with RunFolder(folder).replacing(Path(folder) / str(number)) as temporary, temporary.open("wb") as file:
        return _encoded(file, documents_of(source), count, Tokenizer(model_proto))


def _finish(file: BinaryIO, encoded: _Encoded, documents: Documents, tokenizer: Tokenizer, fingerprint: str) -> None:
    lengths, unknown = encoded
    about = {
        "fingerprint": fingerprint,
        "dtype": _dtype(tokenizer).str,
        "tokens": int(lengths.sum()),
        "documents": documents.count,
        "characters": documents.characters,
        "bytes": documents.bytes,
        "unknown": unknown,
    }
    description = json.dumps(about).encode()
    file.write(lengths.tobytes() + description + np.array(len(description), _SIZE).tobytes())


def _batches(documents: Iterable[Document]) -> Iterator[tuple[list[int], list[str]]]:
    """Yields texts to encode at once, each with the number of its document."""
    numbers, texts, size = [], [], 0
    for number, document in enumerate(documents):
        for text in document:
            numbers.append(number)
            texts.append(text)
            size += len(text)
            if size >= _CHARACTERS:
                yield numbers, texts
                numbers, texts, size = [], [], 0
    if texts:
        yield numbers, texts
