import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.models import Translator, load_model

SIZES = {"vocabulary_size": 12, "embedding_dim": 6, "units": 8}
SOURCE = np.array([[4, 5, 6, 7, 3], [8, 9, 3, 0, 0]], "int32")
TARGET = np.array([[2, 5, 4, 6], [2, 9, 0, 0]], "int32")

SETTINGS = [
    {},
    {"cell": "gru", "attention": "additive", "encoder_layers": 1, "decoder_layers": 1},
    {"cell": "simple_rnn", "attention": "none", "bidirectional": False},
    {"attention": "general", "bridge": "zero", "encoder_layers": 4, "decoder_layers": 4},
    {"attention": "scaled", "cell": "gru", "bridge": "zero", "decoder_layers": 3},
    {"target_vocabulary_size": 12, "reversed_source": True, "encoder_layers": 1},
    {"input_feeding": True, "decoder_layers": 1},
    {"input_feeding": True, "cell": "gru", "bridge": "zero", "encoder_layers": 1},
    {"encoder_cell": "sru", "encoder_layers": 2, "decoder_layers": 1},
    {"tied_output": False, "recurrent_dropout": 0.2, "scheduled_sampling": 0.5, "decoder_layers": 1},
]
every_setting = pytest.mark.parametrize("settings", SETTINGS, ids=str)
most_settings = pytest.mark.parametrize(  # the last three take longest to compile
    "settings", [*SETTINGS[:-3], *(pytest.param(settings, marks=pytest.mark.slow) for settings in SETTINGS[-3:])], ids=str
)


@most_settings
def test_step_by_step_equals_all_steps_at_once(settings):
    model = Translator(**SIZES, **settings)
    logits = model((SOURCE, TARGET))
    assert logits.shape == (2, 4, 12)
    state = model.encode(SOURCE)
    for t in range(TARGET.shape[1]):
        step, state = model.step(tf.constant(TARGET[:, t]), state)
        rows = TARGET[:, t] != 0
        np.testing.assert_allclose(step[rows], logits[:, t][rows], rtol=0, atol=1e-5)  # single precision
    if settings.get("attention") != "none":
        np.testing.assert_allclose(np.sum(state["alignment"], -1), 1, rtol=1e-5)
        np.testing.assert_array_equal(state["alignment"][1, 3:], 0)  # never at padding


@every_setting
def test_padding_of_the_source_and_of_the_target_changes_nothing(settings):
    model = Translator(**SIZES, **settings)
    longer = model((np.pad(SOURCE, [(0, 0), (0, 3)]), np.pad(TARGET, [(0, 0), (0, 2)])))
    np.testing.assert_allclose(longer[:, :4], model((SOURCE, TARGET)), rtol=0, atol=1e-5)  # single precision


@every_setting
def test_reloads_with_the_same_answers(settings, tmp_path):
    model = Translator(**SIZES, **settings)
    expected = model((SOURCE, TARGET))
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(load_model(tmp_path / "model.keras")((SOURCE, TARGET)), expected)


@most_settings
def test_every_weight_gets_a_gradient(settings):
    model = Translator(**SIZES, **settings, dropout=0.1, word_dropout=0.1, seed=0)
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(
            keras.losses.sparse_categorical_crossentropy(TARGET, model((SOURCE, TARGET), training=True), from_logits=True)
        )
    gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables])
    assert all(np.isfinite(tf.convert_to_tensor(gradient)).all() for gradient in gradients)
    assert all(np.any(tf.convert_to_tensor(gradient) != 0) for gradient in gradients)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"encoder_layers": 0}, "encoder_layers=0"),
        ({"decoder_layers": 9}, "decoder_layers=9"),
        ({"cell": "lstn"}, "cell='lstn'"),
        ({"encoder_cell": "lstn"}, "cell='lstn'"),
        ({"encoder_cell": "sru", "recurrent_dropout": 0.1}, "recurrent_dropout=0.1 with cell='sru'"),
        ({"attention": "louder"}, "attention='louder'"),
        ({"bridge": "golden"}, "bridge='golden'"),
        ({"units": 7}, "units=7"),
        ({"target_vocabulary_size": 0}, "target_vocabulary_size=0"),
        ({"input_feeding": True, "attention": "additive"}, "attention='additive'"),
        ({"scheduled_sampling": 1.5}, "scheduled_sampling=1.5"),
    ],
)
def test_wrong_arguments(settings, message):
    with pytest.raises(ValueError, match=message):
        Translator(**{**SIZES, **settings})
