"""What a model has to be so that it can be trained, kept and loaded again."""

import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import keras
import numpy as np

from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.namesakes import with_namesakes

IDS = keras.KerasTensor((None, None), "int32", name="tokens")
TEXTS = ([1, 2, 3], [1, 2, 3, 0, 0, 0], [0])
PROBABILITIES = (keras.activations.softmax, keras.activations.sigmoid)


def check_model(model: Any, needed: Sequence[str] = ()) -> None:
    """Refuses a model that could be trained, but not asked or loaded later.

    Args:
        model: What should be a model.
        needed: Attributes and methods that it has to have.

    Raises:
        ValueError: It is none, has not all of these, or has parts that a `.keras` file cannot hold.
    """
    if not isinstance(model, keras.Model):
        raise ValueError(f"expected a keras.Model, received {type(model).__name__}")
    if missing := [name for name in needed if not hasattr(model, name)]:
        raise ValueError(f"expected a model that has {', '.join(needed)}; received a {type(model).__name__} without {', '.join(missing)}")
    if type(model).__module__.startswith("toolkit."):
        return
    expected = "expected a model that can be loaded again"
    try:
        with warnings.catch_warnings(action="ignore"):  # of lambdas, which are refused here
            config = keras.saving.serialize_keras_object(model)
            strange = next(_not_registered(config), None)
            if strange is None:
                keras.saving.deserialize_keras_object(config)
    except Exception as error:
        raise ValueError(f"{expected}, but it cannot be ({_line(error)})") from error
    if strange is not None:
        advice = "put @keras.saving.register_keras_serializable() above it"
        raise ValueError(f"{expected}, received one with {strange}, which is not registered; {advice}")


def as_classifier(model: keras.Model, labels: int) -> keras.Model:
    """Returns a model as a classifier of texts is trained: built, and with our layers where Keras has namesakes, see `with_namesakes`.

    Args:
        model: From int32 `[batch, time]`, 0 after the end of a text, to logits `[batch, labels]`.
        labels: Number of labels.

    Returns:
        The model, or a copy with the same weights.

    Raises:
        ValueError: It takes or gives something else, or what it gives depends on the zeros behind a text.
    """
    expected = f"expected a model from int32 token ids [batch, time] to logits [batch, {labels}]"
    try:
        with warnings.catch_warnings(action="ignore"):
            logits = _output_for_ids(model)
    except Exception as error:
        raise ValueError(f"{expected}, but such ids do not go through it ({_line(error)})") from error
    shape = getattr(logits, "shape", None)
    if shape is None or tuple(shape)[1:] != (labels,):
        raise ValueError(f"{expected}, received one that gives {type(logits).__name__ if shape is None else list(shape)}")
    last = model.layers[-1] if model.layers else None
    if isinstance(last, keras.layers.Softmax) or getattr(last, "activation", None) in PROBABILITIES:
        raise ValueError(f"{expected}, received one that ends with probabilities; leave out the activation of {last.name}")
    with backend("graph"), warnings.catch_warnings(action="ignore"):  # of layers that read no mask: here they are told
        own = with_namesakes(model)
        _check_padding(own)
    return own


def _check_padding(model: keras.Model) -> None:
    """Refuses a model whose answer to a text is another one in another batch, or none to an empty text."""
    text, padded, empty = (keras.ops.convert_to_numpy(model(np.array([ids], np.int32))) for ids in TEXTS)
    if not np.allclose(text, padded, rtol=1e-4, atol=1e-6):  # single precision
        raise ValueError(
            "expected a model whose answer does not depend on the zeros behind a text, received one whose answer does; give the Embedding "
            "mask_zero=True, and pool with a layer that reads masks, such as toolkit.layers.MaxOverTime or MeanOverTime"
        )
    if not np.isfinite(empty).all():
        expected = "expected a model with a finite answer to a text without tokens, which is a single 0"
        raise ValueError(f"{expected}, received one that answers NaN; pool with toolkit.layers.MeanOverTime")


def _output_for_ids(model: keras.Model) -> Any:
    """Returns what a model makes of token ids, without values; calls one that has not been called yet, which builds it."""
    try:
        inputs, outputs = model.inputs, model.outputs
    except (AttributeError, ValueError):
        return model(IDS)
    if [tuple(each.shape) for each in inputs] != [IDS.shape]:
        raise ValueError(f"it takes {', '.join(str(list(each.shape)) for each in inputs)}")
    return outputs[0] if len(outputs) == 1 else outputs


def _line(error: Exception) -> str:
    """Returns the kind and the beginning of an error, on one line."""
    _, _, reason = str(error).rpartition("Exception encountered: ")  # behind a whole configuration
    return " ".join(f"{type(error).__name__}: {reason}".split())[:300]


def _not_registered(config: Any) -> Iterator[str]:
    """Yields the classes and functions in a configuration that Keras finds in this process only."""
    if isinstance(config, dict):
        kind, name, module = (config.get(key) for key in ("class_name", "registered_name", "module"))
        if kind == "__lambda__":
            yield "a lambda"
        elif name is not None and ">" not in name and not (module or "").startswith(("keras", "builtins")):
            yield name
    parts = config.values() if isinstance(config, dict) else config if isinstance(config, (list, tuple)) else ()
    for part in parts:
        yield from _not_registered(part)
