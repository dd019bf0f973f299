"""What `predict` does with a model that translates."""

import argparse
import dataclasses
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from toolkit.arguments import naming_options, option
from toolkit.data.reading.lines import read_lines
from toolkit.errors import UserError
from toolkit.tasks.option import Option
from toolkit.tasks.prediction import Prediction, given
from toolkit.tasks.records import Answer, rounded

METHODS = {"greedy": "take the most probable token at each step", "sample": "draw each token at random"}
# Each option's name in `Search`: type, help, and the methods that know it.
SEARCH: dict[str, tuple[type, str, tuple[str, ...]]] = {
    "beam_width": (int, "hypotheses kept at each step of the beam search", ("beam",)),
    "n_best": (int, "translations written of each text, at most the beam width", ("beam",)),
    "length_penalty": (float, "0 prefers short translations, more helps long ones", ("beam",)),
    "coverage_penalty": (float, "more helps translations that look at the whole source", ("beam",)),
    "min_length": (int, "fewest tokens of a translation", ("beam", "greedy", "sample")),
    "no_repeat_ngrams": (int, "no sequence of so many tokens comes twice", ("beam", "greedy", "sample")),
    "temperature": (float, "with --sample", ("sample",)),
    "top_k": (int, "with --sample", ("sample",)),
    "top_p": (float, "with --sample", ("sample",)),
    "seed": (int, "with --sample", ("sample",)),
}


class Translating(Prediction):
    """Translates texts, or scores translations."""

    answered_by = "a run that translates"
    does = "translate"
    batch_size = 64
    options: ClassVar = {
        **{name: Option(bool, text) for name, text in METHODS.items()},
        **{name: Option(kind, text) for name, (kind, text, _) in SEARCH.items()},
        "prefix": Option(str, "what every translation begins with"),
        "copy_unknown": Option(bool, "an unknown word becomes the word of the source that it is aligned with"),
        "explain": Option(bool, "say which words of the source each token hangs on; on a terminal in colours"),
        "score": Option(
            str,
            "write nothing but the log-probability of the translations in this file",
            {"metavar": "FILE", "nargs": "?", "const": True},
        ),
    }
    options_of_opening = (*METHODS, *SEARCH, "copy_unknown", "explain", "batch_size")

    def prepare(self, options: argparse.Namespace) -> None:
        """Checks that `--score` has a file and nothing beside it."""
        if options.score is True:
            raise UserError(f"{option('score')}: expected a file of translations, received none")
        if options.score is not None and len(others := given(options, self.options)) > 1:
            raise UserError(f"{others[0]}: expected no {option('score')} with it, which translates nothing, received both")

    def open_run(self, run: Any, options: argparse.Namespace) -> Any:
        """Returns what translates as the options say, or as the run's settings do."""
        search = _search(options, run.search)
        with naming_options(self.options):
            translator = run.predictor(search=search, copy_unknown=bool(options.copy_unknown))
        translator.batch_size = options.batch_size or self.batch_size
        if options.explain:
            from toolkit.tasks.explaining import needed_explainer
            from toolkit.tasks.translation.explanation import explainer_of

            translator.explainer = needed_explainer(run, explainer_of(run))
        return translator

    def batches_together(self, options: argparse.Namespace) -> int:
        """Returns many."""
        return 20

    def gives_tables(self, options: argparse.Namespace) -> bool:
        """Returns whether there is a row for each of several translations."""
        return (options.n_best or 1) > 1

    def columns(self, answerer: Any, options: argparse.Namespace) -> Sequence[str]:
        """Returns source, translation, score, and the words that count most if that is asked for; of given ones source, target, score."""
        return ("source", "translation" if options.score is None else "target", "score", *(["explanation"] if options.explain else []))

    def answers(self, answerer: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Answer]:
        """Yields the translation of each text; or, of the translation that a file gives, the log-probability."""
        from toolkit.tasks.translation.output import answer_of, with_explanations

        if options.score is None:
            most = options.n_best or 1
            for number, translation in enumerate(_translations(answerer, batches, options), start=options.first):
                answer = answer_of(translation, number, most)
                if options.explain:
                    explained = [answerer.explainer.integrated(translation, each) for each in translation.hypotheses[:most]]
                    answer = with_explanations(answer, explained, options)
                yield answer
        else:
            targets = [line.rstrip("\r\n") for line in read_lines(Path(options.score))]
            yield from _scores(answerer, batches, targets, options.score)


def _search(options: argparse.Namespace, default: Any) -> Any:
    """Returns how to decode, a `Search`: the default, as the options change it."""
    if options.greedy and options.sample:
        raise UserError(f"{option('greedy')}, {option('sample')}: expected one of them, received both")
    method = "greedy" if options.greedy else "sample" if options.sample else default.method
    changes = {name: value for name in SEARCH if (value := getattr(options, name)) is not None}
    for name in changes:
        methods = SEARCH[name][2]
        if method not in methods:
            needed = option("sample") if methods == ("sample",) else "a beam search"
            received = "a beam search" if method == "beam" else f"{option(method)} search"
            raise UserError(f"{option(name)}: expected {needed} with it, received {received}")
    with naming_options(SEARCH):
        return dataclasses.replace(default, method=method, **changes)


def _translations(translator: Any, batches: Iterable[list[str]], options: argparse.Namespace) -> Iterator[Any]:
    number = options.first - 1
    for batch in batches:
        prefixes = None if options.prefix is None else [options.prefix] * len(batch)
        for translation in translator.translate(batch, prefixes):
            number += 1
            if translation.cropped:
                read = len(translation.source_tokens)
                print(f"toolkit: warning: line {number}: too long, only its first {read} tokens are translated", file=sys.stderr)
            yield translation


def _scores(translator: Any, batches: Iterable[list[str]], targets: list[str], path: str) -> Iterator[Answer]:
    done = 0
    for batch in batches:
        these = targets[done : done + len(batch)]
        done += len(batch)
        if len(these) == len(batch):
            for source, target, score in zip(batch, these, translator.score(batch, these), strict=True):
                record = {"source": source, "target": target, "score": rounded(score)}
                yield Answer(record, [[*record.values()]], [f"{score:.4f}\n"])
    if done != len(targets):
        raise UserError(f"{option('score')} {path}: expected a line for each of the {done} texts, received {len(targets)}")
