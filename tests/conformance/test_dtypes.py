"""Every registered layer, cell and model in every dtype policy, and on integers and booleans."""

import functools

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.conformance.registry import EXAMPLES

# Half of the distance between 1 and the next number. A value here is at most a few units large, and comes of some ten roundings, each
# of which the steps after it may double.
ROUNDING = {"float16": 2**-11, "bfloat16": 2**-8, "float64": 2**-24}
ROUNDINGS = 32
KINDS = ["AttentionDecoder", "GRU", "LayerNormLSTMCell", "LSTM", "LanguageModel", "RNN", "TextClassifier", "Translator"]
WITH_FLOATS = sorted(name for name, (_, inputs) in EXAMPLES.items() if inputs.dtype.kind == "f")

every_example = pytest.mark.parametrize("name", sorted(EXAMPLES))


@pytest.fixture(autouse=True)
def in_single_precision_afterwards():
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")


def results_of(name, policy, weights=None, inputs=None):
    """What the example gives in a policy, and its weights."""
    make, given = EXAMPLES[name]
    keras.config.set_dtype_policy(policy)
    keras.utils.set_random_seed(0)
    layer = make()
    inputs = given if inputs is None else inputs
    results = layer(inputs)  # makes the weights
    if weights is not None:
        layer.set_weights([array.astype(weight.dtype) for array, weight in zip(weights, layer.get_weights(), strict=True)])
        results = layer(inputs)
    return tf.cast(results, "float64").numpy(), layer


@functools.cache
def in_single_precision(name):
    """What the example gives in single precision, and its weights, for all policies."""
    results, layer = results_of(name, "float32")
    return results, layer.get_weights()


def gradients_of(name, policy, weights):
    """The gradients of a number that the example gives with these weights."""
    _, layer = results_of(name, policy, weights)
    variables = [variable.value for variable in layer.trainable_variables]
    with tf.GradientTape() as tape:
        value = tf.reduce_mean(tf.cast(layer(EXAMPLES[name][1]), "float32") ** 2)
    return [tf.convert_to_tensor(gradient) for gradient in tape.gradient(value, variables)]


@functools.cache
def gradients_in_single_precision(name):
    """Weights that are numbers of float16, but for states of random generators, and the gradients with them, for all policies."""
    _, weights = in_single_precision(name)
    weights = [weight.astype("float16").astype("float32") if weight.dtype == np.float32 else weight for weight in weights]
    return weights, gradients_of(name, "float32", weights)


@pytest.mark.slow
@every_example
@pytest.mark.parametrize("policy", sorted(ROUNDING))
def test_a_policy_gives_the_numbers_of_single_precision_to_its_own(name, policy):
    expected, weights = in_single_precision(name)
    results, layer = results_of(name, policy, weights)
    assert all(weight.dtype in (keras.DTypePolicy(policy).variable_dtype, "float32") for weight in layer.trainable_variables)
    np.testing.assert_allclose(results, expected, rtol=0, atol=ROUNDINGS * ROUNDING[policy] * max(1.0, np.abs(expected).max()))


@pytest.mark.slow
@pytest.mark.parametrize("name", [f"toolkit>{name}" for name in KINDS])
@pytest.mark.parametrize("policy", ["float16", "float64"])
def test_a_step_of_training_in_a_policy(name, policy):
    """The gradient of a step has the numbers of single precision: it is one loop there, and another back."""
    weights, single = gradients_in_single_precision(name)
    for got, expected in zip(gradients_of(name, policy, weights), single, strict=True):
        size = max(float(tf.reduce_max(tf.abs(g))) for g in single)
        atol = ROUNDINGS * ROUNDING[policy] * max(1.0, size)
        np.testing.assert_allclose(tf.cast(got, "float64"), tf.cast(expected, "float64"), rtol=0, atol=atol)


@pytest.mark.parametrize("name", WITH_FLOATS)
def test_inputs_of_another_dtype_are_cast(name):
    inputs = np.random.default_rng(2).integers(0, 2, EXAMPLES[name][1].shape)
    expected, layer = results_of(name, "float32", inputs=inputs.astype("float32"))
    for dtype in ("int32", "uint8", "bool", "float64", "float16"):
        # The same weights, and dropout that does not drop: nothing but the cast can make a difference.
        np.testing.assert_array_equal(tf.cast(layer(inputs.astype(dtype)), "float64"), expected)


@pytest.mark.parametrize("name", ["toolkit>Bidirectional", "toolkit>LSTM", "toolkit>MaxOverTime", "toolkit>NPCell"])
def test_integers_through_a_functional_model(name):
    inputs = np.random.default_rng(2).integers(0, 2, EXAMPLES[name][1].shape)
    expected, layer = results_of(name, "float32", inputs=inputs.astype("float32"))
    symbol = keras.Input(inputs.shape[1:], dtype="int32")
    model = keras.Model(symbol, layer(symbol))
    np.testing.assert_allclose(model(inputs.astype("int32")), expected, rtol=1e-6, atol=1e-6)  # single precision, in a graph


@pytest.mark.parametrize("name", ["toolkit>GRU", "toolkit>RNN"])
def test_no_part_of_a_complex_number_is_lost_in_silence(name):
    make, inputs = EXAMPLES[name]
    with pytest.raises(ValueError, match=r"floats, integers or booleans.*complex64"):
        make()(inputs.astype("complex64"))


@every_example
def test_a_reloaded_configuration_keeps_the_policy(name):
    make, _ = EXAMPLES[name]
    keras.config.set_dtype_policy("mixed_bfloat16")
    layer = make()
    keras.config.set_dtype_policy("float32")
    copy = type(layer).from_config(layer.get_config())
    own, reloaded = (
        # Keras keeps no policy of a functional model and of its inputs, which compute nothing.
        [(type(each), each.dtype_policy.name) for each in one._flatten_layers() if type(each).__name__ not in ("Functional", "InputLayer")]
        for one in (layer, copy)
    )
    assert own == reloaded
