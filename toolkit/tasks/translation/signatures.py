"""The translator as the four signatures of a LiteRT file."""

import dataclasses
from typing import Any

import keras
import tensorflow as tf

from toolkit.decoding.search import Search
from toolkit.export.litert_shapes import fenced
from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.translation.graph import translation_function


class TranslationSignatures(tf.Module):
    """What a LiteRT file of a translator holds.

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
        length: Positions of a source in the signatures of fixed shapes.

    Attributes:
        functions: The signatures by name, for any shape.
        fixed: `encode` and `step` for one source, of fixed shapes.
    """

    def __init__(self, model: keras.Model, search: Search, begin_id: int, end_id: int, length: int):
        super().__init__()
        self.model_variables = [variable.value for variable in model.variables]
        self.functions = _encode_and_step(model)
        self.fixed = _encode_and_step(model, 1, length)
        for method in ("greedy", "beam"):
            one_way = dataclasses.replace(search, method=method, n_best=1)
            self.functions[method] = translation_function(model, one_way, begin_id, end_id, "litert").get_concrete_function()


def _encode_and_step(model: keras.Model, batch: int | None = None, length: int | None = None) -> dict[str, Any]:
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
