"""Writes what a language model has written, what it expects next, and how probable it finds texts, as text, CSV or JSON lines."""

import itertools
import json
from collections.abc import Iterable
from typing import IO

from toolkit.evaluation.likelihood import Likelihood
from toolkit.tasks.language_model.text_generator import Generated
from toolkit.tasks.records import check_format, json_line, rounded, write_csv

SEPARATOR = "-" * 20
BAR = 40  # characters of the longest


def write_as_text(texts: Iterable[tuple[str, Iterable[str]]], file: IO[str], separator: str = SEPARATOR) -> None:
    """Writes each prompt and what follows it, piece by piece as it comes.

    Args:
        texts: Prompts, and the pieces of what follows each.
        file: Open for writing text.
        separator: Line between two texts, which may have any number of lines.
    """
    for number, (prompt, pieces) in enumerate(texts):
        if number and separator:
            file.write(f"{separator}\n")
        for piece in itertools.chain([prompt], pieces, ["\n"]):
            file.write(piece)
            file.flush()


def write_generated(generated: Iterable[tuple[str, list[Generated]]], file: IO[str], output_format: str) -> None:
    """Writes samples, each as soon as it is there.

    - `text`: the prompt and what follows it, with a line of dashes between two samples.
    - `csv`: a header, then prompt, sample, text, score, reason.
    - `jsonl`: for each sample an object with these keys, and `tokens` and `log_probabilities`.

    Args:
        generated: Prompts, and the samples of each.
        file: Open for writing text.
        output_format: One of `FORMATS`.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    samples = ((prompt, number, sample) for prompt, samples in generated for number, sample in enumerate(samples, start=1))
    if output_format == "text":
        write_as_text(((prompt, [sample.text]) for prompt, _, sample in samples), file)
    elif output_format == "csv":
        rows = ((prompt, number, sample.text, rounded(sample.score), sample.reason) for prompt, number, sample in samples)
        write_csv(("prompt", "sample", "text", "score", "reason"), rows, file)
    else:
        _write_lines((json_line(_sample_record(*sample)) for sample in samples), file)


def write_next(expected: Iterable[tuple[str, list[tuple[str, float]]]], file: IO[str], output_format: str) -> None:
    """Writes what may follow prompts.

    - `text`: the prompt in quotation marks, then for each token a line of its probability, a bar, and the token in quotation marks.
    - `csv`: a header, then prompt, token, probability.
    - `jsonl`: for each prompt an object with the keys `prompt` and `next`, a list of objects with the keys `token` and `probability`.

    Args:
        expected: Prompts, and the tokens and probabilities that `TextGenerator.next_tokens` gives for each.
        file: Open for writing text.
        output_format: One of `FORMATS`.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    if output_format == "csv":
        rows = ((prompt, token, rounded(probability, 6)) for prompt, tokens in expected for token, probability in tokens)
        write_csv(("prompt", "token", "probability"), rows, file)
        return
    lines = _next_record if output_format == "jsonl" else _next_table
    _write_lines((lines(prompt, tokens) for prompt, tokens in expected), file)


def write_text_scores(scored: Iterable[tuple[str, Likelihood]], file: IO[str], output_format: str) -> None:
    """Writes how probable texts are.

    - `text`: nats, nats per token, perplexity, bits per character and the text, separated by tabs.
    - `csv`: a header, then these, and the numbers of tokens, characters and bytes.
    - `jsonl`: an object with these keys. What is infinite, or not a number as for an empty text, is null.

    Args:
        scored: Texts and their scores.
        file: Open for writing text.
        output_format: One of `FORMATS`.

    Raises:
        ValueError: The format is not known.
    """
    check_format(output_format)
    if output_format == "text":
        _write_lines((_score_line(text, score) for text, score in scored), file)
        return
    records = (_score_record(text, score) for text, score in scored)
    if output_format == "jsonl":
        _write_lines(map(json_line, records), file)
    else:
        write_csv(_score_record("", Likelihood(0.0, 0, 0, 0)), (record.values() for record in records), file)


def _write_lines(lines: Iterable[str], file: IO[str]) -> None:
    for line in lines:
        file.write(f"{line}\n")
        file.flush()


def _sample_record(prompt: str, number: int, sample: Generated) -> dict:
    values = {"text": sample.text, "score": rounded(sample.score), "reason": sample.reason, "tokens": sample.tokens}
    return {"prompt": prompt, "sample": number, **values, "log_probabilities": [rounded(value) for value in sample.log_probabilities]}


def _next_record(prompt: str, tokens: list[tuple[str, float]]) -> str:
    return json_line({"prompt": prompt, "next": [{"token": token, "probability": rounded(value, 6)} for token, value in tokens]})


def _next_table(prompt: str, tokens: list[tuple[str, float]]) -> str:
    highest = tokens[0][1]
    lines = [f"{value:7.2%}  {'█' * round(BAR * value / highest):<{BAR}}  {_quoted(token)}" for token, value in tokens]
    return "\n".join([_quoted(prompt), *lines])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _score_line(text: str, score: Likelihood) -> str:
    numbers = (score.nats, score.nats_per_token, score.perplexity, score.bits_per_character)
    return "\t".join([*(f"{number:.4f}" for number in numbers), " ".join(text.split())])


def _score_record(text: str, score: Likelihood) -> dict:
    names = ("nats", "nats_per_token", "perplexity", "bits_per_character")
    sizes = {"tokens": score.tokens, "characters": score.characters, "bytes": score.bytes}
    return {"text": text, **{name: rounded(getattr(score, name)) for name in names}, **sizes}
