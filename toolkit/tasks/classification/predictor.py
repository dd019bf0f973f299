"""From texts to labels."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from toolkit.data.batching.crop import crop
from toolkit.inference.description import read_description
from toolkit.inference.runner import Runner, encoded
from toolkit.tasks.classification.probabilities import SERVED, TOKENS_PER_BATCH, probabilities_of
from toolkit.text.tokenizer import Tokenizer


class Predictions(NamedTuple):
    """The answers to a batch of texts.

    Attributes:
        labels: The most probable label of each text.
        probabilities: float32 `[texts, labels]`.
    """

    labels: list[str]
    probabilities: np.ndarray


class Predictor:
    """Labels texts with a classifier, wherever it runs.

    Args:
        runner: Its signature `serving_default` takes `texts`, or `tokens` of them, and gives their probabilities.
        label_names: Names of the labels, in the order of the probabilities.
        tokenizer: What makes the tokens, if it takes them.
        max_length: Tokens kept of a text; a longer one loses its middle.
        tokens_per_batch: Size of a batch of tokens, padding included; `None` for one text at a time, without padding.

    Attributes:
        explainer: What explains labels by gradients, a `ClassifierExplainer`; `None` where nobody asks, or the model has none to give.
    """

    explainer: Any = None

    def __init__(
        self,
        runner: Runner,
        label_names: Sequence[str],
        tokenizer: Tokenizer | None = None,
        max_length: int = 0,
        tokens_per_batch: int | None = TOKENS_PER_BATCH,
    ):
        self.runner = runner
        self.label_names = list(label_names)
        self.tokenizer = tokenizer
        self.max_length = max_length
        self.tokens_per_batch = tokens_per_batch

    def predict(self, texts: Sequence[str]) -> Predictions:
        """Labels a batch of texts; one may be empty.

        Args:
            texts: At least one text.

        Returns:
            The labels and probabilities, in the order of the texts.
        """
        probabilities = self._of_texts(texts) if self.tokenizer is None else self._of_tokens(self.tokenizer, texts)
        return Predictions([self.label_names[best] for best in probabilities.argmax(axis=1)], probabilities)

    def _of_texts(self, texts: Sequence[str]) -> np.ndarray:
        return self.runner.run(SERVED, texts=encoded(texts))["scores"]

    def _of_tokens(self, tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
        tokens = [crop(ids, self.max_length) for ids in tokenizer.encode(texts)]
        return probabilities_of(self.runner, tokens, self.tokens_per_batch)


def open_predictor(runner: Runner, folder: Path) -> Predictor:
    """Returns what labels texts with an export.

    Args:
        runner: The SavedModel, or a LiteRT file.
        folder: Where its description and its tokenizer are.

    Raises:
        UserError: A file is missing or damaged.
    """
    description = read_description(folder / "model.json", "label_names", "max_length")
    if "texts" in runner.signatures[SERVED].inputs:
        return Predictor(runner, description["label_names"])
    tokenizer = Tokenizer.load(folder / "tokenizer.model")
    return Predictor(runner, description["label_names"], tokenizer, description["max_length"], tokens_per_batch=None)
