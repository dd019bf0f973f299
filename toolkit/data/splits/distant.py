"""Texts that stay where they were read, as what decides about splits and repetitions sees them."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Distant:
    """What is known of a text that lies elsewhere. It equals another if the texts are the same.

    Attributes:
        digest: SHA-256 of the text.
        length: Number of its characters.
        core: Digest and length of the text without white space at its ends, where that is another one.
        file: Number of the file of rows that it lies in.
        row: Number of its row there.
    """

    digest: bytes
    length: int = field(compare=False)
    core: tuple[bytes, int] | None = field(compare=False)
    file: int = field(compare=False)
    row: int = field(compare=False)

    @classmethod
    def of(cls, text: str, file: int, row: int) -> "Distant":
        """Returns what is to be known of a text."""
        core = text.strip()
        return cls(digest_of(text), len(text), None if core == text else (digest_of(core), len(core)), file, row)

    def __len__(self) -> int:
        return self.length

    def __reduce__(self) -> tuple:
        return Distant, (self.digest, self.length, self.core, self.file, self.row)  # which is much faster than what a dataclass does

    def strip(self) -> "Distant":
        """Returns the text without white space at its ends."""
        return self if self.core is None else Distant(*self.core, None, self.file, self.row)


def digest_of(text: str | Iterable[str] | Distant) -> bytes:
    """Returns the SHA-256 of a text.

    Args:
        text: The text, its parts, or what is known of it.
    """
    if isinstance(text, Distant):
        return text.digest
    digest = hashlib.sha256()
    for part in [text] if isinstance(text, str) else text:
        digest.update(part.encode())
    return digest.digest()
