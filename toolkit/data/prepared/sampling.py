"""What is to be known of texts that are read in many places, and what a tokenizer learns from them."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TypeVar

from toolkit.data.reading.spread import Spread
from toolkit.text.text_sample import TextSample, level_of, sizes_of

Item = TypeVar("Item")
Result = TypeVar("Result")


def of_texts(
    spread: Spread, function: Callable[[Iterable[str]], Result], texts: Callable[[Item], Iterable[str]], items: Sequence[Item]
) -> list[Result]:
    """Returns what a function gives of the texts of each item.

    Args:
        spread: Where texts are read.
        function: Takes the texts of an item.
        texts: Reads those of an item.
        items: What they are read of.

    Raises:
        UserError: A text cannot be read.
    """
    return spread(partial(_of_item, function, texts), items)


def sample_of(spread: Spread, texts: Callable[[Item], Iterable[str]], items: Sequence[Item]) -> TextSample:
    """Returns the sample that a tokenizer learns from: as that of one process while that has room for all different parts of the texts.

    Args:
        spread: As for `of_texts`.
        texts: Likewise.
        items: Likewise.

    Raises:
        UserError: A text cannot be read.
    """
    level = level_of(of_texts(spread, sizes_of, texts, items))
    return TextSample.merge(of_texts(spread, partial(TextSample, level=level), texts, items))


def _of_item(function: Callable[[Iterable[str]], Result], texts: Callable[[Item], Iterable[str]], item: Item) -> Result:
    return function(texts(item))
