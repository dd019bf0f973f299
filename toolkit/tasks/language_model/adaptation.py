"""Language models that go on learning from the text that they are measured on: dynamic evaluation, and a neural cache.

Both are honest measures: each token is predicted before anything is learned from it. But they are not those of the model alone, so their
results stand beside the static one and never in its place.

Source: Krause et al. 2018, "Dynamic evaluation of neural sequence models"; Grave, Joulin & Usunier 2017, "Improving neural language models
with a continuous cache".
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.reading import windows

SEGMENT = 20  # tokens that are predicted before the weights change
LEARNING_RATE, DECAY = 1e-3, 3e-3  # what is usual; a search begins there
FLATNESS, SHARE = 10.0, 0.1
FACTOR, FARTHEST = 3.0, 3  # between two values that a search tries, and how often it may be taken


class Predicted(NamedTuple):
    """What was predicted of a segment of a text.

    Attributes:
        tokens: Their ids, `[tokens]`.
        log_p: Natural logarithm of their probabilities, `[tokens]`.
        features: What the output saw before each, `[tokens, features]`.
    """

    tokens: np.ndarray
    log_p: np.ndarray
    features: np.ndarray


@dataclass(frozen=True)
class Dynamic:
    """How the weights follow a text.

    After each segment, whose mean loss has the gradient g,

        θ ← θ - η g / (r + ρ) + min(λ r / ρ, 1) (θ_0 - θ)

    where r is the root of the mean square of such gradients on the training text, weight by weight, and ρ the same of all weights together.
    So a weight moves by about η, and those that matter return to what was trained, θ_0, the fastest.

    Attributes:
        learning_rate: η.
        decay: λ.
    """

    learning_rate: float
    decay: float

    def __str__(self):
        return f"dynamic evaluation (learning rate {self.learning_rate:.2g}, decay {self.decay:.2g})"


@dataclass(frozen=True)
class Cache:
    """What came after similar features is probable to come again.

        p(w) = (1 - s) p_model(w) + s Σ_{i: x_{i+1} = w} exp(φ h_t · h_i) / Σ_i exp(φ h_t · h_i)

    over the last tokens that were read; h is divided by the root of its mean square length on the training text.

    Attributes:
        size: How many tokens it remembers.
        flatness: φ; at 0 all that is remembered is alike.
        share: s.
    """

    size: int
    flatness: float
    share: float

    def __str__(self):
        return f"a cache of {self.size:,} tokens (share {self.share:.2g}, flatness {self.flatness:.2g})"


class Learner:
    """A language model whose weights follow what it reads.

    Args:
        model: The model, whose weights are θ_0.
        trained: Stretches of the text that it was trained on, of each the ids, a begin id first.
        segment: Tokens after which the weights change.
    """

    def __init__(self, model: LanguageModel, trained: Iterable[np.ndarray], segment: int = SEGMENT):
        self.model, self.segment = model, segment
        self._variables = model.trainable_variables
        self._start = [tf.identity(variable) for variable in self._variables]
        squares = [tf.zeros_like(variable) for variable in self._variables]
        count = 0
        for document in trained:
            state = model.initial_state(1)
            for tokens, labels in windows([document], segment):
                _, _, state, gradients = self._read_and_differentiate(tokens, labels, state)
                squares = [square + gradient**2 for square, gradient in zip(squares, gradients, strict=True)]
                count += 1
        sizes = sum(float(tf.size(square, tf.int64)) for square in squares)
        self._ρ = tf.sqrt(sum(tf.reduce_sum(square) for square in squares) / (count * sizes))
        self._r = [tf.sqrt(square / count) for square in squares]

    def read(self, documents: Iterable[np.ndarray], dynamic: Dynamic) -> Iterator[Predicted]:
        """Reads documents and learns from each segment once it is predicted; in the end the model is what it was.

        Args:
            documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`.
            dynamic: How it learns.
        """
        try:
            yield from self._following(documents, dynamic)
        finally:
            for variable, start in zip(self._variables, self._start, strict=True):
                variable.assign(start)

    def learn(self, documents: Iterable[np.ndarray], dynamic: Dynamic) -> None:
        """Learns from documents as `read` does, and keeps what it has learned.

        Args:
            documents: As for `read`.
            dynamic: Likewise.
        """
        for _ in self._following(documents, dynamic):
            pass

    def _following(self, documents: Iterable[np.ndarray], dynamic: Dynamic) -> Iterator[Predicted]:
        rate, decay = tf.constant(dynamic.learning_rate), tf.constant(dynamic.decay)
        for document in documents:
            state = self.model.initial_state(1)
            for tokens, labels in windows([document], self.segment):
                log_p, features, state, gradients = self._read_and_differentiate(tokens, labels, state)
                yield _predicted(labels, log_p, features)
                self._step(gradients, rate, decay)

    @tf.function(autograph=False)
    def _read_and_differentiate(self, tokens, labels, state):
        with tf.GradientTape() as tape:
            log_p, features, state = _read(self.model, tokens, labels, state)
            weights = tf.cast(labels > 0, log_p.dtype)
            loss = -tf.math.divide_no_nan(tf.reduce_sum(weights * log_p), tf.reduce_sum(weights))
        gradients = tape.gradient(loss, self._variables, unconnected_gradients=tf.UnconnectedGradients.ZERO)
        return log_p, features, state, [tf.convert_to_tensor(gradient) for gradient in gradients]

    @tf.function(autograph=False)
    def _step(self, gradients, rate, decay):
        for variable, start, gradient, r in zip(self._variables, self._start, gradients, self._r, strict=True):
            variable.assign(_moved(variable.value, start, gradient, r, self._ρ, rate, decay))


@tf.function(autograph=False, jit_compile=True)
def _moved(weights, start, gradient, r, ρ, rate, decay):
    """Returns the weights after a step of `Dynamic`; in one pass over the memory."""
    return weights - rate * gradient / (r + ρ) + tf.minimum(decay * r / ρ, 1.0) * (start - weights)


def read_statically(model: LanguageModel, documents: Iterable[np.ndarray], width: int = 256) -> Iterator[Predicted]:
    """Reads documents with a model that stays as it is.

    Args:
        model: The model.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`.
        width: Tokens read at once.
    """
    read = tf.function(lambda *given: _read(model, *given), autograph=False)
    for document in documents:
        state = model.initial_state(1)
        for tokens, labels in windows([document], width):
            log_p, features, state = read(tokens, labels, state)
            yield _predicted(labels, log_p, features)


@dataclass
class Memory:
    """The tokens of a cache, and how often each of what is read is found in it.

    Args:
        cache: How it is used.
        length: Root of the mean square length of features.
    """

    cache: Cache
    length: float
    _features: np.ndarray | None = field(default=None, repr=False)
    _tokens: np.ndarray = field(default_factory=lambda: np.zeros(0, int), repr=False)

    def mixed(self, predicted: Predicted) -> np.ndarray:
        """Returns the logarithms of the probabilities with the cache, `[tokens]`; then remembers what was read.

        Args:
            predicted: The tokens that follow those of the call before.
        """
        now = predicted.features.astype(np.float64) / self.length
        known = now if self._features is None else np.concatenate([self._features, now])
        tokens = np.concatenate([self._tokens, predicted.tokens])
        before = len(tokens) - len(now)  # what is remembered of earlier calls
        places, columns = np.arange(before, len(tokens))[:, None], np.arange(len(tokens))
        seen = (columns < places) & (columns >= places - self.cache.size)
        scores = np.where(seen, self.cache.flatness * (now @ known.T), -np.inf)
        weights = np.exp(scores - np.maximum(scores.max(1, keepdims=True), np.finfo(float).min))
        total = weights.sum(1)
        found = (weights * (tokens == predicted.tokens[:, None])).sum(1) / np.where(total > 0, total, 1)
        self._features, self._tokens = known[-self.cache.size :], tokens[-self.cache.size :]
        share = np.where(total > 0, self.cache.share, 0.0)  # with nothing to remember the model has all
        with np.errstate(divide="ignore"):  # what is not remembered has probability 0 there
            return np.logaddexp(np.log1p(-share) + predicted.log_p, np.log(share * found))


def length_of(segments: Sequence[Predicted]) -> float:
    """Returns the root of the mean square length of the features of segments."""
    squares = np.concatenate([(segment.features.astype(np.float64) ** 2).sum(1) for segment in segments])
    return float(np.sqrt(squares.mean()))


def choose_dynamic(learner: Learner, documents: Sequence[np.ndarray]) -> Dynamic:
    """Returns the numbers with which documents cost least."""

    def nats(*numbers: float) -> float:
        return nats_of(segment.log_p for segment in learner.read(documents, Dynamic(*numbers)))

    return Dynamic(*lowest(nats, (LEARNING_RATE, DECAY)))


def choose_cache(segments: Sequence[Predicted], size: int, length: float) -> Cache:
    """Returns the numbers with which what was predicted costs least.

    Args:
        segments: What was read of some text.
        size: How many tokens the cache has.
        length: As in `Memory`.
    """

    def nats(flatness: float, share: float) -> float:
        if share >= 1:
            return np.inf
        memory = Memory(Cache(size, flatness, share), length)
        return nats_of(map(memory.mixed, segments))

    return Cache(size, *lowest(nats, (FLATNESS, SHARE)))


def measured(
    model: LanguageModel,
    documents: Sequence[np.ndarray],
    choosing: Sequence[np.ndarray] | None,
    trained: Sequence[np.ndarray],
    *,
    dynamic: bool = False,
    cache: int | None = None,
) -> tuple[float, dict[str, Dynamic | Cache]]:
    """Returns what documents cost a model that learns from them, in nats, and how it learns.

    Args:
        model: The model; afterwards it is what it was.
        documents: Of each the ids that are read and predicted, `begin, y_1, ..., y_n`. What is learned of one is not forgotten in the next.
        choosing: Other documents, on which the numbers of the ways are chosen; `None` for the usual numbers.
        trained: Stretches of the training text.
        dynamic: Whether the weights follow the text.
        cache: Tokens of a cache; `None` for none.
    """
    ways: dict[str, Dynamic | Cache] = {}
    if dynamic:
        learner = Learner(model, trained)
        ways["dynamic"] = Dynamic(LEARNING_RATE, DECAY) if choosing is None else choose_dynamic(learner, choosing)

    def segments(documents: Sequence[np.ndarray]) -> Iterator[Predicted]:
        return learner.read(documents, ways["dynamic"]) if dynamic else read_statically(model, documents)

    if not cache:
        return nats_of(segment.log_p for segment in segments(documents)), ways
    length = length_of([*read_statically(model, trained)])
    ways["cache"] = Cache(cache, FLATNESS, SHARE) if choosing is None else choose_cache([*segments(choosing)], cache, length)
    return nats_of(map(Memory(ways["cache"], length).mixed, segments(documents))), ways


def nats_of(log_p: Iterable[np.ndarray]) -> float:
    """Returns the negative sum of logarithms of probabilities."""
    return -float(sum(part.sum(dtype=np.float64) for part in log_p))


def lowest(cost: Callable[..., float], start: Sequence[float], factor: float = FACTOR) -> tuple[float, ...]:
    """Returns positive numbers at which a cost is low: it changes one after the other by a factor for as long as that helps.

    None goes farther from its start than `FARTHEST` times: what is found there is an accident of a short text.

    Args:
        cost: Of as many numbers as `start` has.
        start: Where it begins.
        factor: Between two values.
    """
    best, least = (0,) * len(start), cost(*start)
    tried = {best}

    def at(steps: tuple[int, ...]) -> tuple[float, ...]:
        return tuple(number * factor**step for number, step in zip(start, steps, strict=True))

    moved = True
    while moved:
        moved = False
        for place in range(len(best)):
            for step in (1, -1):
                while (next_ := (*best[:place], best[place] + step, *best[place + 1 :])) not in tried and abs(next_[place]) <= FARTHEST:
                    tried.add(next_)
                    if not (found := cost(*at(next_))) < least:
                        break
                    best, least, moved = next_, found, True
    return at(best)


def _read(model: LanguageModel, tokens, labels, state) -> tuple:
    """Returns the logarithms of the probabilities, features and the state after the last token, of one row."""
    features, state = model(tokens, state=state, training=False, return_features=True)
    log_p = tf.nn.log_softmax(model.logits(features))
    return tf.gather(log_p, labels, batch_dims=2)[0], features[0], state


def _predicted(labels: tf.Tensor, log_p: tf.Tensor, features: tf.Tensor) -> Predicted:
    labels = labels.numpy()[0]
    count = np.count_nonzero(labels)
    return Predicted(labels[:count], log_p.numpy()[:count], features.numpy()[:count])
