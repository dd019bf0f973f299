"""How probable a model finds a text."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from toolkit.html import Shown

LARGEST_EXPONENT = 709  # of what a float holds
MANY_DIGITS = 1e9


def perplexity_of(nats: float, tokens: int) -> float:
    """Returns the exponential of nats per token; infinite where that is too large for a number, or the model gave none.

    Args:
        nats: Negative log-likelihood; of a model that has diverged it may be infinite or no number.
        tokens: How many tokens it is of; at least one.
    """
    exponent = nats / tokens
    return math.exp(exponent) if exponent <= LARGEST_EXPONENT else math.inf


def perplexity_text(perplexity: float) -> str:
    """Returns a perplexity as it is shown: with two decimals, unless that would be a line of digits."""
    if not math.isfinite(perplexity):
        return "infinite" if math.isinf(perplexity) else "none"
    return f"{perplexity:,.2f}" if perplexity < MANY_DIGITS else f"{perplexity:.3g}"


@dataclass(frozen=True)
class Likelihood(Shown):
    """How probable a model finds a text.

    The ends of documents are tokens that are predicted, but no characters. So models with different tokenizers can be compared by bits per
    character and per byte, not by perplexity.

    Attributes:
        nats: Negative log-likelihood of all tokens; infinite if the model cannot write one.
        tokens: How many tokens were predicted.
        characters: Unicode characters of the text.
        bytes: Bytes of the text in UTF-8.
        unknown: How many tokens are the unknown token, each of which stands for characters that the model cannot write.
    """

    nats: float
    tokens: int
    characters: int
    bytes: int
    unknown: int = 0

    @property
    def nats_per_token(self) -> float:
        """Cross-entropy; not a number for an empty text."""
        return self.nats / self.tokens if self.tokens else math.nan

    @property
    def perplexity(self) -> float:
        """Its exponential; infinite where that is too large for a number, not a number for an empty text."""
        return perplexity_of(self.nats, self.tokens) if self.tokens else math.nan

    @property
    def bits_per_character(self) -> float:
        """Bits that a compressor with this model needs for a character; not a number for an empty text."""
        return self.nats / math.log(2) / self.characters if self.characters else math.nan

    @property
    def bits_per_byte(self) -> float:
        """Bits that it needs for a byte; not a number for an empty text."""
        return self.nats / math.log(2) / self.bytes if self.bytes else math.nan

    def as_dict(self) -> dict[str, Any]:
        """Returns everything that the attributes and properties say."""
        derived = ("nats_per_token", "perplexity", "bits_per_character", "bits_per_byte")
        return asdict(self) | {name: getattr(self, name) for name in derived}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Self:
        """Returns what `as_dict` was made of; nats that JSON has no number for are infinite."""
        values = {**values, "nats": math.inf if values["nats"] is None else values["nats"]}
        return cls(**{name: values[name] for name in ("nats", "tokens", "characters", "bytes", "unknown")})

    def __str__(self):
        return _lines(self)


@dataclass(frozen=True)
class AdaptedLikelihood(Shown):
    """How probable a model finds a text if it goes on learning from it, beside the model as it is.

    Attributes:
        static: What the model as it is gives.
        adapted: What it gives where it learns from each part after it has predicted it.
        ways: How it learns, by name, each with its numbers; as a string what it is called.
        chosen_on: The text on which the numbers were chosen.
    """

    static: Likelihood
    adapted: Likelihood
    ways: Mapping[str, Any]
    chosen_on: str

    def as_dict(self) -> dict[str, Any]:
        """Returns both results, and how the second came about."""
        ways = {name: asdict(way) for name, way in self.ways.items()}
        return {"static": self.static.as_dict(), "adapted": self.adapted.as_dict(), "ways": ways, "chosen_on": self.chosen_on}

    def __str__(self):
        head, ways = f"{'':18}  {'static':>8}  {'adapted':>8}", " and ".join(map(str, self.ways.values()))
        return f"{head}\n{_lines(self.static, self.adapted)}\nadapted by {ways}\nchosen on {self.chosen_on}"


def _lines(*results: Likelihood) -> str:
    """Returns what results of one text say, side by side."""
    text = results[0]
    rows = [
        ("nats per token", [f"{each.nats_per_token:.4f}" for each in results], f"{text.tokens:,} tokens"),
        ("perplexity", [perplexity_text(each.perplexity) for each in results], ""),
        ("bits per character", [f"{each.bits_per_character:.4f}" for each in results], f"{text.characters:,} characters"),
        ("bits per byte", [f"{each.bits_per_byte:.4f}" for each in results], f"{text.bytes:,} bytes"),
    ]
    if text.unknown:
        shares = [f"{each.unknown / each.tokens:.2%}" for each in results]
        rows.append(("unknown tokens", shares, "what they stand for is not measured"))
    return "\n".join(
        f"{name:18}{''.join(f'  {value:>8}' for value in values)}{f'   ({note})' if note else ''}" for name, values, note in rows
    )
