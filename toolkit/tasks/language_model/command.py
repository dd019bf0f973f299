"""What `toolkit predict` does with a language model."""

import argparse
import itertools
import re
import sys
from collections.abc import Iterable, Iterator
from typing import IO, Any, ClassVar

from toolkit.arguments import check_integer, flag, naming_options
from toolkit.errors import UserError
from toolkit.tasks.prediction import Prediction, given

MAX_TOKENS = 200
TEMPERATURE = 0.8
SAMPLING = {
    "temperature": (float, f"below 1 the probable becomes more probable; 0 always takes the most probable (default: {TEMPERATURE})"),
    "top_k": (int, "draw from so many tokens"),
    "top_p": (float, "draw from the fewest tokens of that probability"),
    "seed": (int, "the same seed gives the same text"),
}
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\\": "\\"}


class Writing(Prediction):
    """Writes what follows each text, or scores texts, or shows what may come next."""

    answered_by = "a run of a language model"
    does = "write on from"
    batch_size = 32
    options: ClassVar = {
        "samples": {"type": int, "metavar": "N", "help": "texts written for each prompt (default: 1)"},
        "max_tokens": {"type": int, "metavar": "N", "help": f"most tokens of a text (default: {MAX_TOKENS})"},
        **{name: {"type": kind, "metavar": "N" if kind is int else "NUMBER", "help": text} for name, (kind, text) in SAMPLING.items()},
        "stop": {
            "metavar": "STRING",
            "action": "append",
            "help": r"a text ends before this string; may be repeated; \n, \t and \\ are understood",
        },
        "next": {"type": int, "metavar": "N", "help": "write nothing: show the N most probable next tokens"},
        "score": {
            "metavar": "FILE",
            "nargs": "?",
            "const": True,
            "help": "write nothing but the log-probability of the lines of FILE, or without it of the texts",
        },
    }
    options_of_exports = tuple(options)

    def prepare(self, options: argparse.Namespace) -> None:
        """Checks that what writes nothing stands alone; `--score FILE` becomes `--score --input FILE`."""
        for exclusive in ("score", "next"):
            others = [option for option in given(options, self.options) if option not in (flag(exclusive), "--score")]
            if given(options, (exclusive,)) and others:
                raise UserError(f"{others[0]}: expected no {flag(exclusive)} with it, which writes no text, received both")
        if isinstance(options.score, str):
            if options.texts or options.input != "-":
                raise UserError(f"--score {options.score}: expected one source of texts, received another; put `--score` after the texts")
            options.input, options.score = options.score, True

    def batches_together(self, options: argparse.Namespace) -> int:
        """Returns many of what is scored; what is written is shown as it comes."""
        return 20 if options.score else 1

    def answer(self, answerer: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
        """Writes on from each line, or scores it, or shows what is expected next."""
        from toolkit.tasks.language_model import output as write

        if options.score:
            scored = itertools.chain.from_iterable(zip(batch, answerer.score(batch), strict=True) for batch in batches)
            write.write_text_scores(scored, output, options.format)
        elif options.next is not None:
            with naming_options(("count",), count="--next"):
                write.write_next(_expected(answerer, batches, options.next), output, options.format)
        else:
            with naming_options(self.options):
                _write(answerer, batches, output, options)


def _write(generator: Any, batches: Iterable[list[str]], output: IO[str], options: argparse.Namespace) -> None:
    from toolkit.tasks.language_model import output as write

    arguments = {"max_tokens": _or(options.max_tokens, MAX_TOKENS), "stop": [_unescaped(stop) for stop in options.stop or ()]}
    arguments["sampling"], samples = _sampling(options), _or(options.samples, 1)
    check_integer("samples", samples, 1)
    if options.format != "text":
        generated = (zip(batch, generator.generate(batch, samples=samples, **arguments), strict=True) for batch in batches)
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
        for prompt, generated in zip(batch, generator.generate(batch, samples=samples, **arguments), strict=True):
            yield from ((prompt, [sample.text]) for sample in generated)
        return
    sampling = arguments["sampling"]
    for prompt, sample in itertools.product(batch, range(samples)):
        own = {**arguments, "sampling": sampling.following(sample)}
        yield prompt, generator.stream(prompt, **own)


def _expected(generator: Any, batches: Iterable[list[str]], count: int) -> Iterator[tuple[str, list[tuple[str, float]]]]:
    for prompt in itertools.chain.from_iterable(batches):
        yield prompt, generator.next_tokens(prompt, count)


def _sampling(options: argparse.Namespace) -> Any:
    from toolkit.tasks.language_model.sampling import Sampling

    chosen = {name: value for name in SAMPLING if (value := getattr(options, name)) is not None}
    return Sampling(**{"temperature": TEMPERATURE, **chosen})


def _unescaped(text: str) -> str:
    return re.sub(r"\\[nrt\\]", lambda found: _ESCAPES[found[0]], text)


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
