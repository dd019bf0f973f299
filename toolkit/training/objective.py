"""What a training step minimises, and what it measures."""

import abc
from collections.abc import Sequence

import keras
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.training.losses import Measure


class Objective(abc.ABC):
    """What `fit` trains for: it runs the model on a batch and gives weighted sums over it, by name.

    A step minimises the sum named `loss` over the sum of the weights, both over the global batch, plus the model's own regularization
    losses. Every other sum is reported over that of the weights, too. What the model returns is a matter of it and its objective.

    Attributes:
        names: What validation measures: `loss` and the other sums. A training step may measure less, but always `loss`.
        variables: Its state, such as that of a random generator or a baseline. The model that is trained keeps it, as
            `CarriedState(..., variables)` does: so it is in the checkpoints, and what is trainable of it is trained.
    """

    names: Sequence[str]
    variables: Sequence[keras.Variable] = ()

    @abc.abstractmethod
    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Runs the model; traced into the compiled step, once in each replica.

        Args:
            model: The model.
            inputs: What it takes.
            labels: What it is to say.
            weights: float32; 0 for filler, which must not count.
            training: Whether this is a training step, not validation.

        Returns:
            Of each measure the sum of its values times the weights, a scalar of their dtype; `loss` has gradients in training. `weight` is
            what the sum of the weights itself is called.
        """


class LogitsObjective(Objective):
    """Measures of the logits that the model returns.

    Args:
        measures: `loss` and more by name, each `(labels, logits) -> values` of the shape of the weights.

    Raises:
        ValueError: There is no `loss`.
    """

    def __init__(self, measures: dict[str, Measure]):
        if "loss" not in measures:
            raise InvalidArgument("measures", "a dict with a `loss`", measures)
        self.measures = measures
        self.names = tuple(measures)

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the weighted sum of each measure."""
        return self.of_logits(model(inputs, training=training), labels, weights)

    def of_logits(self, logits: tf.Tensor, labels: tf.Tensor, weights: tf.Tensor) -> dict[str, tf.Tensor]:
        """Returns the weighted sum of each measure, from logits `[..., classes]`."""
        return {name: tf.reduce_sum(weights * tf.cast(measure(labels, logits), weights.dtype)) for name, measure in self.measures.items()}
