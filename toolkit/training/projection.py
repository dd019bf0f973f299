"""Measures of logits that are never in memory all at once."""

from collections.abc import Callable

import keras
import tensorflow as tf

from toolkit.layers.matmul_precision import matmul_dtype
from toolkit.layers.precision import at_least_single
from toolkit.training.losses import Measure
from toolkit.training.objective import LogitsObjective

MOST_ROWS = 1024
MOST_LOGITS = 2**23  # of a block: 32 MB
MANY_CLASSES = 512
"""Of fewer the products are too small for another precision to matter."""

GRID = 128  # rows of a block are a multiple of it, so that XLA compiles few sizes


class ProjectedObjective(LogitsObjective):
    """The measures of `LogitsObjective`, from features and the projection that makes logits of them.

        logits = features · kernelᵀ + bias

    With thousands of classes the logits are the largest thing in a training step, and bias, softmax, loss and the gradients of these pass
    over all of them. So the model returns features (`return_features=True`), and its `projection` is kernel and bias. The rows go through
    in blocks, each compiled by XLA into few passes; the gradient of a block is made while its logits are there, so they are not kept; and
    rows of weight 0, which is padding, are left out. Where training multiplies in bfloat16 and there are many classes, the three products
    of a block are made outside of XLA, which has no fast ones for it on a CPU, and logits and their gradients pass between them in
    bfloat16.

    Args:
        measures: As in `LogitsObjective`; each sees the logits of a block.
        most_rows: Rows of a block at most, a multiple of 128.

    Raises:
        ValueError: There is no `loss`.

    Source: Wijmans et al. 2025, "Cut your losses in large-vocabulary language models".
    """

    def __init__(self, measures: dict[str, Measure], most_rows: int = MOST_ROWS):
        super().__init__(measures)
        self._most_rows = most_rows
        self._block = tf.function(self._measure, jit_compile=True, autograph=False)
        self._losses_of_block = tf.function(self._measure_losses, jit_compile=True, autograph=False)
        self._block_with_gradients = tf.function(self._measure_with_gradients, jit_compile=True, autograph=False)
        self._block_of_logits = tf.function(self._measure_logits_with_gradients, jit_compile=True, autograph=False)

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the weighted sum of each measure."""
        features = model(inputs, training=training, return_features=True)
        return self.of_features(features, *model.projection, labels, weights, training)

    def of_features(self, features, kernel, bias, labels, weights, training: bool = False) -> dict[str, tf.Tensor]:
        """Returns the weighted sum of each measure, from what a model returns.

        Args:
            features: `[..., features]`.
            kernel: `[classes, features]`.
            bias: `[classes]`.
            labels: Integers `[...]`.
            weights: float32 `[...]`.
            training: Whether the sum of `loss` is to have gradients in features, kernel and bias.
        """
        summed = self._differentiable if training else self._evaluated
        rows = tf.reshape(features, [-1, features.shape[-1]])
        dtype = at_least_single(features.dtype)
        rows, kernel, bias = (tf.cast(part, dtype) for part in (rows, kernel, bias))
        return summed(rows, kernel, bias, tf.reshape(labels, [-1]), tf.reshape(weights, [-1]))

    def losses_of_features(self, features, kernel, bias, labels, weights) -> tf.Tensor:
        """Returns the loss of each row, float32 `[...]`, 0 where it has no weight; without gradients.

        Args:
            features: As for `of_features`, and so are the others.
            kernel: `[classes, features]`.
            bias: `[classes]`.
            labels: Integers `[...]`.
            weights: float32 `[...]`.
        """
        dtype, flat = at_least_single(features.dtype), tf.reshape(labels, [-1])
        rows, kernel, bias = (tf.cast(part, dtype) for part in (tf.reshape(features, [-1, features.shape[-1]]), kernel, bias))

        def add(losses, chosen, weights):
            found = self._losses_of_block(tf.gather(rows, chosen), kernel, bias, tf.gather(flat, chosen))
            return tf.tensor_scatter_nd_add(losses, chosen[:, None], tf.where(weights > 0, weights * found, 0.0))

        losses = self._over_blocks(add, tf.zeros(tf.shape(flat)), kernel, tf.reshape(weights, [-1]))
        return tf.reshape(losses, tf.shape(labels))

    def _evaluated(self, features, kernel, bias, labels, weights) -> dict[str, tf.Tensor]:
        def add(sums, chosen, weights):
            block = self._block(tf.gather(features, chosen), kernel, bias, tf.gather(labels, chosen), weights)
            return tf.nest.map_structure(tf.add, sums, block)

        return self._over_blocks(add, self._zeros(), kernel, weights)

    def _differentiable(self, features, kernel, bias, labels, weights) -> dict[str, tf.Tensor]:
        multiplied = matmul_dtype(features.dtype) if kernel.shape[0] >= MANY_CLASSES else features.dtype
        measure = self._block_with_gradients if multiplied == features.dtype else self._rounded_block
        rows, classes = tf.cast(features, multiplied), tf.cast(kernel, multiplied)

        def add(totals, chosen, weights):
            sums, of_features, *of_projection = totals
            found, *δ = measure(tf.gather(rows, chosen), classes, bias, tf.gather(labels, chosen), weights)
            δ_rows, *δ_projection = (tf.cast(part, of_features.dtype) for part in δ)
            of_rows = tf.tensor_scatter_nd_add(of_features, chosen[:, None], δ_rows)
            return tf.nest.map_structure(tf.add, sums, found), of_rows, *map(tf.add, of_projection, δ_projection)

        @tf.custom_gradient
        def summed(*projection):
            zeros = [tf.zeros_like(part) for part in projection]
            sums, *gradients = self._over_blocks(add, (self._zeros(), *zeros), kernel, weights)
            return list(sums.values()), lambda *δ: [gradient * tf.cast(δ[loss], gradient.dtype) for gradient in gradients]

        loss = self.names.index("loss")
        return dict(zip(self.names, summed(features, kernel, bias), strict=True))

    def _over_blocks(self, add: Callable, totals, kernel, weights):
        """Runs `add(totals, indices of rows, their weights)` for all rows that have a weight; the last block is filled with weight 0."""
        rows = tf.reshape(tf.where(weights > 0), [-1])
        padding = -tf.size(rows) % GRID
        chosen, weights = tf.pad(rows, [[0, padding]]), tf.pad(tf.gather(weights, rows), [[0, padding]])
        size = max(GRID, min(self._most_rows, MOST_LOGITS // kernel.shape[0] // GRID * GRID))

        def block(start, totals):
            return start + size, add(totals, chosen[start : start + size], weights[start : start + size])

        return tf.while_loop(lambda start, _: start < tf.size(chosen), block, (0, totals), parallel_iterations=1)[1]

    def _zeros(self) -> dict[str, tf.Tensor]:
        return {name: tf.zeros([]) for name in self.names}

    def _measure(self, features, kernel, bias, labels, weights) -> dict[str, tf.Tensor]:
        logits = tf.matmul(features, kernel, transpose_b=True) + bias
        return self.of_logits(logits, labels, weights)

    def _measure_losses(self, features, kernel, bias, labels) -> tf.Tensor:
        return tf.cast(self.measures["loss"](labels, tf.matmul(features, kernel, transpose_b=True) + bias), tf.float32)

    def _measure_with_gradients(self, *inputs) -> tuple:
        with tf.GradientTape() as tape:
            tape.watch(inputs[:3])
            sums = self._measure(*inputs)
        return sums, *tape.gradient(sums["loss"], inputs[:3])

    def _rounded_block(self, features, kernel, bias, labels, weights) -> tuple:
        """Returns what `_measure_with_gradients` does, of features and a kernel in bfloat16."""
        sums, δ_logits, δ_bias = self._block_of_logits(tf.matmul(features, kernel, transpose_b=True), bias, labels, weights)
        return sums, tf.matmul(δ_logits, kernel), tf.matmul(δ_logits, features, transpose_a=True), δ_bias

    def _measure_logits_with_gradients(self, rounded, bias, labels, weights) -> tuple:
        logits = tf.cast(rounded, bias.dtype) + bias
        with tf.GradientTape() as tape:
            tape.watch(logits)
            sums = self.of_logits(logits, labels, weights)
        δ_logits = tape.gradient(sums["loss"], logits)
        return sums, tf.cast(δ_logits, rounded.dtype), tf.reduce_sum(δ_logits, 0)
