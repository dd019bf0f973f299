"""What a language model has written, what it expects next, and how probable it finds texts, as answers."""

import argparse
import itertools
import json
from collections.abc import Iterable, Sequence

from toolkit.evaluation.likelihood import Likelihood
from toolkit.inspection.explained import Explained
from toolkit.tasks.language_model.text_generator import Generated
from toolkit.tasks.records import Answer, rounded
from toolkit.tasks.told_explanation import by_word, explanation_record, most_telling, shows_colours

COLUMNS = ("prompt", "sample", "text", "score", "reason")
NEXT_COLUMNS = ("prompt", "token", "probability")
_OF_LIKELIHOOD = ("nats", "nats_per_token", "perplexity", "bits_per_character")
_SIZES = ("tokens", "characters", "bytes")
SCORE_COLUMNS = ("text", *_OF_LIKELIHOOD, *_SIZES)
SEPARATOR = f"{'-' * 20}\n"
BAR = 40  # characters of the longest


def text_answer(prompt: str, pieces: Iterable[str], separator: str = "") -> Answer:
    """Returns a prompt and what follows it as text only, which may not be written yet.

    Args:
        prompt: The prompt.
        pieces: What follows it, as it comes.
        separator: Line between it and the text before it, which may have any number of lines.
    """
    return Answer({}, (), itertools.chain([separator + prompt], pieces, ["\n"]))


def sample_answer(prompt: str, number: int, sample: Generated) -> Answer:
    """Returns a text that follows a prompt: the keys of `COLUMNS`, and `tokens` and `log_probabilities`.

    Args:
        prompt: The prompt.
        number: That of the sample, from 1.
        sample: The text.
    """
    record = dict(zip(COLUMNS, (prompt, number, sample.text, rounded(sample.score), sample.reason), strict=True))
    more = {"tokens": sample.tokens, "log_probabilities": [rounded(value) for value in sample.log_probabilities]}
    return Answer({**record, **more}, [[*record.values()]], [f"{prompt}{sample.text}\n"])


def next_answer(prompt: str, tokens: Sequence[tuple[str, float]]) -> Answer:
    """Returns what may follow a prompt: `prompt`, and `next`, a list of objects with the keys `token` and `probability`.

    As text it is the prompt in quotation marks, then for each token a line of its probability, a bar, and the token in quotation marks.

    Args:
        prompt: The prompt.
        tokens: What `TextGenerator.next_tokens` gives for it.
    """
    highest = tokens[0][1]
    lines = [f"{value:7.2%}  {'█' * round(BAR * value / highest):<{BAR}}  {_quoted(token)}\n" for token, value in tokens]
    rows = [[prompt, token, rounded(value, 6)] for token, value in tokens]
    return Answer(
        {"prompt": prompt, "next": [{"token": row[1], "probability": row[2]} for row in rows]}, rows, [_quoted(prompt), "\n", *lines]
    )


def with_explanations(answer: Answer, explained: Sequence[Explained], options: argparse.Namespace) -> Answer:
    """Returns what may follow a prompt with the words that each token hangs on: as its `explanation`, in a column, behind its line.

    Args:
        answer: What `next_answer` gave.
        explained: Why each token may come next.
        options: The parsed options of `predict`.
    """
    words, (prompt, end, *lines) = [*map(_words, explained)], answer.text
    tokens = [{**token, "explanation": explanation_record(each)} for token, each in zip(answer["next"], explained, strict=True)]
    rows = [[*row, most_telling(each)] for row, each in zip(answer.rows, words, strict=True)]
    colours = shows_colours(options)
    told = [f"{line.rstrip()}  {most_telling(each, colours)}\n" for line, each in zip(lines, words, strict=True)]
    return Answer({**answer, "next": tokens}, rows, [prompt, end, *told])


def _words(explained: Explained) -> list[tuple[str, float]]:
    """Returns the words of a prompt and what each weighs; its beginning stands for itself, and white space is told as such."""
    begin, *pieces = explained.tokens
    weights = explained.attributions[0].weights
    found = [(begin, float(weights[0])), *by_word(explained.item, pieces, weights[1:])]
    return [(" ".join(word.split()) or "(space)", weight) for word, weight in found]


def score_answer(text: str, score: Likelihood) -> Answer:
    """Returns how probable a text is: the keys of `SCORE_COLUMNS`; what is infinite, or not a number as for an empty text, is null.

    As text it is nats, nats per token, perplexity, bits per character and the text, separated by tabs.

    Args:
        text: The text.
        score: What `TextGenerator.score` gives for it.
    """
    numbers = [getattr(score, name) for name in _OF_LIKELIHOOD]
    values = (text, *map(rounded, numbers), *(getattr(score, name) for name in _SIZES))
    line = "\t".join([*(f"{each:.4f}" for each in numbers), " ".join(text.split())])
    return Answer(dict(zip(SCORE_COLUMNS, values, strict=True)), [values], [f"{line}\n"])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
