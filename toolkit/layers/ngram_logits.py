"""A linear model of the words and n-grams of a text, as a layer."""

import keras
from keras import ops

from toolkit.arguments import check_integer, check_positive_integer
from toolkit.layers.precision import output_dtype

PRIMES = (46327, 46337)
"""A word is two numbers below them: the larger one's square is just below 2³¹, and LiteRT computes with 32 bits."""

FACTOR, MOST_BUCKETS = 2039, 2**20  # the same holds of their product, and a prime more

LONGEST = 8  # tokens whose letters make a word; of a longer one, the last ones

SPELLING = ("first", "second", "first_power", "second_power", "left", "right")
"""What `NgramLogits.spelling` says of a token: the two hashes of its letters, the power of each base that shifts what stands before by so
many letters, and which tokens make one word with it: the one after it, if its `left` is not 0 and is the `right` of this one."""


@keras.saving.register_keras_serializable(package="toolkit")
class NgramLogits(keras.layers.Layer):
    """A linear model of which tokens, words and n-grams of words a text has: `y = Σ_g r_g W_g / √(Σ_g r_g²) + b`, g the different ones.

    Each token has a row of one table; words and n-grams of words are hashed into the rows of another one. They hold r W: how rare one is
    times what it says of each label. What the sum is divided by makes texts of any length count alike. Words are put together from their
    tokens (`spelling`), so that one is the same however it is cut.

    The weights do not learn by gradient descent: `toolkit.tasks.classification.ngrams.fit_ngrams` finds them. Until then, each token is a
    word.

    Args:
        vocabulary_size: Number of token ids.
        labels: Number of labels.
        order: Words of the longest n-grams; 1 for tokens and words alone.
        buckets: Rows of the table of words and n-grams.
        **kwargs: As in `keras.layers.Layer`.

    Call arguments:
        tokens: Token ids, integers `[batch, time]`, 0 after the end of a text.

    Returns:
        Logits `[batch, labels]`, float32 or more precise.

    Raises:
        InvalidArgument: An argument is out of range.

    Source: Wang & Manning 2012, "Baselines and bigrams: simple, good sentiment and topic classification", for the presence of n-grams;
    Joulin et al. 2017, "Bag of tricks for efficient text classification", for hashing them; Karp & Rabin 1987, "Efficient randomized
    pattern-matching algorithms", for hashes that are put together.
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
        """Makes the tables, the squares of r and the bias, of zeros; and each token a word of its own."""
        sizes = {"tokens": self.vocabulary_size, "ngrams": self.buckets}
        self.tables = [self._fixed((size, self.labels), name) for name, size in sizes.items()]
        self.squares = [self._fixed((size, 1), f"{name}_squares") for name, size in sizes.items()]
        self.bias = self._fixed((self.labels,), "bias")
        self.spelling = self._fixed((self.vocabulary_size, len(SPELLING)), "spelling", "int32")
        self.spelling.assign([[*(token % prime for prime in PRIMES), 1, 1, 0, 0] for token in range(self.vocabulary_size)])

    def call(self, tokens):
        """Returns the logits."""
        tokens = ops.cast(tokens, "int32")
        found = [_different(rows) for rows in (ops.where(tokens > 0, tokens, -1), self.buckets_of(tokens))]
        sums, squares = (_summed(tables, found) for tables in (self.tables, self.squares))
        return sums / ops.sqrt(ops.maximum(squares, keras.config.epsilon())) + self.bias

    def buckets_of(self, tokens):
        """Returns the bucket of each word and each n-gram of words.

        That of the words w_1 … w_n, each of two numbers, is their hash `h(x_1 … x_k) = (FACTOR · h(x_1 … x_{k-1}) + x_k) mod buckets`,
        where the hash of nothing is n.

        Args:
            tokens: Token ids, int32 `[batch, time]`, 0 after the end of a text.

        Returns:
            Of n = 1 to `order`, int32 `[batch, order · time]`: each at the last token of its last word, and -1 elsewhere.
        """
        ends, words = self._words(tokens)
        found = []
        for n in range(1, self.order + 1):
            hashed = n + 0 * tokens
            for word in reversed(words[:n]):
                for half in range(len(PRIMES)):
                    hashed = (FACTOR * hashed + word[..., half]) % self.buckets
            exists = ops.logical_and(ends, words[n - 1][..., 0] >= 0)
            found.append(ops.where(exists, hashed, -1))
        return ops.concatenate(found, axis=1)

    def _words(self, tokens):
        """Returns where a word ends, `[batch, time]`, and the word up to there and the ones before it, `order` times `[batch, time, 2]`."""
        hashed, powers, sides = ops.split(ops.take(self.spelling, tokens, axis=0), 3, axis=-1)
        left, right = sides[..., 0], sides[..., 1]
        goes_on = ops.logical_and(left > 0, left == _before(right, 0))
        inside = ops.expand_dims(goes_on, -1)
        primes = ops.array(PRIMES, "int32")
        words = [_along(inside, hashed, lambda word: (word * powers + hashed) % primes)]
        for _ in range(self.order - 1):
            words.append(_along(inside, _before(words[-1], -1), lambda word: word))
        ends = ops.logical_and(tokens > 0, ops.logical_not(ops.pad(goes_on, [(0, 0), (0, 1)])[:, 1:]))
        return ends, words

    def compute_output_shape(self, tokens_shape):
        """Returns `(batch, labels)`."""
        return (tokens_shape[0], self.labels)

    def get_config(self):
        """Returns the constructor's arguments."""
        own = {name: getattr(self, name) for name in ("vocabulary_size", "labels", "order", "buckets")}
        return {**super().get_config(), **own}

    def _fixed(self, shape: tuple[int, ...], name: str, dtype: str | None = None):
        return self.add_weight(shape, "zeros", trainable=False, name=name, dtype=dtype)


def _along(inside, start, go_on):
    """Returns `start` where a word begins, and inside of it what `go_on` makes of the value one step earlier, `[batch, time, 2]`."""
    values = start
    for _ in range(LONGEST - 1):
        values = ops.where(inside, go_on(_before(values, 0)), start)
    return values


def _before(values, first: int):
    """Returns what stands one step earlier, `[batch, time, …]`, and a number at the first step."""
    padding = [(0, 0), (1, 0)] + [(0, 0)] * (len(values.shape) - 2)
    return ops.pad(values, padding, constant_values=first)[:, :-1]


def _different(rows):
    """Returns the numbers of `[batch, places]` that are not negative, each once, and -1 at the other places."""
    rows = ops.sort(rows, axis=1)
    return ops.where(rows == _before(rows, -1), -1, rows)


def _summed(tables, found):
    """Returns the sum of the rows of the tables that were found, `[batch, columns]`."""
    rows = [ops.take(table, ops.maximum(places, 0), axis=0) for table, places in zip(tables, found, strict=True)]
    there = [ops.expand_dims(ops.cast(places >= 0, each.dtype), -1) for places, each in zip(found, rows, strict=True)]
    return sum(ops.sum(each * counted, axis=1) for each, counted in zip(rows, there, strict=True))
