"""What a tokenizer learns from, of texts that are read in many places."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from toolkit.data.reading.spread import Spread
from toolkit.text.text_sample import TextSample, level_of, sizes_of

Item = TypeVar("Item")


def sample_of(spread: Spread, texts: Callable[[Item], Iterable[str]], items: Sequence[Item]) -> TextSample:
    """Returns the sample that a tokenizer learns from: as that of one process while that has room for all different parts of the texts.

    Args:
        spread: Where texts are read.
        texts: Reads those of an item.
        items: What they are read of.

    Raises:
        UserError: A text cannot be read.
    """
    level = level_of(spread(partial(_sizes, texts), items))
    return TextSample.merge(spread(partial(_sample, texts, level), items))


def _sizes(texts: Callable[[Item], Iterable[str]], item: Item) -> list[int]:
    return sizes_of(texts(item))


def _sample(texts: Callable[[Item], Iterable[str]], level: int, item: Item) -> TextSample:
    return TextSample(texts(item), level)
