"""What explains the answers of a finished run, whatever it reads. No TensorFlow here."""

import abc
import functools
from collections.abc import Sequence
from typing import Any

from toolkit.inspection.explained import Explained
from toolkit.tasks.explaining import samples_to_explain, texts_to_explain


class Explainer(abc.ABC):
    """Says what the answers of a finished run hang on; it is what `saliency` asks.

    Args:
        training: The `TrainingRun` of a finished run.
    """

    def __init__(self, training: Any):
        self.training = training
        self.model = training.load_model()

    @functools.cached_property
    def predictor(self) -> Any:
        """What gives the answers."""
        return self.training.predictor()

    def __call__(self, text: str | None, examples: int, most_steps: int) -> list[Explained]:
        """Explains the answers to a text, or to held-out examples, part by part and by all methods.

        Args:
            text: The text; `None` for held-out examples.
            examples: How many of those.
            most_steps: Of integrated gradients.

        Raises:
            InvalidArgument: There is nothing to explain in the text, or the run reads no texts.
            UserError: No held-out text has words.
        """
        items = self.items(text, examples)
        return [each for number, item in enumerate(items, start=1) for each in self.explained(number, item, most_steps)]

    @abc.abstractmethod
    def items(self, text: str | None, examples: int) -> Sequence[Any]:
        """Returns what is to be explained; the arguments and errors are those of a call."""

    @abc.abstractmethod
    def explained(self, number: int, item: Any, most_steps: int) -> list[Explained]:
        """Explains the parts of one answer.

        Args:
            number: Which of the items it is, from 1.
            item: One of `items`.
            most_steps: Of integrated gradients.
        """


class TextExplainer(Explainer):
    """Explains the answers to texts."""

    def items(self, text: str | None, examples: int) -> Sequence[Any]:
        """Returns the text, or held-out ones."""
        return texts_to_explain(self.training, text, examples)


class ImageExplainer(Explainer):
    """Explains the answers to held-out images."""

    def items(self, text: str | None, examples: int) -> Sequence[Any]:
        """Returns held-out samples, as the run keeps them."""
        return samples_to_explain(self.training, text, examples)
