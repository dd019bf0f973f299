"""What `toolkit predict` does with a language model."""

import argparse
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any

from toolkit.arguments import check_integer
from toolkit.cli.decoding_options import as_user_errors, given
from toolkit.cli.parser import flag
from toolkit.errors import UserError

MAX_TOKENS = 200
TEMPERATURE = 0.8
SAMPLING = ("temperature", "top_k", "top_p", "seed")
WRITING = ("samples", "max_tokens", *SAMPLING, "stop")
LANGUAGE_MODEL_OPTIONS = (*WRITING, "next", "score")
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\\": "\\"}


def add_language_model_options(parser: argparse.ArgumentParser) -> None:
    """Adds the options that only a language model has; one that is not given is `None`.

    Args:
        parser: The parser of `toolkit predict`.
    """
    described = (
        "of a run of a language model, which writes what follows each text, with --temperature, --top-k, --top-p and --seed; or scores"
    )
    group = parser.add_argument_group("language model", f"{described} texts, with --score")
    group.add_argument("--samples", type=int, metavar="N", help="texts written for each prompt (default: 1)")
    group.add_argument("--max-tokens", type=int, metavar="N", help=f"most tokens of a text (default: {MAX_TOKENS})")
    group.add_argument(
        "--stop", metavar="STRING", action="append", help=r"a text ends before this string; may be repeated; \n, \t and \\ are understood"
    )
    group.add_argument("--next", type=int, metavar="N", help="write nothing: show the N most probable next tokens")


def prepare(options: argparse.Namespace) -> None:
    """Checks that the options of a language model fit each other; `--score FILE` becomes `--score --input FILE`.

    Args:
        options: The parsed options.

    Raises:
        UserError: They do not.
    """
    for exclusive in ("score", "next"):
        if given(options, (exclusive,)) and (others := given(options, (*WRITING, "next"))) != [flag(exclusive)] and others:
            other = next(option for option in others if option != flag(exclusive))
            raise UserError(f"{other}: expected no {flag(exclusive)} with it, which writes no text, received both")
    if isinstance(options.score, str):
        if options.texts or options.input != "-":
            raise UserError(f"--score {options.score}: expected one source of texts, received another; put `--score` after the texts")
        options.input, options.score = options.score, True


def answer(generator: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    """Writes on from each line, or scores it, or shows what it expects next.

    Args:
        generator: A `TextGenerator`.
        batches: Lines.
        output: Open for writing text.
        options: Those of `toolkit predict`.

    Raises:
        UserError: An option is out of range, or a line cannot be read.
    """
    from toolkit.serving import generation_output as write

    if options.score:
        scored = itertools.chain.from_iterable(zip(batch, generator.score(batch), strict=True) for batch in batches)
        write.write_text_scores(scored, output, options.format)
    elif options.next is not None:
        write.write_next(_expected(generator, batches, options.next), output, options.format)
    else:
        _write(generator, batches, output, options)


def _write(generator: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    from toolkit.serving import generation_output as write

    arguments = {"max_tokens": _or(options.max_tokens, MAX_TOKENS), "stop": [_unescaped(stop) for stop in options.stop or ()]}
    arguments["sampling"], samples = _sampling(options), _or(options.samples, 1)
    as_user_errors(lambda: check_integer("samples", samples, 1))
    if options.format != "text":
        generated = (zip(batch, _generated(generator, batch, samples, arguments), strict=True) for batch in batches)
        write.write_generated(itertools.chain.from_iterable(generated), output, options.format)
        return
    typed = not options.texts and options.input == "-" and sys.stdin.isatty()
    batches = _readable(generator, batches) if typed else batches
    texts = (_texts(generator, batch, samples, arguments, output.isatty()) for batch in batches)
    write.write_as_text(itertools.chain.from_iterable(texts), output, "" if typed and samples == 1 else write.SEPARATOR)


def _readable(generator: Any, batches: Iterable[list[str]]) -> Iterator[list[str]]:
    """Yields what the model can read; says of the rest why it cannot, and lets who types try again."""
    for batch in batches:
        try:
            generator.check_prompts(batch)
        except UserError as error:
            print(f"toolkit: error: {error}", file=sys.stderr)
        else:
            yield batch


def _texts(generator: Any, batch: list[str], samples: int, arguments: dict, watched: bool) -> Iterator[tuple[str, Iterable[str]]]:
    """Yields prompts and the pieces of what follows each: one after the other where somebody watches, else all at once."""
    if not watched and len(batch) * samples > 1:
        for prompt, generated in zip(batch, _generated(generator, batch, samples, arguments), strict=True):
            yield from ((prompt, [sample.text]) for sample in generated)
        return
    sampling = arguments["sampling"]
    for prompt, sample in itertools.product(batch, range(samples)):
        own = {**arguments, "sampling": sampling.following(sample)}
        yield prompt, as_user_errors(lambda prompt=prompt, own=own: generator.stream(prompt, **own))


def _generated(generator: Any, batch: list[str], samples: int, arguments: dict) -> list:
    return as_user_errors(lambda: generator.generate(batch, samples=samples, **arguments))


def _expected(generator: Any, batches: Iterable[list[str]], count: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    for prompt in itertools.chain.from_iterable(batches):
        try:
            yield prompt, generator.next_tokens(prompt, count)
        except ValueError as error:
            raise UserError(str(error).replace("Argument `count`", "--next").replace("count=", "")) from error


def _sampling(options: argparse.Namespace) -> Any:
    from toolkit.serving.sampling import Sampling

    chosen = {name: value for name in SAMPLING if (value := getattr(options, name)) is not None}
    return as_user_errors(lambda: Sampling(**{"temperature": TEMPERATURE, **chosen}))


def _unescaped(text: str) -> str:
    return re.sub(r"\\[nrt\\]", lambda found: _ESCAPES[found[0]], text)


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
