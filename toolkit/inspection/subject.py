"""What inspections look at."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf

from toolkit.layers.recurrent.observing import ObservedLoop, observing


class Batch(NamedTuple):
    """Examples, as a training step takes them.

    Attributes:
        inputs: What the model is called with.
        labels: The right answers.
        weights: What each answer counts, `[batch]`, or `[batch, time]` where there is an answer at each step.
    """

    inputs: Any
    labels: Any
    weights: Any


class Subject:
    """A model, real examples, and what the model was trained to make small.

    Kinds of tasks make one of a finished run, and give it more to look at, such as `read`, which says what stands at each step of a text.
    An inspection says which of these it `needs`.

    Args:
        model: Any Keras model with recurrent layers of ours.
        batches: Examples that it was not trained on.
        loss: `(batch) -> scalar`: the mean loss of a batch, as training has it, without regularization.
        name: What it is called on pages.

    Attributes:
        history: The record of each epoch of its training, as in `History.epochs`; empty where nobody knows.

    Example: a model of one's own.

        >>> model = keras.Sequential([keras.Input((None, 3)), LSTM(4), keras.layers.Dense(2)])
        >>> batch = Batch(np.random.normal(size=(8, 20, 3)).astype("float32"), np.zeros(8, "int32"), np.ones(8, "float32"))
        >>> loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        >>> subject = Subject(model, [batch], lambda batch: loss(batch.labels, model(batch.inputs), batch.weights))
        >>> print(inspect(subject, "gates"))  # doctest: +SKIP
    """

    kind = "a Keras model"
    history: Sequence[dict[str, float]] = ()

    def __init__(self, model: keras.Model, batches: Sequence[Batch], loss: Callable[[Batch], tf.Tensor], name: str = "model"):
        self.model = model
        self.batches = batches
        self.loss = loss
        self.name = name

    def observed(self, batch: Batch, tape: tf.GradientTape | None = None) -> tuple[tf.Tensor, dict[str, ObservedLoop]]:
        """Runs the model on a batch, and sees what happens inside.

        Args:
            batch: The examples.
            tape: What is to know the gradients of the states, by the `probes`.

        Returns:
            The loss, and what was seen, by a name for each loop, from the lowest layer to the highest.
        """
        with observing(tape) as loops:
            loss = self.loss(batch)
        return loss, named_loops(loops)

    def read_loops(self) -> dict[str, ObservedLoop]:
        """Returns the loops whose units `read` sees, of a kind that has it, as they ran on the first batch; none without one."""
        return self.observed(self.batches[0])[1] if self.batches else {}

    def gradients(self, batch: Batch) -> dict[str, tuple[ObservedLoop, dict[str, np.ndarray]]]:
        """Runs the model on a batch and back.

        Args:
            batch: The examples.

        Returns:
            What was seen, as in `observed`, and the gradient of the loss with respect to each part of each state, `[batch, time, size]`.
        """
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            loss, loops = self.observed(batch, tape)
        probes = {name: loop.probes for name, loop in loops.items()}
        gradients = tape.gradient(loss, probes, unconnected_gradients=tf.UnconnectedGradients.ZERO) if probes else {}
        return {name: (loop, {part: each.numpy() for part, each in gradients[name].items()}) for name, loop in loops.items()}


def named_loops(loops: Sequence[ObservedLoop]) -> dict[str, ObservedLoop]:
    """Returns loops by names that people understand, such as `"1 LSTM forward"`: the two directions of a layer have one number."""
    named: dict[str, ObservedLoop] = {}
    number = 0
    for place, loop in enumerate(loops):
        follows = loop.backward and place > 0 and not loops[place - 1].backward
        leads = not loop.backward and place + 1 < len(loops) and loops[place + 1].backward
        number += not follows
        named[f"{number} {cell_name(loop)}" + (" backward" if follows else " forward" if leads else "")] = loop
    return named


def cell_name(loop: ObservedLoop) -> str:
    """Returns the name of a loop's cell, such as `"LSTM"` or `"MUT1"`."""
    return type(loop.layer.cell).__name__.removesuffix("Cell")
