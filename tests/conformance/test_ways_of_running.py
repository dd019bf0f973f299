"""Every registered layer, cell and model in Keras's own training, however Keras runs it."""

import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.registry import EXAMPLES

KINDS = ["GRU", "LSTM", "AttentionDecoder", "PeepholeLSTMCell", "SRUCell", "MinGRUCell", "Bidirectional", "TextClassifier", "Translator"]
OF_A_KIND = {f"toolkit>{name}" for name in KINDS}

every_example = pytest.mark.parametrize("name", sorted(EXAMPLES))
one_of_a_kind = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in OF_A_KIND else pytest.mark.covering) for name in sorted(EXAMPLES)]
)


def model_of(name):
    make, inputs = EXAMPLES[name]
    keras.utils.set_random_seed(0)
    layer = make()
    if isinstance(layer, keras.Model):
        return layer, inputs
    return keras.Sequential([keras.Input(inputs.shape[1:], dtype=inputs.dtype), layer]), inputs


@pytest.mark.slow
@one_of_a_kind
def test_fit_and_predict_compiled(name):
    """`test_registered_classes.py` has the same eagerly."""
    model, inputs = model_of(name)
    before = model.get_weights()
    target = np.full(np.shape(model(inputs)), 3.0, "float32")
    with warnings.catch_warnings():
        # XLA compiles the loops, and Keras says that it leaves the rest to TensorFlow.
        warnings.filterwarnings("ignore", "Model doesn't support `jit_compile=True`", UserWarning)
        model.compile(keras.optimizers.SGD(0.1), loss=lambda target, output: keras.ops.mean((output - target) ** 2), jit_compile=True)
    if model.trainable_variables:
        model.fit(inputs, target, batch_size=2, epochs=1, verbose=0)
        assert any(np.any(now != then) for now, then in zip(model.get_weights(), before, strict=True))
    assert np.isfinite(model.predict(inputs, verbose=0)).all()


@pytest.mark.covering
@every_example
def test_gradients_in_one_compiled_function_are_those_of_eager_execution(name):
    model, inputs = model_of(name)
    variables = [variable.value for variable in model.trainable_variables]
    if not variables:
        return

    def gradients():
        with tf.GradientTape() as tape:
            value = tf.reduce_sum(tf.sin(model(inputs)))
        return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(value, variables)]

    for got, expected in zip(tf.function(gradients, jit_compile=True, autograph=False)(), gradients(), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-4, atol=1e-6)  # single precision, fused otherwise
