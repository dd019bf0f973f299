"""Options that say how to translate, some of which a language model has, too."""

import argparse
import dataclasses
import re
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from toolkit.cli.parser import flag
from toolkit.errors import UserError

Result = TypeVar("Result")

METHODS = {"greedy": "take the most probable token at each step", "sample": "draw each token at random"}
# Each option's name in `Search`: type, help, and the methods that know it.
SEARCH_OPTIONS: dict[str, tuple[type, str, tuple[str, ...]]] = {
    "beam_width": (int, "hypotheses kept at each step of the beam search", ("beam",)),
    "n_best": (int, "translations written of each text, at most the beam width", ("beam",)),
    "length_penalty": (float, "0 prefers short translations, more helps long ones", ("beam",)),
    "coverage_penalty": (float, "more helps translations that look at the whole source", ("beam",)),
    "min_length": (int, "fewest tokens of a translation", ("beam", "greedy", "sample")),
    "no_repeat_ngrams": (int, "no sequence of so many tokens comes twice", ("beam", "greedy", "sample")),
    "temperature": (float, "of --sample and language models: below 1 the probable becomes more probable; 0 is greedy", ("sample",)),
    "top_k": (int, "of --sample and language models: draw from so many tokens", ("sample",)),
    "top_p": (float, "of --sample and language models: draw from the fewest tokens of that probability", ("sample",)),
    "seed": (int, "of --sample and language models: the same seed gives the same text", ("sample",)),
}
TRANSLATION_OPTIONS = (*METHODS, *SEARCH_OPTIONS, "prefix", "copy_unknown", "score")


def add_decoding_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options; one that is not given is `None`, or `False`.

    Args:
        parser: The parser of `toolkit predict`.
    """
    group = parser.add_argument_group("translation", "of a run that translates; what is not given is as in the run's settings")
    for name, text in METHODS.items():
        group.add_argument(flag(name), action="store_true", help=text)
    for name, (kind, text, _) in SEARCH_OPTIONS.items():
        group.add_argument(flag(name), type=kind, metavar="N" if kind is int else "NUMBER", help=text)
    group.add_argument("--prefix", metavar="TEXT", help="what every translation begins with")
    group.add_argument("--copy-unknown", action="store_true", help="an unknown word becomes the word of the source that it is aligned with")
    scored = "the translations in this file; of a language model, how probable the lines of FILE are, or without it the texts"
    score_help = f"write nothing but the log-probability of {scored}"
    group.add_argument("--score", metavar="FILE", nargs="?", const=True, help=score_help)


def given(options: argparse.Namespace, names: Iterable[str] = TRANSLATION_OPTIONS) -> list[str]:
    """Returns the options that were given, as they are written.

    Args:
        options: The parsed options.
        names: Those to look at.
    """
    return [flag(name) for name in names if getattr(options, name) is not None and getattr(options, name) is not False]


def search_of(options: argparse.Namespace, default: Any) -> Any:
    """Returns how to decode.

    Args:
        options: The parsed options.
        default: The `Search` of the run.

    Raises:
        UserError: An option does not fit another, or is out of its range.
    """
    if options.greedy and options.sample:
        raise UserError("--greedy, --sample: expected one of them, received both")
    method = "greedy" if options.greedy else "sample" if options.sample else default.method
    given = {name: value for name in SEARCH_OPTIONS if (value := getattr(options, name)) is not None}
    for name in given:
        methods = SEARCH_OPTIONS[name][2]
        if method not in methods:
            needed = "--sample" if methods == ("sample",) else "a beam search"
            raise UserError(f"{flag(name)}: expected {needed} with it, received {'--' if method != 'beam' else 'a '}{method} search")
    return as_user_errors(lambda: dataclasses.replace(default, method=method, **given))


def as_user_errors(make: Callable[[], Result]) -> Result:
    """Returns what `make` returns.

    Raises:
        UserError: `make` refused an argument, which is an option here.
    """
    try:
        return make()
    except ValueError as error:
        message = re.sub(r"[Aa]rgument `(\w+)`", lambda found: flag(found[1]), " ".join(str(error).split()))
        raise UserError(message) from error
