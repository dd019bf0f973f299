"""The translator as the signatures of LiteRT files."""

import dataclasses
from typing import Any

import keras
import tensorflow as tf

from toolkit.decoding.search import Search
from toolkit.export.litert_shapes import fenced
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.translation.graph import translation_function


def signatures_of(model: keras.Model, search: Search, begin_id: int, end_id: int) -> dict[str, Any]:
    """Returns the signatures of a LiteRT file of a translator for any shape.

    | signature | takes | gives |
    |---|---|---|
    | `encode` | `source` | the state: `memory`, `visible`, `decoder_0`, `decoder_1`, ..., `alignment` |
    | `step` | `tokens` and the state | `logits`, and the parts of the state that have changed |
    | `greedy`, `beam` | `source` | `tokens`, `lengths`, `scores`, `alignments` of the best hypothesis |

    A state is flat where it crosses a signature, and what is boolean in it is int32 there.

    Args:
        model: What has the `encode` and `step` of a `Translator`.
        search: How `beam` decodes; `greedy` has its other options.
        begin_id: What the decoder reads first.
        end_id: What ends a translation.
    """
    ways = {method: dataclasses.replace(search, method=method, n_best=1) for method in ("greedy", "beam")}
    whole = {method: translation_function(model, way, begin_id, end_id, "litert") for method, way in ways.items()}
    return encode_and_step(model) | whole


def encode_and_step(model: keras.Model, batch: int | None = None, length: int | None = None) -> dict[str, Any]:
    """Returns `encode` and `step`.

    Args:
        model: What has the `encode` and `step` of a `Translator`.
        batch: Number of sources; `None` for any.
        length: Number of their positions; `None` for any.
    """
    sources = tf.TensorSpec([batch, length], tf.int32, name="source")
    tokens = tf.TensorSpec([batch], tf.int32, name="tokens")
    like: dict[str, Any] = {}  # the nested state, whose structure the step needs

    def given(outputs, ids):
        return fenced(outputs, ids) if batch else outputs

    def encode(source):
        with backend("litert"):
            like.update(model.encode(source))
        return given(flat(like), source)

    def step(tokens, **parts):
        state = nested(parts, like)
        with backend("litert"):
            logits, new_state = model.step(tokens, state)
        changed = {key: part for key, part in new_state.items() if part is not state[key]}
        return given({"logits": logits, **flat(changed)}, tokens)

    encode = tf.function(encode, autograph=False).get_concrete_function(source=sources)
    state = {name: tf.TensorSpec(part.shape, part.dtype, name=name) for name, part in encode.structured_outputs.items()}
    return {"encode": encode, "step": tf.function(step, autograph=False).get_concrete_function(tokens=tokens, **state)}


def flat(state: dict[str, Any]) -> dict[str, tf.Tensor]:
    """Returns a state as named tensors: `"decoder": [a, b]` becomes `"decoder_0": a, "decoder_1": b`; what is boolean becomes int32."""
    parts = {}
    for key, part in state.items():
        several = isinstance(part, (list, tuple))
        parts.update({f"{key}_{i}": each for i, each in enumerate(part)} if several else {key: part})
    return {name: tf.cast(part, tf.int32) if part.dtype == tf.bool else part for name, part in parts.items()}


def nested(parts: dict[str, tf.Tensor], like: dict[str, Any]) -> dict[str, Any]:
    """Undoes `flat`.

    Args:
        parts: Named tensors.
        like: A state of the structure and types wanted.
    """

    def of(name, part):
        return tf.cast(parts[name], tf.bool) if part.dtype == tf.bool else parts[name]

    return {
        key: [of(f"{key}_{i}", each) for i, each in enumerate(part)] if isinstance(part, (list, tuple)) else of(key, part)
        for key, part in like.items()
    }
