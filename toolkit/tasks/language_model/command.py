"""What `predict` does with a language model."""

import argparse
import functools
import itertools
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from toolkit.arguments import check_integer, naming_options, option
from toolkit.errors import UserError
from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction, given
from toolkit.tasks.records import Answer

MAX_TOKENS = 200
TEMPERATURE = 0.8
SAMPLING = {
    "temperature": (float, f"below 1 the probable becomes more probable; 0 always takes the most probable (default: {TEMPERATURE})"),
    "top_k": (int, "draw from so many tokens"),
    "top_p": (float, "draw from the fewest tokens of that probability"),
    "seed": (int, "the same seed gives the same text"),
}
_ESCAPES = {"\\n": "\n", "\\r": "\r", "\\t": "\t", "\\\\": "\\"}


def unescaped(word: str) -> str:
    """Returns a word of the command line with its line breaks and tabs."""
    return re.sub(r"\\[nrt\\]", lambda found: _ESCAPES[found[0]], word)


class Writing(Prediction):
    """Writes what follows each text, or scores texts, or shows what may come next."""

    answered_by = "a run of a language model"
    does = "write on from"
    batch_size = 32
    options: ClassVar = {
        "samples": Option(int, "texts written for each prompt (default: 1)"),
        "max_tokens": Option(int, f"most tokens of a text (default: {MAX_TOKENS})"),
        **{name: Option(kind, text) for name, (kind, text) in SAMPLING.items()},
        "stop": Option(
            str,
            r"a text ends before this string; may be repeated; \n, \t and \\ are understood",
            {"metavar": "STRING", "action": "append", "type": unescaped},
        ),
        "next": Option(int, "write nothing: show the N most probable next tokens"),
        "score": Option(
            bool,
            "write nothing but the log-probability of the lines of FILE, or without it of the texts",
            {"metavar": "FILE", "nargs": "?", "const": True, "type": str},
        ),
        "learn_from": Option(str, "read FILE first and learn from it, by dynamic evaluation; the run stays as it is", {"metavar": "FILE"}),
        "explain": Option(bool, "say which words of the prompt each next token hangs on, with --next; on a terminal in colours"),
    }
    options_of_opening = ("learn_from", "explain")
    options_of_exports = tuple(name for name in options if name not in ("learn_from", "explain"))

    def prepare(self, options: argparse.Namespace) -> None:
        """Checks that what writes nothing stands alone and what is learned from is there; `--score FILE` becomes `--score --input FILE`."""
        score, explain, learn_from = map(option, ("score", "explain", "learn_from"))
        if options.explain and options.next is None:
            raise UserError(f"{explain}: expected {option('next')} with it, whose tokens are explained, received none")
        if options.explain and options.learn_from is not None:
            raise UserError(f"{explain}: expected no {learn_from} with it, received both")
        if options.learn_from is not None and not Path(options.learn_from).exists():
            raise UserError(f"{learn_from}: expected a file or a folder of texts, found no {options.learn_from}")
        for exclusive in map(option, ("score", "next")):
            others = [other for other in given(options, self.options) if other not in (exclusive, score, explain, learn_from)]
            if exclusive in given(options, ("score", "next")) and others:
                raise UserError(f"{others[0]}: expected no {exclusive} with it, which writes no text, received both")
        if isinstance(options.score, str):
            if options.texts or options.input != "-":
                raise UserError(f"{score} {options.score}: expected one source of texts, received another; put `{score}` after the texts")
            options.input, options.score = options.score, True

    def open_run(self, run: Any, options: argparse.Namespace) -> Any:
        """Returns what writes, after it has learned from a text if it is to, and explains what may come next."""
        generator = run.predictor() if options.learn_from is None else run.predictor_after(options.learn_from)
        if options.explain:
            from toolkit.tasks.explaining import needed_explainer
            from toolkit.tasks.language_model.explanation import explainer_of

            generator.explainer = needed_explainer(run, explainer_of(run))
        return generator

    def batches_together(self, options: argparse.Namespace) -> int:
        """Returns many of what is scored; what is written is shown as it comes."""
        return 20 if options.score else 1

    def gives_tables(self, options: argparse.Namespace) -> bool:
        """Returns whether tokens that may come next are asked for, a row each."""
        return options.next is not None

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns those of samples, of tokens that may come next, or of scores."""
        from toolkit.tasks.language_model import output

        if options.next is not None:
            return (*output.NEXT_COLUMNS, *(["explanation"] if options.explain else []))
        return output.SCORE_COLUMNS if options.score else output.COLUMNS

    def answers(self, answerer: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields what follows each line, or how probable it is, or what is expected next."""
        from toolkit.tasks.language_model.output import next_answer, score_answer, with_explanations

        if options.score:
            for batch in batches:
                yield from map(score_answer, batch, answerer.score(batch))
        elif options.next is not None:
            with naming_options(("count",), count=option("next").strip("`")):
                for prompt in itertools.chain.from_iterable(batches):
                    answer = next_answer(prompt, answerer.next_tokens(prompt, options.next))
                    if options.explain:
                        explained = answerer.explainer.integrated(prompt, [each["token"] for each in answer["next"]])
                        answer = with_explanations(answer, explained, options)
                    yield answer
        else:
            with naming_options(self.options):
                yield from _written(answerer, batches, options)


def _written(generator: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
    from toolkit.tasks.language_model.output import SEPARATOR, sample_answer, text_answer

    arguments = {"max_tokens": _or(options.max_tokens, MAX_TOKENS), "stop": options.stop or (), "sampling": _sampling(options)}
    samples = _or(options.samples, 1)
    check_integer("samples", samples, 1)
    if options.format != "text":
        for batch in batches:
            for prompt, generated in zip(batch, generator.generate(batch, samples=samples, **arguments), strict=True):
                yield from itertools.starmap(functools.partial(sample_answer, prompt), enumerate(generated, start=1))
        return
    typed = not options.texts and options.input == "-" and sys.stdin.isatty()
    watched, separator = options.output == "-" and sys.stdout.isatty(), "" if typed and samples == 1 else SEPARATOR
    texts = (_texts(generator, batch, samples, arguments, watched) for batch in (_readable(generator, batches) if typed else batches))
    for number, (prompt, pieces) in enumerate(itertools.chain.from_iterable(texts), start=options.first):
        yield text_answer(prompt, pieces, separator if number > 1 else "")


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


def _sampling(options: argparse.Namespace) -> Any:
    from toolkit.tasks.language_model.sampling import Sampling

    chosen = {name: value for name in SAMPLING if (value := getattr(options, name)) is not None}
    return Sampling(**{"temperature": TEMPERATURE, **chosen})


def _or(value: int | None, default: int) -> int:
    return default if value is None else value
