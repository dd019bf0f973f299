"""A language model in Keras as functions that read, score and write tokens, and as a runner."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from toolkit.decoding import ForbiddenTokens, gumbel_noise
from toolkit.decoding.path import follow
from toolkit.decoding.sampling import drawing
from toolkit.inference.functions import FunctionRunner, OnDemand
from toolkit.inference.runner import Signature, TensorSpec
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.graph import in_blocks, listed, log_probability, named, named_start, step_function
from toolkit.tasks.language_model.token_model import READ, SCORE_TOKENS, STEP, WRITE
from toolkit.text.tokenizer import Tokenizer

NUMBERS = 2**24  # most numbers of the noise of one call: 64 MB
_VECTOR, _MATRIX = tf.TensorSpec([None], tf.int32), tf.TensorSpec([None, None], tf.int32)


class LanguageModelRunner(FunctionRunner):
    """Runs a language model in this process.

    | signature | takes, besides the state | gives, besides the new state |
    |---|---|---|
    | `step` | `tokens` `[rows]` | `logits` of the next, `[rows, vocabulary]` |
    | `read` | `tokens` `[rows, time]`, 0 for padding | |
    | `score_tokens` | the same, and `targets`, what follows each of them | `nats` `[rows]` |
    | `write` | `tokens` and `seeds` `[rows]`, and numbers: see below | `tokens` and `log_probabilities` `[rows, steps]` |

    The state has a name for each of its parts, such as `layer_0_h`. `write` reads the last token of each row and gives the state before
    the last that it has written, so that it can go on. `steps` is how many it writes, or fewer if their noise took much memory; `start` how
    many were written before; `temperature`, `top_k` and `top_p` are those of `toolkit.decoding.sample`, 0 and 1 for all tokens.

    Args:
        model: A `LanguageModel`.
        tokenizer: Its tokenizer.
        ends: Whether the model was trained on ends of texts. If not, the end id is not drawn.

    Raises:
        ValueError: The tokenizer has not as many ids as the model.
    """

    def __init__(self, model: LanguageModel, tokenizer: Tokenizer, ends: bool = True):
        if tokenizer.vocabulary_size != model.vocabulary_size:
            raise ValueError(
                f"Argument `tokenizer` must have as many ids as the model, {model.vocabulary_size}. Received: {tokenizer.vocabulary_size}"
            )
        make = {STEP: step_function, READ: _reading_function, SCORE_TOKENS: _scoring_function}
        super().__init__(OnDemand(make, lambda name: make[name](model)))
        traced, never = self.signatures, tokenizer.ids_without_text(ends)
        self.signatures = OnDemand([*make, WRITE], lambda name: _writing_signature(traced[READ]) if name == WRITE else traced[name])
        write = functools.partial(_writing_function, model, never, tokenizer.end_id if ends else -1)
        self._writer = functools.cache(lambda *choice: FunctionRunner({WRITE: write(*choice)}))
        self._vocabulary_size = model.vocabulary_size

    def _run(self, signature: str, arrays: Mapping[str, Any]) -> dict[str, np.ndarray]:
        return self._write(**arrays) if signature == WRITE else super()._run(signature, arrays)

    def _write(self, steps: int, top_k: int, top_p: float, **arrays: Any) -> dict[str, np.ndarray]:
        rows = len(arrays["tokens"])
        filled = 2 ** (rows - 1).bit_length()  # so that few graphs are compiled: nobody reads the rows that are added
        steps = max(1, min(steps, NUMBERS // (filled * self._vocabulary_size)))
        inputs = {name: _filled(np.asarray(array), filled) for name, array in arrays.items()}
        written = self._writer(steps, arrays["temperature"] == 0, top_k, top_p).run(WRITE, **inputs)
        return {name: part[:rows] for name, part in written.items()}


def _filled(array: np.ndarray, rows: int) -> np.ndarray:
    """Returns an array with rows of zeros after its own; a single number is no row."""
    return np.pad(array, [(0, rows - len(array)), *[(0, 0)] * (array.ndim - 1)]) if array.ndim else array


def _concrete(model: LanguageModel, function: Callable, **specs: tf.TensorSpec):
    """Returns a function for any number of rows, which takes the state by its names besides."""
    state = {name: tf.TensorSpec([None, part.shape[1]], part.dtype) for name, part in named_start(model).items()}
    inputs = {name: tf.TensorSpec(spec.shape, spec.dtype, name) for name, spec in {**specs, **state}.items()}
    return tf.function(function, autograph=False).get_concrete_function(**inputs)


def _reading_function(model: LanguageModel):
    def read(tokens, **state):
        with backend("graph"):  # compiles nothing when a new shape comes along
            return named(model, model(tokens, listed(model, state), training=False, return_features=True)[1])

    return _concrete(model, read, tokens=_MATRIX)


def _scoring_function(model: LanguageModel):
    def score(tokens, targets, **state):
        with backend("graph"):
            features, after = model(tokens, listed(model, state), training=False, return_features=True)
        gains = tf.where(tf.equal(targets, 0), 0.0, in_blocks(log_probability, model, features, targets))
        return {"nats": -tf.reduce_sum(gains, -1), **named(model, after)}

    return _concrete(model, score, tokens=_MATRIX, targets=_MATRIX)


def _writing_function(model: LanguageModel, never: tuple[int, ...], end_id: int, steps: int, greedy: bool, top_k: int, top_p: float):
    """Returns a compiled graph that writes tokens.

    XLA makes one program of the loop over the steps and of all that is in it, for each number of rows: a step of one row is so little work
    that without it most of the time goes into starting operations. The noise comes from outside of it, where it is the same as everywhere
    else: the text is that of `toolkit.decoding.sample` with the same seed.
    """

    @tf.function(jit_compile=True)
    def compiled(last, state, noise, temperature):
        choose = drawing(0 if greedy else temperature, top_k, top_p, lambda t, shape: noise[t])
        options = {"end_id": end_id, "max_length": steps, "rules": (ForbiddenTokens(never),)}
        with backend("graph"):
            path, state = follow(model.step, state, tf.shape(last)[0], choose, begin_id=last, **options)
        return path.tokens, path.token_scores, state

    def write(tokens, start, seeds, temperature, **state):
        noise = _noise(seeds, start, steps, 0 if greedy else top_k or model.vocabulary_size)
        tokens, gains, after = compiled(tokens, listed(model, state), noise, temperature)
        return {"tokens": tokens, "log_probabilities": gains, **named(model, after)}

    scalars = {"start": tf.TensorSpec([], tf.int32), "temperature": tf.TensorSpec([], tf.float32)}
    return _concrete(model, write, tokens=_VECTOR, seeds=_VECTOR, **scalars)


def _writing_signature(reading: Signature) -> Signature:
    """Returns what `write` takes and gives, whatever it is told to choose from."""
    numbers = {"start": "int32", "steps": "int32", "temperature": "float32", "top_k": "int32", "top_p": "float32"}
    rows = {name: TensorSpec("int32", (None,)) for name in ("tokens", "seeds")}
    written = {"tokens": TensorSpec("int32", (None, None)), "log_probabilities": TensorSpec("float32", (None, None))}
    scalars = {name: TensorSpec(dtype, ()) for name, dtype in numbers.items()}
    return Signature({**reading.inputs, **rows, **scalars}, {**reading.outputs, **written})


def _noise(seeds, start, steps: int, width: int):
    """Returns noise for each step and row, `[steps, rows, width]`."""

    def of_row(place):
        return gumbel_noise(seeds[place[1]])(start + place[0], tf.stack([width]))

    rows = tf.shape(seeds)[0]
    places = tf.stack(tf.meshgrid(tf.range(steps), tf.range(rows), indexing="ij"), -1)
    numbers = tf.map_fn(of_row, tf.reshape(places, [-1, 2]), fn_output_signature=tf.TensorSpec([width], tf.float32))
    return tf.reshape(numbers, [steps, rows, width])
