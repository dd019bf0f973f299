"""How models of stock Keras layers are trained, and the output that two of them share."""

from collections.abc import Callable

import keras
from keras import ops

from benchmarks.contenders import Trainer


def stock_trainer(model: keras.Model, learning_rate: float, global_clipnorm: float, jit: bool, prepare: Callable) -> Trainer:
    """Compiles the training step of a model, as one XLA program if `jit`.

    Args:
        model: Inputs to logits.
        learning_rate: Of Adam.
        global_clipnorm: Largest norm of all gradients together.
        jit: Whether XLA compiles it.
        prepare: Turns a batch into the arguments of `train_on_batch`.
    """
    model.compile(
        optimizer=keras.optimizers.Adam(learning_rate, global_clipnorm=global_clipnorm),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True, reduction="mean_with_sample_weight"),
        jit_compile=jit,
    )

    def train(batch) -> float:
        model.reset_metrics()  # or Keras would give the mean of all losses until now
        return float(model.train_on_batch(*batch))

    return Trainer(prepare, train)


class TiedLogits(keras.layers.Layer):
    """Scores of all tokens: products with their embeddings, and a bias.

    Args:
        embedding: The embedding layer.
    """

    def __init__(self, embedding: keras.layers.Embedding):
        super().__init__(name="logits")
        self.supports_masking = True
        self.embedding = embedding

    def build(self, input_shape):
        """Creates the bias."""
        self.bias = self.add_weight(shape=(self.embedding.input_dim,), initializer="zeros", name="bias")

    def call(self, inputs):
        """Returns `[batch, steps, vocabulary_size]`."""
        return ops.matmul(inputs, ops.transpose(self.embedding.embeddings)) + self.bias
