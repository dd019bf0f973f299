"""From words to tags by the runner of a tagger, without TensorFlow."""

from collections.abc import Iterator, Sequence

import numpy as np

from toolkit.data.batching.token_lists import by_length
from toolkit.inference.runner import Runner
from toolkit.tasks.tagging.vocabulary import Encoded

SERVED = "serving_default"
"""The signature that tags."""


def padded_inputs(runner: Runner, sentences: Sequence[Encoded], length: int, signature: str = SERVED) -> dict[str, np.ndarray]:
    """Returns the inputs of a signature for sentences.

    Args:
        runner: What is to run it.
        sentences: The numbers of their words, at most `length` of each.
        length: Words of a row.
        signature: The signature.
    """
    inputs = {"tokens": np.zeros((len(sentences), length), np.int32)}
    if "characters" in runner.signatures[signature].inputs:
        inputs["characters"] = np.zeros((len(sentences), length, sentences[0].characters.shape[1]), np.int32)
    for row, sentence in enumerate(sentences):
        for name, values in inputs.items():
            values[row, : len(sentence.tokens)] = getattr(sentence, name)
    return inputs


def answers_of(
    runner: Runner, sentences: Sequence[Encoded], *, singly: bool = False, signature: str = SERVED
) -> list[dict[str, np.ndarray]]:
    """Runs a tagger over sentences of any length; similar lengths go together.

    Args:
        runner: Its signature takes `tokens` and maybe `characters`.
        sentences: The numbers of their words.
        singly: Whether each is run alone, without padding.
        signature: The signature.

    Returns:
        Of each sentence its outputs, one row for each word.
    """
    results: list[dict[str, np.ndarray]] = [{}] * len(sentences)
    for rows in _batches([len(sentence.tokens) for sentence in sentences], singly):
        length = max(1, *(len(sentences[row].tokens) for row in rows))
        outputs = runner.run(signature, **padded_inputs(runner, [sentences[row] for row in rows], length, signature))
        for place, row in enumerate(rows):
            results[row] = {name: values[place, : len(sentences[row].tokens)] for name, values in outputs.items()}
    return results


def _batches(lengths: Sequence[int], singly: bool) -> Iterator[list[int]]:
    return ([row] for row in range(len(lengths))) if singly else by_length(lengths)
