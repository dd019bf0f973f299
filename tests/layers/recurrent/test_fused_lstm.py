"""The fused LSTM of LiteRT, converted and run."""

import ai_edge_litert.interpreter as litert
import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import GRU, LSTM, Bidirectional
from toolkit.layers.recurrent.time_loop import backend

FEATURES, UNITS, TIME = 3, 4, 6


def convert(layer, shape, loop, dtype=tf.float32):
    """Converts a layer in a context of its backend; returns an interpreter."""
    module = tf.Module()
    module.layer_variables = [variable.value for variable in layer.variables]

    @tf.function(input_signature=[tf.TensorSpec(shape, dtype)], autograph=False)
    def run(sequences):
        with backend(loop):
            return layer(sequences)

    converter = tf.lite.TFLiteConverter.from_concrete_functions([run.get_concrete_function()], module)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return litert.Interpreter(model_content=converter.convert())


def operators(interpreter):
    return {details["op_name"] for details in interpreter._get_ops_details()}


def run_twice(interpreter, sequences):
    answers = []
    for _ in range(2):
        interpreter.resize_tensor_input(interpreter.get_input_details()[0]["index"], sequences.shape)
        interpreter.allocate_tensors()
        interpreter.set_tensor(interpreter.get_input_details()[0]["index"], sequences)
        interpreter.invoke()
        answers.append(interpreter.get_tensor(interpreter.get_output_details()[0]["index"]))
    return answers


@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_is_fused_and_gives_the_same_every_time(bidirectional, return_sequences):
    layer = LSTM(UNITS, return_sequences=return_sequences, bias_initializer="glorot_uniform", unit_forget_bias=False)
    layer = Bidirectional(layer) if bidirectional else layer
    layer.build((1, TIME, FEATURES))
    sequences = np.random.default_rng(0).normal(size=(1, TIME, FEATURES)).astype("float32")
    interpreter = convert(layer, (1, TIME, FEATURES), "fused")
    assert "UNIDIRECTIONAL_SEQUENCE_LSTM" in operators(interpreter)
    assert "WHILE" not in operators(interpreter)
    for answer in run_twice(interpreter, sequences):
        np.testing.assert_allclose(answer, layer(sequences), rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize(("rows", "is_fused"), [(1, True), (2, False)])
def test_a_mask_is_padding_which_a_single_row_has_none_of(rows, is_fused):
    embedding, layer = keras.layers.Embedding(9, FEATURES, mask_zero=True), LSTM(UNITS, return_sequences=True)
    tokens = np.arange(1, 1 + rows * TIME).reshape(rows, TIME) % 8 + 1
    model = keras.Sequential([keras.Input((None,), dtype="int32"), embedding, layer])
    interpreter = convert(model, (rows, TIME), "fused", tf.int32)
    assert ("UNIDIRECTIONAL_SEQUENCE_LSTM" in operators(interpreter)) == is_fused
    for answer in run_twice(interpreter, tokens.astype("int32")):
        np.testing.assert_allclose(answer, model(tokens), rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize(("layer_class", "shape"), [(GRU, (1, TIME, FEATURES)), (LSTM, (None, None, FEATURES))])
def test_what_cannot_be_fused_runs_as_a_loop_and_says_so(layer_class, shape, caplog):
    layer = layer_class(UNITS, return_sequences=True)
    layer.build((1, TIME, FEATURES))
    interpreter = convert(layer, shape, "fused")
    assert "WHILE" in operators(interpreter)
    assert "is not fused, because of" in caplog.text
    sequences = np.random.default_rng(0).normal(size=(1 if shape[0] else 2, TIME, FEATURES)).astype("float32")
    for answer in run_twice(interpreter, sequences):
        np.testing.assert_allclose(answer, layer(sequences), rtol=0, atol=1e-6)  # single precision
