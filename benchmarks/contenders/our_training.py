"""How models of this project are trained: by the step of `fit`."""

from collections.abc import Callable

import keras
import tensorflow as tf

from benchmarks.contenders import Trainer
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.optimizers import build_optimizer
from toolkit.training.projection import ProjectedObjective
from toolkit.training.steps import Steps


def our_trainer(model: keras.Model, learning_rate: float, global_clipnorm: float, prepare: Callable, precision: str = "float32") -> Trainer:
    """Makes the training step of a model.

    Args:
        model: Built model, one for `ProjectedObjective`.
        learning_rate: Of Adam.
        global_clipnorm: Largest norm of all gradients together.
        prepare: Turns a batch into tensors.
        precision: In what training makes large products.
    """
    optimizer = build_optimizer("adam", learning_rate, global_clipnorm=global_clipnorm)
    optimizer.build(model.trainable_variables)
    objective = ProjectedObjective({"loss": sparse_cross_entropy})
    steps = Steps(model, optimizer, objective, tf.distribute.get_strategy(), precision)

    def train(batch) -> float:
        sums, _ = steps.train(batch)
        return sums["loss"] / sums["weight"]

    return Trainer(prepare, train)
