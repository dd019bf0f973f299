import ai_edge_litert.interpreter as litert
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import GRU, LSTM, Bidirectional
from toolkit.layers.recurrent.time_loop import LITERT_BLOCK, backend, current_backend

FEATURES, UNITS = 3, 4


def test_a_backend_holds_inside_its_context_only():
    with backend("litert"):
        assert current_backend() == "litert"
        with backend("graph"):
            assert current_backend() == "graph"
        assert current_backend() == "litert"
    assert current_backend() == "compiled"


def test_an_unknown_backend_is_refused():
    with pytest.raises(ValueError, match="fused_by_magic"), backend("fused_by_magic"):
        pass


@pytest.mark.parametrize("return_sequences", [True, pytest.param(False, marks=pytest.mark.slow)])
@pytest.mark.parametrize("static", [pytest.param(True, marks=pytest.mark.slow), False])
def test_litert_reads_texts_of_several_blocks(static, return_sequences):
    layers = [Bidirectional(LSTM(UNITS, return_sequences=True)), GRU(UNITS, return_sequences=return_sequences)]
    longest = 2 * LITERT_BLOCK + 7

    def run(x, mask):
        for layer in layers:
            x = layer(x, mask=mask)
        return x

    rng = np.random.default_rng(0)
    inputs = {longest: rng.normal(size=(2, longest, FEATURES)).astype("float32")}
    inputs |= {length: inputs[longest][:, :length] for length in (1, LITERT_BLOCK, LITERT_BLOCK + 1)}
    expected = {length: run(x, _mask(length)).numpy() for length, x in inputs.items()}
    module = tf.Module()
    module.layer_variables = [variable.value for layer in layers for variable in layer.variables]
    shape = inputs[longest].shape if static else (None, None, FEATURES)

    @tf.function(input_signature=[tf.TensorSpec(shape, name="x"), tf.TensorSpec(shape[:2], tf.bool, name="mask")], autograph=False)
    def converted(x, mask):
        with backend("litert"):
            return {"y": run(x, mask)}

    converter = tf.lite.TFLiteConverter.from_concrete_functions([converted.get_concrete_function()], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    answers = litert.Interpreter(model_content=converter.convert()).get_signature_runner()
    for length in [longest] if static else inputs:
        found = answers(x=inputs[length], mask=_mask(length))["y"]
        np.testing.assert_allclose(found, expected[length], rtol=0, atol=1e-6)  # single precision


def _mask(length):
    return np.stack([np.ones(length, bool), np.arange(length) < max(length - 5, 1)])
