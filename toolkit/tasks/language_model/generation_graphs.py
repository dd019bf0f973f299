"""A language model as graphs that read, score and write tokens."""

from collections.abc import Callable, Sequence

import tensorflow as tf

from toolkit.decoding import ForbiddenTokens, gumbel_noise
from toolkit.decoding.path import follow
from toolkit.decoding.sampling import drawing
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.language_model import LanguageModel

_MATRIX = tf.TensorSpec([None, None], tf.int32)


def reading_function(model: LanguageModel) -> Callable:
    """Returns a graph for any batch and length that reads tokens and predicts none.

    Args:
        model: A `LanguageModel`.

    Returns:
        A function from tokens, int32 `[batch, time]`, 0 for padding, and a state to the state after them.
    """

    @tf.function(input_signature=[_MATRIX, _state_of(model)])
    def read(tokens, state):
        with backend("graph"):  # compiles nothing when a new shape comes along
            return model(tokens, state, training=False, return_features=True)[1]

    return read


def scoring_function(model: LanguageModel) -> Callable:
    """Returns a graph for any batch and length that scores tokens.

    Args:
        model: A `LanguageModel`.

    Returns:
        A function from tokens, the tokens that follow each of them, both int32 `[batch, time]`, 0 for padding, and a state to nats,
        float32 `[batch]`, and the state after them.
    """

    @tf.function(input_signature=[_MATRIX, _MATRIX, _state_of(model)])
    def score(tokens, targets, state):
        with backend("graph"):
            logits, state = model(tokens, state, training=False)
            losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
            return tf.reduce_sum(tf.where(tf.equal(targets, 0), 0.0, losses), -1), state

    return score


def writing_function(
    model: LanguageModel, block: int, greedy: bool, top_k: int | None, top_p: float | None, *, never: Sequence[int], end_id: int
) -> Callable:
    """Returns a compiled graph that writes a block of tokens.

    XLA makes one program of the loop over the steps and of all that is in it, for each number of rows: a step of one row is so little work
    that without it most of the time goes into starting operations. The noise comes from outside of it, where it is the same as everywhere
    else: the text is that of `toolkit.decoding.sample` with the same seed.

    Args:
        model: A `LanguageModel`.
        block: Number of tokens.
        greedy: Whether to take the most probable token; then the seeds and the temperature do not matter.
        top_k: As in `toolkit.decoding.sample`.
        top_p: As in `toolkit.decoding.sample`.
        never: Tokens that are never written.
        end_id: The id that ends a row, -1 if there is none.

    Returns:
        A function from the last tokens, int32 `[rows]`, the state before them, the number of tokens written before, seeds, int32 `[rows]`,
        and a temperature, to tokens, int32 `[rows, block]`, their log-probabilities, float32 `[rows, block]`, and the state.
    """

    @tf.function(jit_compile=True)
    def compiled(last, state, noise, temperature):
        choose = drawing(0 if greedy else temperature, top_k, top_p, lambda t, shape: noise[t])
        options = {"end_id": end_id, "max_length": block, "rules": (ForbiddenTokens(never),)}
        with backend("graph"):
            path, state = follow(model.step, state, tf.shape(last)[0], choose, begin_id=last, **options)
        return path.tokens, path.token_scores, state

    vector, scalar = tf.TensorSpec([None], tf.int32), tf.TensorSpec([], tf.int32)

    @tf.function(input_signature=[vector, _state_of(model), scalar, vector, tf.TensorSpec([], tf.float32)])
    def write(last, state, start, seeds, temperature):
        width = 0 if greedy else top_k or model.vocabulary_size
        return compiled(last, state, _noise(seeds, start, block, width), temperature)

    return write


def _state_of(model: LanguageModel) -> list[list[tf.TensorSpec]]:
    return tf.nest.map_structure(lambda part: tf.TensorSpec([None, part.shape[-1]], part.dtype), model.initial_state(1))


def _noise(seeds, start, block: int, width: int):
    """Returns noise for each step and row, `[block, rows, width]`."""

    def of_row(place):
        return gumbel_noise(seeds[place[1]])(start + place[0], tf.stack([width]))

    rows = tf.shape(seeds)[0]
    places = tf.stack(tf.meshgrid(tf.range(block), tf.range(rows), indexing="ij"), -1)
    numbers = tf.map_fn(of_row, tf.reshape(places, [-1, 2]), fn_output_signature=tf.TensorSpec([width], tf.float32))
    return tf.reshape(numbers, [block, rows, width])
