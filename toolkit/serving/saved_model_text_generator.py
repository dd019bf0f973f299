"""Writes and scores texts with an exported SavedModel."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import tensorflow as tf

from toolkit.arguments import check_integer
from toolkit.data.token_lists import by_length
from toolkit.evaluation.language_model import Likelihood
from toolkit.serving.sampling import LARGEST_SEED, Sampling
from toolkit.serving.saved_model import open_saved_model
from toolkit.serving.text_generator import ROWS, Generated

DEFAULT_SAMPLING = Sampling()


class SavedModelTextGenerator:
    """Writes and scores texts with the SavedModel of an export, as `TextGenerator` does with a run.

    Unknown characters are read as the unknown token: an export keeps no texts that could tell which are known.

    Args:
        directory: Folder of one version.

    Raises:
        UserError: The folder holds no such SavedModel.
    """

    def __init__(self, directory: Path):
        self._model, description = open_saved_model(directory, "model.json", "end_id", "vocabulary_size")
        self._end_id, self._vocabulary_size = description["end_id"], description["vocabulary_size"]

    def generate(
        self,
        prompts: Sequence[str],
        *,
        samples: int = 1,
        max_tokens: int = 200,
        sampling: Sampling = DEFAULT_SAMPLING,
        stop: Sequence[str] = (),
    ) -> list[list[Generated]]:
        """Writes texts that follow prompts, as `TextGenerator.generate` has it.

        Raises:
            ValueError: An argument is out of range, or there are stop strings.
        """
        check_integer("samples", samples, 1)
        check_integer("max_tokens", max_tokens, 1)
        if sampling.top_k is not None:
            check_integer("top_k", sampling.top_k, 1, self._vocabulary_size)
        if stop:
            raise ValueError(f"Argument `stop` must be empty: an export writes until the end or `max_tokens`. Received: stop={stop!r}")
        rows = [(prompt, (sampling.seed + sample) % (LARGEST_SEED + 1)) for prompt in prompts for sample in range(samples)]
        options = {
            "max_tokens": tf.constant(max_tokens),
            "temperature": tf.constant(sampling.temperature, tf.float32),
            "top_k": tf.constant(sampling.top_k or 0),
            "top_p": tf.constant(sampling.top_p or 1.0, tf.float32),
        }
        written = [sample for start in range(0, len(rows), ROWS) for sample in self._written(rows[start : start + ROWS], options)]
        return [written[start : start + samples] for start in range(0, len(written), samples)]

    def stream(
        self, prompt: str, *, max_tokens: int = 200, sampling: Sampling = DEFAULT_SAMPLING, stop: Sequence[str] = ()
    ) -> Iterator[str]:
        """Gives the text that follows a prompt, in one piece: the SavedModel writes all of it in one call."""
        [[written]] = self.generate([prompt], max_tokens=max_tokens, sampling=sampling, stop=stop)
        return iter([written.text] if written.text else [])

    def score(self, texts: Sequence[str]) -> list[Likelihood]:
        """Returns how probable texts are, as `TextGenerator.score` has it, but that an unknown character counts as the unknown token."""
        encoded = [_utf8(text) for text in texts]
        scored: dict[int, Likelihood] = {}
        for rows in by_length([len(text) + 1 for text in encoded], ROWS):  # a token takes a byte at least
            answer = self._model.signatures["score"](texts=tf.constant([encoded[row] for row in rows]))
            for row, nats, tokens in zip(rows, answer["nats"].numpy(), answer["tokens"].numpy(), strict=True):
                scored[row] = Likelihood(float(nats), int(tokens), len(texts[row]), len(encoded[row]))
        return [scored[row] for row in range(len(texts))]

    def _written(self, rows: list[tuple[str, int]], options: dict[str, tf.Tensor]) -> list[Generated]:
        prompts, seeds = zip(*rows, strict=True)
        inputs = {"prompts": tf.constant([_utf8(prompt) for prompt in prompts]), "seeds": tf.constant(seeds, tf.int32)}
        answers = {name: value.numpy() for name, value in self._model.signatures["generate"](**inputs, **options).items()}
        return [self._generated({name: value[row] for name, value in answers.items()}) for row in range(len(rows))]

    def _generated(self, answer: dict[str, np.ndarray]) -> Generated:
        length = int(answer["lengths"])
        ended = self._end_id is not None and answer["tokens"][length - 1] == self._end_id
        told = length - ended
        pieces = [piece.decode() for piece in answer["pieces"][:told]]
        log_probabilities = answer["log_probabilities"][:told].tolist()
        return Generated(answer["texts"].decode(), pieces, log_probabilities, float(answer["scores"]), "end" if ended else "length")


def _utf8(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
