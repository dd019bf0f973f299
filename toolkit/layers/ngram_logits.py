"""A linear model of the n-grams of a text, as a layer."""

import keras
from keras import ops

from toolkit.arguments import check_integer, check_positive_integer
from toolkit.layers.precision import output_dtype

FACTOR, MOST_BUCKETS = 8191, 2**18  # their product, and a token more, stays below 2³¹: LiteRT computes with 32 bits


def buckets_of(tokens, order: int, buckets: int):
    """Returns the bucket of each n-gram: `h(t_1 … t_n) = (FACTOR · h(t_1 … t_{n-1}) + t_n) mod buckets`, where the hash of nothing is n.

    Args:
        tokens: Token ids, integers `[batch, time]`, 0 after the end of a text.
        order: The longest n, at least 2.
        buckets: How many there are.

    Returns:
        Of the n-grams from n = 2 on, integers `[batch, (order - 1) · time]`; -1 where the text ends before.
    """
    found = []
    for n in range(2, order + 1):
        hashed = n + 0 * tokens
        for place in range(n):
            hashed = (FACTOR * hashed + _from(tokens, place)) % buckets
        found.append(ops.where(_from(tokens, n - 1) > 0, hashed, -1))
    return ops.concatenate(found, axis=1)


@keras.saving.register_keras_serializable(package="toolkit")
class NgramLogits(keras.layers.Layer):
    """A linear model of which n-grams of tokens a text has: `y = Σ_g r_g W_g / √(Σ_g r_g²) + b`, g the different ones.

    Single tokens have a row each of one table, longer n-grams are hashed into the rows of another one. They hold r W: how rare an n-gram is
    times what it says of each label. What the sum is divided by makes texts of any length count alike. Longer n-grams are those of tokens
    that `alike` gives the same number, such as "Good" and "good".

    The weights do not learn by gradient descent: `toolkit.tasks.classification.ngrams.fit_ngrams` finds them.

    Args:
        vocabulary_size: Number of token ids.
        labels: Number of labels.
        order: Longest n-grams; 1 for single tokens alone.
        buckets: Rows of the table of longer ones.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        tokens: Token ids, integers `[batch, time]`, 0 after the end of a text.

    Returns:
        Logits `[batch, labels]`, float32 or more precise.

    Raises:
        InvalidArgument: An argument is out of range.

    Source: Wang & Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification", for the presence of n-grams;
    Joulin et al. 2017, "Bag of tricks for efficient text classification", for hashing them.
    """

    def __init__(self, vocabulary_size: int, labels: int, order: int = 2, buckets: int = 65521, **kwargs):
        for name, value in (("vocabulary_size", vocabulary_size), ("labels", labels), ("order", order)):
            check_positive_integer(name, value)
        check_integer("buckets", buckets, 1, MOST_BUCKETS)
        super().__init__(**{"dtype": output_dtype(), **kwargs})
        self.vocabulary_size = vocabulary_size
        self.labels = labels
        self.order = order
        self.buckets = buckets

    def build(self, tokens_shape):
        """Makes the tables, the squares of r and the bias, of zeros; and each token like itself alone."""
        sizes = {"tokens": self.vocabulary_size, "ngrams": self.buckets} if self.order > 1 else {"tokens": self.vocabulary_size}
        self.tables = [self._fixed((size, self.labels), name) for name, size in sizes.items()]
        self.squares = [self._fixed((size, 1), f"{name}_squares") for name, size in sizes.items()]
        self.bias = self._fixed((self.labels,), "bias")
        self.alike = self._fixed((self.vocabulary_size,), "alike", "int32")
        self.alike.assign(range(self.vocabulary_size))

    def call(self, tokens):
        """Returns the logits."""
        tokens = ops.cast(tokens, "int32")
        found = [ops.where(tokens > 0, tokens, -1)]
        if self.order > 1:
            found.append(buckets_of(ops.take(self.alike, tokens), self.order, self.buckets))
        counted = [ops.expand_dims(ops.cast(_occurs_first(rows), self.bias.dtype), -1) for rows in found]
        sums, squares = (_summed(tables, found, counted) for tables in (self.tables, self.squares))
        return sums / ops.sqrt(ops.maximum(squares, keras.config.epsilon())) + self.bias

    def compute_output_shape(self, tokens_shape):
        """Returns `(batch, labels)`."""
        return (tokens_shape[0], self.labels)

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {name: getattr(self, name) for name in ("vocabulary_size", "labels", "order", "buckets")}
        return {**super().get_config(), **own}

    def _fixed(self, shape: tuple[int, ...], name: str, dtype: str | None = None):
        return self.add_weight(shape, "zeros", trainable=False, name=name, dtype=dtype)


def _summed(tables, found, counted):
    """Returns the sum of the rows of the tables that were found and count, `[batch, columns]`."""
    rows = [ops.take(table, ops.maximum(places, 0), axis=0) for table, places in zip(tables, found, strict=True)]
    return sum(ops.sum(each * first, axis=1) for each, first in zip(rows, counted, strict=True))


def _from(tokens, place: int):
    """Returns the tokens from a place on, with as many zeros behind them."""
    return ops.pad(tokens, [(0, 0), (0, place)])[:, place:] if place else tokens


def _occurs_first(rows):
    """Returns which of the numbers `[batch, places]` are not negative and stand at no earlier place."""
    places = ops.cumsum(ops.ones_like(rows), axis=1)
    earlier = ops.expand_dims(places, 1) < ops.expand_dims(places, 2)
    again = ops.any(ops.logical_and(ops.expand_dims(rows, 1) == ops.expand_dims(rows, 2), earlier), axis=2)
    return ops.logical_and(rows >= 0, ops.logical_not(again))
