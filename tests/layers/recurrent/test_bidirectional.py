import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import LSTM, Bidirectional

X = tf.constant(np.random.default_rng(0).normal(size=(3, 6, 5)), "float32")
MASK = np.array([[1, 1, 1, 1, 1, 1], [1, 1, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]], bool)


@pytest.mark.parametrize("merge_mode", ["concat", "sum", "mul", "ave"])
@pytest.mark.parametrize("return_sequences", [False, True])
def test_equals_keras_with_the_same_weights(merge_mode, return_sequences):
    theirs = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=return_sequences), merge_mode=merge_mode)
    ours = Bidirectional(LSTM(4, return_sequences=return_sequences), merge_mode=merge_mode)
    for layer in (theirs, ours):
        layer.build(X.shape)
    ours.set_weights(theirs.get_weights())
    np.testing.assert_allclose(ours(X, mask=MASK), theirs(X, mask=MASK), rtol=0, atol=1e-6)  # single precision


def test_backward_of_a_reversed_input_equals_forward():
    layer = Bidirectional(LSTM(4, return_sequences=True), merge_mode=None)
    layer.build(X.shape)
    layer.backward_layer.set_weights(layer.forward_layer.get_weights())
    forward, _ = layer(X)
    _, backward = layer(tf.reverse(X, [1]))
    np.testing.assert_allclose(tf.reverse(backward, [1]), forward, rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize("return_sequences", [False, True])
def test_padding_changes_nothing(return_sequences):
    layer = Bidirectional(LSTM(4, return_sequences=return_sequences))
    padded = tf.pad(X, [[0, 0], [0, 4], [0, 0]], constant_values=7.0)
    mask = np.arange(10)[np.newaxis] < np.full((3, 1), 6)
    whole, longer = layer(X), layer(padded, mask=mask)
    np.testing.assert_allclose(longer[:, :6] if return_sequences else longer, whole, rtol=0, atol=1e-6)  # single precision


def test_an_unknown_merge_mode_is_named():
    with pytest.raises(ValueError, match="product"):
        Bidirectional(LSTM(4), merge_mode="product")


def test_wrappers_of_a_model_that_is_loaded_share_nothing():
    """Keras knows copies by the `id` of what they are of while it loads a model; it must not meet one again in another wrapper."""
    from keras.src.saving.serialization_lib import ObjectSharingScope

    with ObjectSharingScope():
        wrappers = [Bidirectional(LSTM(2, name=f"layer_{number}")) for number in range(100)]
    assert [wrapper.forward_layer.name for wrapper in wrappers] == [f"forward_layer_{number}" for number in range(100)]
    assert [wrapper.backward_layer.name for wrapper in wrappers] == [f"backward_layer_{number}" for number in range(100)]
