"""What a model has to be so that a task trains it, and layers of ours in place of Keras's."""

import keras
import numpy as np
import pytest

from toolkit.layers import LSTM, MaxOverTime, MeanOverTime
from toolkit.models.contract import as_classifier, check_model
from toolkit.models.namesakes import with_namesakes
from toolkit.models.text_classifier import TextClassifier


class NotRegistered(keras.layers.Layer):
    def call(self, inputs):
        return inputs


@keras.saving.register_keras_serializable(package="tests")
class Own(keras.Model):
    """A subclass, which is built when it is called."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.stack = classifier(MaxOverTime())

    def call(self, tokens):
        return self.stack(tokens)


def not_registered(x):
    return x


def classifier(pooling=None, mask_zero=True, last=None, between=(), recurrent=None):
    recurrent = recurrent or keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True))
    last = last or keras.layers.Dense(2)
    embedding = keras.layers.Embedding(9, 4, mask_zero=mask_zero)
    return keras.Sequential([embedding, recurrent, *between, pooling or keras.layers.GlobalAveragePooling1D(), last])


@pytest.mark.parametrize(
    "make",
    [
        classifier,
        Own,
        lambda: classifier(MaxOverTime()),
        lambda: TextClassifier(9, ["a", "b"], embedding_dim=4, units=3),
        lambda: keras.Sequential([keras.layers.Embedding(9, 4, mask_zero=True), keras.layers.GRU(3), keras.layers.Dense(2, "linear")]),
    ],
)
def test_a_model_from_ids_to_logits_is_taken_and_built(make):
    model = make()
    check_model(model)
    made = as_classifier(model, 2)
    assert made.count_params() == model.count_params() > 36
    assert np.isfinite(keras.ops.convert_to_numpy(made(np.zeros((1, 1), np.int32)))).all()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: classifier(last=keras.layers.Dense(1, activation="sigmoid")),
            r"logits \[batch, 2\], received one that gives \[None, 1\]$",
        ),
        (
            lambda: classifier(last=keras.layers.Dense(2, activation="softmax")),
            "ends with probabilities; leave out the activation of dense",
        ),
        (lambda: classifier(last=keras.layers.Softmax()), r"received one that gives \[None, 6\]"),
        (lambda: classifier(mask_zero=False), "whose answer does not depend on the zeros behind a text, .* mask_zero=True"),
        (lambda: classifier(keras.layers.GlobalMaxPooling1D()), "reads masks, such as toolkit.layers.MaxOverTime or MeanOverTime$"),
        (
            lambda: classifier(keras.layers.Flatten()),
            r"from int32 token ids \[batch, time\] .* but such ids do not go through it \(ValueError",
        ),
        (
            lambda: keras.Sequential([keras.Input((64,)), keras.layers.Dense(2)]),
            r"do not go through it \(ValueError: it takes \[None, 64\]\)$",
        ),
    ],
)
def test_another_model_is_refused_in_one_line(make, message):
    with pytest.raises(ValueError, match=message) as error:
        as_classifier(make(), 2)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: None, "^expected a keras.Model, received NoneType$"),
        (lambda: keras.layers.Dense(2), "^expected a keras.Model, received Dense$"),
        (lambda: classifier(between=[NotRegistered()]), "received one with NotRegistered, which is not registered; put @keras.saving"),
        (
            lambda: classifier(last=keras.layers.Dense(2, activation=not_registered)),
            r"can be loaded again, .* \(\w+: .*not_registered",
        ),
        (lambda: classifier(last=keras.layers.Lambda(lambda x: x)), "received one with a lambda, which is not registered"),
    ],
)
def test_a_model_that_cannot_be_loaded_again_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        check_model(make())


def test_a_model_without_what_its_task_asks_for_is_refused_by_name():
    message = "^expected a model that has step, layers, projection; received a Sequential without step, projection$"
    with pytest.raises(ValueError, match=message):
        check_model(classifier(), ("step", "layers", "projection"))


def test_our_layers_take_the_place_of_their_namesakes_and_compute_the_same():
    model = classifier()
    ids = np.array([[3, 5, 2, 0, 0], [1, 4, 7, 8, 6]], np.int32)
    expected = keras.ops.convert_to_numpy(model(ids))
    own = with_namesakes(model)
    assert isinstance(own.layers[1].forward_layer, LSTM)
    assert isinstance(own.layers[2], MeanOverTime)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(own(ids)), expected, rtol=0, atol=1e-6)  # single precision
    assert np.isfinite(keras.ops.convert_to_numpy(own(np.zeros((1, 1), np.int32)))).all()
    assert with_namesakes(own) is own


def test_a_mean_over_channels_stays_as_it_is():
    model = keras.Sequential([keras.Input((None, 3)), keras.layers.GlobalAveragePooling1D(keepdims=True)])
    assert with_namesakes(model) is model
