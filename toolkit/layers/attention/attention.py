"""Attention of every step of one sequence to all positions of another."""

import keras
import tensorflow as tf
from keras import ops

from toolkit.arguments import check_choice, check_positive_integer

SCORES = ("dot", "scaled", "general", "additive")


@keras.saving.register_keras_serializable(package="toolkit")
class Attention(keras.layers.Layer):
    """Looks, from each query, at all positions of a memory, and returns what it sees.

        e_ts = score(q_t, m_s)      α_ts = exp(e_ts) / Σ_s' exp(e_ts')      v_t = Σ_s α_ts m_s

        dot        q · m
        scaled     q · m / √size
        general    q · W m
        additive   w · tanh(W_q q + W_m m + b)

    The queries of all steps are scored at once. Where a step's query depends on what the step before has seen, use `AttentionDecoder`.

    Args:
        score: One of `SCORES`.
        units: Size of the sum inside of the additive score; that of a query by default.
        kernel_initializer: How W, W_q, W_m and w start.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        queries: `[batch, steps, size]`.
        memory: `[batch, positions, memory_size]`; the two sizes are equal with `"dot"` and `"scaled"`.
        memory_mask: Boolean `[batch, positions]`, `False` where nothing may be seen. At least one position of each row must be visible, or
            the row sees the mean of what is hidden.

    Returns:
        What was seen, `[batch, steps, memory_size]`, and the weights α, `[batch, steps, positions]`.

    Raises:
        ValueError: An argument is out of range, or the sizes do not fit.

    Source: Luong, Pham & Manning 2015, "Effective approaches to attention-based neural machine translation"; Bahdanau, Cho & Bengio 2015,
    "Neural machine translation by jointly learning to align and translate" (additive); Vaswani et al. 2017 (scaled).
    """

    def __init__(self, score: str = "dot", units: int | None = None, kernel_initializer="glorot_uniform", **kwargs):
        check_choice("score", score, SCORES)
        if units is not None:
            check_positive_integer("units", units)
        super().__init__(**kwargs)
        self.supports_masking = True
        self.score = score
        self.units = units
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, queries_shape, memory_shape, memory_mask_shape=None):
        """Creates the weights of the score."""
        size, memory_size = queries_shape[-1], memory_shape[-1]
        if self.score in ("dot", "scaled") and size != memory_size:
            raise ValueError(
                f"Argument `memory` must have vectors of the size of a query, {size}, with score={self.score!r} (use 'general' for other "
                f"sizes). Received: shape={tuple(memory_shape)}"
            )
        units = self.units or size
        if self.score == "general":
            self.memory_kernel = self._matrix("memory_kernel", memory_size, size)
        if self.score == "additive":
            self.query_kernel = self._matrix("query_kernel", size, units)
            self.memory_kernel = self._matrix("memory_kernel", memory_size, units)
            self.score_kernel = self._matrix("score_kernel", units, 1)
            self.bias = self.add_weight(shape=(units,), initializer="zeros", name="bias")

    def _matrix(self, name: str, rows: int, columns: int):
        return self.add_weight(shape=(rows, columns), initializer=self.kernel_initializer, name=name)

    def call(self, queries, memory, memory_mask=None):
        """Looks; see the class."""
        queries, memory = ops.cast(queries, self.compute_dtype), ops.cast(memory, self.compute_dtype)
        scores = self._scores(queries, memory)
        if memory_mask is not None:
            hidden = ops.logical_not(ops.cast(memory_mask, "bool"))
            scores = ops.where(ops.expand_dims(hidden, 1), ops.cast(max(-1e9, float(scores.dtype.min)), scores.dtype), scores)
        weights = tf.nn.softmax(scores)  # Keras's warns where there is one position
        return ops.matmul(weights, memory), weights

    def _scores(self, queries, memory):
        if self.score == "additive":
            from_queries = ops.expand_dims(ops.matmul(queries, self.query_kernel) + self.bias, 2)
            from_memory = ops.expand_dims(ops.matmul(memory, self.memory_kernel), 1)
            return ops.squeeze(ops.matmul(ops.tanh(from_queries + from_memory), self.score_kernel), -1)
        if self.score == "general":
            memory = ops.matmul(memory, self.memory_kernel)
        scores = ops.matmul(queries, ops.transpose(memory, (0, 2, 1)))
        return scores / queries.shape[-1] ** 0.5 if self.score == "scaled" else scores

    def compute_mask(self, *args, **kwargs):
        """Returns none: what is seen stands at every step, padding or not."""
        return None

    def compute_output_shape(self, queries_shape, memory_shape, memory_mask_shape=None):
        """Returns the shapes of what is seen and of the weights."""
        return (*queries_shape[:2], memory_shape[-1]), (*queries_shape[:2], memory_shape[1])

    def get_config(self):
        """Returns the constructor's arguments."""
        return {
            **super().get_config(),
            "score": self.score,
            "units": self.units,
            "kernel_initializer": keras.initializers.serialize(self.kernel_initializer),
        }
