"""The language model as a graph: scores, steps and continuations of token ids, and of raw strings."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import keras
import tensorflow as tf

from toolkit.decoding.buffers import cut
from toolkit.decoding.noise import gumbel_noise
from toolkit.decoding.path import follow
from toolkit.decoding.rules import ForbiddenTokens
from toolkit.decoding.sampling import drawing
from toolkit.export.litert_shapes import fenced
from toolkit.export.ragged_tokens import pad
from toolkit.layers.recurrent.time_loop import backend
from toolkit.text.graph_tokenizer import GraphTokenizer
from toolkit.text.tokenizer import Tokenizer
from toolkit.training.projection import MOST_LOGITS

ENDS_IN_SPACE = r"(?s).*[\s\p{Z}]"
MOST_WRITTEN = 100_000  # tokens, for which memory is taken before the first is written


def named(model: keras.Model, state: Iterable[Iterable[Any]]) -> dict[str, Any]:
    """Returns a state as named tensors, as it crosses a signature: `layer_0_h`, and `layer_0_c` of an LSTM, and so on.

    Args:
        model: A `LanguageModel`.
        state: For each layer its parts.
    """
    return {f"layer_{i}_{name}": part for i, layer in enumerate(state) for name, part in zip(model.state_parts, layer, strict=True)}


def named_start(model: keras.Model) -> dict[str, Any]:
    """Returns what one text starts from as named tensors.

    Args:
        model: A `LanguageModel`.
    """
    return named(model, model.initial_state(1))


def listed(model: keras.Model, tensors: Mapping[str, Any]) -> list[list[Any]]:
    """Undoes `named`.

    Args:
        model: A `LanguageModel`.
        tensors: The named tensors.
    """
    return [[tensors[f"layer_{i}_{name}"] for name in model.state_parts] for i in range(model.num_layers)]


def step_function(model: keras.Model, loop: str = "graph", batch: int | None = None):
    """Returns one step as a concrete function, which takes `tokens` `[batch]` and the named state, and gives `logits` and the new state.

    Args:
        model: A `LanguageModel`.
        loop: Time-loop backend.
        batch: Number of texts; `None` for any.
    """
    specs = {name: tf.TensorSpec([batch, part.shape[1]], part.dtype, name=name) for name, part in named_start(model).items()}

    def step(tokens, **parts):
        with backend(loop):
            logits, state = model.step(tokens, listed(model, parts))
        outputs = {"logits": logits, **named(model, state)}
        return outputs if batch is None or loop != "litert" else fenced(outputs, tokens)

    return tf.function(step, autograph=False).get_concrete_function(tokens=tf.TensorSpec([batch], tf.int32, name="tokens"), **specs)


def continued(
    model: keras.Model, tokenizer: Tokenizer, documents: bool, loop: str, tokens: tf.Tensor, max_tokens, temperature, top_k, top_p, noise
) -> dict[str, tf.Tensor]:
    """Reads the beginning of each text and writes on.

    Args:
        model: A `LanguageModel`.
        tokenizer: Tells the special ids.
        documents: Whether texts have an end.
        loop: Time-loop backend.
        tokens: int32 `[batch, positions]`: the begin id and the prompt's ids, 0 after the end of each row.
        max_tokens: Most tokens that are written.
        temperature: As in `toolkit.decoding.sample`.
        top_k: As in `toolkit.decoding.sample`.
        top_p: As in `toolkit.decoding.sample`.
        noise: As in `toolkit.decoding.sample`.

    Returns:
        `tokens` int32 `[batch, steps]`, the end id where it was reached, then zeros; `lengths` int32 `[batch]`; `log_probabilities` float32
        `[batch, steps]`, of each token under the model itself; `scores` float32 `[batch]`, their sums.
    """
    lengths = tf.reduce_sum(tf.cast(tf.not_equal(tokens, 0), tf.int32), 1)
    is_before_last = tf.expand_dims(tf.range(tf.shape(tokens)[1]), 0) < tf.expand_dims(lengths - 1, 1)
    last = tf.gather(tokens, lengths - 1, batch_dims=1)
    options = {"begin_id": last, "end_id": tokenizer.end_id if documents else -1, "max_length": max_tokens}
    options["rules"] = (ForbiddenTokens(tokenizer.ids_without_text(documents)),)
    with backend(loop):
        _, state = model(tf.where(is_before_last, tokens, 0), training=False, return_features=True)
        path, _ = follow(model.step, state, tf.shape(tokens)[0], drawing(temperature, top_k, top_p, noise), **options)
    return {
        "tokens": cut(path.tokens, path.lengths),
        "lengths": path.lengths,
        "log_probabilities": cut(path.token_scores, path.lengths),
        "scores": path.scores,
    }


def log_probabilities(model: keras.Model, loop: str, read: tf.Tensor, predicted: tf.Tensor) -> tf.Tensor:
    """Returns the log-probability of each token after those before it, float32 `[batch, steps]`; zeros after the last.

    Args:
        model: A `LanguageModel`.
        loop: Time-loop backend.
        read: int32 `[batch, steps]`.
        predicted: What comes after each of them, int32 `[batch, steps]`, 0 after the last.
    """
    with backend(loop):
        features, _ = model(tf.where(tf.equal(predicted, 0), 0, read), training=False, return_features=True)
    return tf.where(tf.equal(predicted, 0), 0.0, in_blocks(log_probability, model, features, predicted))


def log_probability(tokens: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    """Returns the log-probability of each token, float32 `[rows]`, from logits `[rows, vocabulary]`."""
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(tokens, logits)


def in_blocks(measure: Callable, model: keras.Model, features: tf.Tensor, tokens: tf.Tensor) -> tf.Tensor:
    """Measures predictions, making the logits in blocks: those of a long text and a large vocabulary are never there all at once.

    Args:
        measure: `(tokens [rows], logits [rows, vocabulary]) -> float32 [rows]`.
        model: Makes logits of features.
        features: `[batch, steps, features]`.
        tokens: What comes after each step, int32 `[batch, steps]`.

    Returns:
        float32 `[batch, steps]`.
    """
    count = tf.size(tokens)
    size = tf.minimum(tf.maximum(count, 1), max(1, MOST_LOGITS // model.vocabulary_size))
    filler = tf.maximum(1, -(-count // size)) * size - count  # at least one block: of none nothing can be stacked
    rows = tf.pad(tf.reshape(features, [-1, model.features]), [[0, filler], [0, 0]])
    ids = tf.pad(tf.reshape(tokens, [-1]), [[0, filler]])
    blocks = tf.reshape(rows, [-1, size, model.features]), tf.reshape(ids, [-1, size])
    values = tf.map_fn(
        lambda block: measure(block[1], model.logits(block[0])), blocks, fn_output_signature=tf.float32, parallel_iterations=1
    )
    return tf.reshape(tf.reshape(values, [-1])[:count], tf.shape(tokens))


class LanguageModule(tf.Module):
    """What a SavedModel of a language model holds: tokenizer, model, sampling.

    Args:
        model: A `LanguageModel`.
        tokenizer: Its tokenizer.
        documents: Whether texts have an end.
    """

    def __init__(self, model: keras.Model, tokenizer: Tokenizer, documents: bool):
        super().__init__()
        self.tokenizer = GraphTokenizer(tokenizer)
        self.step = step_function(model)
        self._begin_id, self._vocabulary_size = tokenizer.begin_id, tokenizer.vocabulary_size
        self._log_probabilities = partial(log_probabilities, model, "graph")
        self._continued = partial(continued, model, tokenizer, documents, "graph")

    @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="texts")], autograph=False)
    def score(self, texts):
        """Returns how probable texts are, each with nothing before it and whatever after it.

        Args:
            texts: UTF-8 strings `[batch]`, of any length.

        Returns:
            `nats`, float32 `[batch]`: the negative log-likelihood; `tokens`, int32 `[batch]`: of how many tokens; `log_probabilities`,
            float32 `[batch, steps]`: of each token, then zeros.
        """
        ids = self.tokenizer(texts)
        predicted = pad(ids)
        scores = self._log_probabilities(self._begun(ids)[:, : tf.shape(predicted)[1]], predicted)
        return {"nats": tf.abs(tf.reduce_sum(scores, 1)), "tokens": tf.cast(ids.row_lengths(), tf.int32), "log_probabilities": scores}

    @tf.function(
        input_signature=[
            tf.TensorSpec([None], tf.string, name="prompts"),
            tf.TensorSpec([None], tf.int32, name="seeds"),
            tf.TensorSpec([], tf.int32, name="max_tokens"),
            tf.TensorSpec([], tf.float32, name="temperature"),
            tf.TensorSpec([], tf.int32, name="top_k"),
            tf.TensorSpec([], tf.float32, name="top_p"),
        ],
        autograph=False,
    )
    def generate(self, prompts, seeds, max_tokens, temperature, top_k, top_p):
        """Writes on. What follows a prompt depends on it and on its seed, and not on the others of the batch.

        Args:
            prompts: UTF-8 strings `[batch]`; a text starts from `""`.
            seeds: int32 `[batch]`: the same seed gives the same text.
            max_tokens: Most tokens that are written, at most 100,000.
            temperature: Below 1 the probable becomes more probable, above 1 less; 0 always takes the most probable.
            top_k: Draw from so many tokens; 0 for all.
            top_p: Draw from the fewest tokens of this probability; 1 for all.

        Returns:
            `texts`, strings `[batch]`: what comes after each prompt; `pieces`, strings `[batch, steps]`: its tokens as they stand in the
            vocabulary; and what `continued` returns.
        """
        with tf.control_dependencies(_checks(prompts, seeds, max_tokens, temperature, top_k, top_p, self._vocabulary_size)):
            ids = self.tokenizer(prompts)
        written = self._continued(self._begun(ids), max_tokens, temperature, top_k, top_p, _noise(seeds))
        both = tf.concat([ids, tf.RaggedTensor.from_tensor(written["tokens"], written["lengths"])], 1)
        # Tokens are decoded with those before them: whether the first begins with a space shows only there.
        begun, whole = self.tokenizer.decode(ids), self.tokenizer.decode(both)
        texts = tf.strings.substr(whole, tf.strings.length(begun), tf.strings.length(whole) - tf.strings.length(begun))
        return {"texts": _to_be_appended(texts, prompts, begun), "pieces": self.tokenizer.pieces(written["tokens"]), **written}

    def _begun(self, ids: tf.RaggedTensor) -> tf.Tensor:
        """Returns the begin id, the ids and padding."""
        return pad(tf.concat([tf.fill([ids.nrows(), 1], self._begin_id), ids], 1))


def _to_be_appended(texts: tf.Tensor, prompts: tf.Tensor, begun: tf.Tensor) -> tf.Tensor:
    """Returns texts without the bytes of an unfinished character, and without the space that stands at the end of the prompt already.

    Args:
        texts: What follows.
        prompts: What it follows.
        begun: What the tokens keep of the prompts.
    """
    has_space = tf.strings.regex_full_match(prompts, ENDS_IN_SPACE) & ~tf.strings.regex_full_match(begun, ENDS_IN_SPACE)
    texts = tf.where(has_space, tf.strings.regex_replace(texts, "^ +", ""), texts)
    return tf.strings.regex_replace(texts, "\ufffd+$", "")


def _noise(seeds: tf.Tensor) -> Callable[[tf.Tensor, tf.Tensor], tf.Tensor]:
    """Returns a source of noise that gives each row what its own seed gives."""

    def noise(t, shape):
        return tf.map_fn(lambda seed: gumbel_noise(seed)(t, shape[1:]), seeds, fn_output_signature=tf.TensorSpec([None], tf.float32))

    return noise


def _checks(prompts, seeds, max_tokens, temperature, top_k, top_p, vocabulary: int) -> list[tf.Operation]:
    """A server can be told anything: what is out of range is refused, as `toolkit.decoding.sample` refuses it in Python."""
    checks = (
        ("seeds", tf.shape(seeds), tf.equal(tf.shape(seeds), tf.shape(prompts))[0], "as many as prompts"),
        ("max_tokens", max_tokens, (max_tokens >= 1) & (max_tokens <= MOST_WRITTEN), f"an integer from 1 to {MOST_WRITTEN}"),
        ("temperature", temperature, (temperature >= 0) & tf.math.is_finite(temperature), "a finite number of at least 0"),
        ("top_k", top_k, (top_k >= 0) & (top_k <= vocabulary), f"an integer from 0, for all, to {vocabulary}"),
        ("top_p", top_p, (top_p > 0) & (top_p <= 1), "a number greater than 0 and at most 1"),
    )
    return [tf.debugging.Assert(is_right, [f"{name} must be {expected}. Received:", value]) for name, value, is_right, expected in checks]
