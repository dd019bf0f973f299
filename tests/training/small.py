"""The smallest real training: averaged word vectors that learn which half of the vocabulary a text is made of."""

import keras
import numpy as np
import tensorflow as tf

VOCABULARY = 20


class MemoryBatches:
    """Batches of two shapes, held in memory, shuffled by the epoch."""

    def __init__(self, seed: int, count: int = 6, rows: int = 8) -> None:
        self._seed, self._count, self._rows = seed, count, rows

    def steps(self, epoch: int) -> int:
        return self._count

    def batches(self, epoch: int, start: int = 0, replica: int = 0, replicas: int = 1) -> tf.data.Dataset:
        def generate():
            for position in range(start, self._count):
                yield tuple(part[replica::replicas] for part in self._batch(epoch, position))

        signature = (tf.TensorSpec([None, None], tf.int32), tf.TensorSpec([None], tf.int32), tf.TensorSpec([None], tf.float32))
        return tf.data.Dataset.from_generator(generate, output_signature=signature)

    def _batch(self, epoch: int, position: int):
        generator = np.random.default_rng([self._seed, epoch, position])
        time = 4 + 4 * (position % 2)
        labels = generator.integers(0, 2, self._rows).astype("int32")
        tokens = generator.integers(1, VOCABULARY // 2, [self._rows, time]) + labels[:, None] * (VOCABULARY // 2)
        weights = np.ones(self._rows, "float32")
        if position == self._count - 1:
            weights[-3:] = 0.0  # filler
        return tokens.astype("int32"), labels, weights


def small_model(dropout: float = 0.5) -> keras.Model:
    keras.utils.set_random_seed(7)
    tokens = keras.Input([None], dtype="int32")
    features = keras.layers.Embedding(VOCABULARY, 8)(tokens)
    features = keras.layers.GlobalAveragePooling1D()(features)
    features = keras.layers.Dropout(dropout)(keras.layers.Dense(16, activation="tanh")(features))
    return keras.Model(tokens, keras.layers.Dense(2)(features))


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
