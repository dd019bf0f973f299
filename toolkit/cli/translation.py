"""What `toolkit predict` does with a model that translates."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from toolkit.data.reading.lines import read_lines
from toolkit.errors import UserError


def translate(translator: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    """Writes the translation of each line, in order.

    Args:
        translator: A `TextTranslator`.
        batches: Lines to translate.
        output: Open for writing text.
        options: Those of `toolkit predict`.

    Raises:
        UserError: A line cannot be read.
    """
    from toolkit.serving.translation_output import write_translations

    write_translations(_translations(translator, batches, options), output, options.format, options.n_best or 1)


def score(translator: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    """Writes the log-probability of the translation of each line that a file gives.

    Args:
        translator: A `SentenceTranslator`.
        batches: Lines that were translated.
        output: Open for writing text.
        options: Those of `toolkit predict`.

    Raises:
        UserError: A line cannot be read, or there are not as many translations as lines.
    """
    from toolkit.serving.translation_output import write_scores

    targets = [line.rstrip("\r\n") for line in read_lines(Path(options.score))]
    write_scores(_scores(translator, batches, targets, options.score), output, options.format)


def _translations(translator: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Any]:
    number = 0
    for batch in batches:
        prefixes = None if options.prefix is None else [options.prefix] * len(batch)
        for translation in translator.translate(batch, prefixes):
            number += 1
            if translation.cropped:
                read = len(translation.source_tokens)
                print(f"toolkit: warning: line {number}: too long, only its first {read} tokens are translated", file=sys.stderr)
            yield translation


def _scores(translator: Any, batches: Iterable[list[str]], targets: list[str], path: str) -> Iterator[Any]:
    from toolkit.serving.translation_output import ScoredPair

    done = 0
    for batch in batches:
        given = targets[done : done + len(batch)]
        done += len(batch)
        if len(given) == len(batch):
            yield from map(ScoredPair, batch, given, translator.score(batch, given))
    if done != len(targets):
        raise UserError(f"--score {path}: expected a line for each of the {done} texts, received {len(targets)}")
