"""The topologies: shapes, what an output depends on, masks, and a stack of plain layers with the same weights."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers import GRU
from toolkit.models.topologies import many_to_many, many_to_one, one_to_many, one_to_one, sequence_to_sequence

FEATURES, OUTPUTS, UNITS, TIME = 5, 3, 4, 6
RANDOM = np.random.default_rng(0)
VECTOR = tf.constant(RANDOM.normal(size=(2, FEATURES)), "float32")
SEQUENCE = tf.constant(RANDOM.normal(size=(2, TIME, FEATURES)), "float32")
TARGET = tf.constant(RANDOM.normal(size=(2, 4, 7)), "float32")
TRANSLATION = {"source": SEQUENCE, "target": TARGET}

MODELS = {
    "one_to_one": (lambda **options: one_to_one(FEATURES, OUTPUTS, units=UNITS, **options), VECTOR, (2, OUTPUTS)),
    "one_to_many": (lambda **options: one_to_many(FEATURES, OUTPUTS, steps=4, units=UNITS, **options), VECTOR, (2, 4, OUTPUTS)),
    "many_to_one": (lambda **options: many_to_one(FEATURES, OUTPUTS, units=UNITS, **options), SEQUENCE, (2, OUTPUTS)),
    "many_to_many": (lambda **options: many_to_many(FEATURES, OUTPUTS, units=UNITS, **options), SEQUENCE, (2, TIME, OUTPUTS)),
    "sequence_to_sequence": (
        lambda **options: sequence_to_sequence(FEATURES, 7, OUTPUTS, units=UNITS, **options),
        TRANSLATION,
        (2, 4, OUTPUTS),
    ),
}
ALL = [(name, {"num_layers": 2}) for name in MODELS] + [
    (name, {"bidirectional": True, "recurrent": "simple_rnn"}) for name in ("many_to_one", "many_to_many", "sequence_to_sequence")
]


def reads(model, inputs, read, output):
    """Which steps of what is read the output depends on."""
    with tf.GradientTape() as tape:
        tape.watch(read)
        loss = tf.reduce_sum(tf.sin(output(model(inputs))))
    gradient = tape.gradient(loss, read, unconnected_gradients="zero").numpy()
    return [bool(gradient[:, t].any()) for t in range(read.shape[1])]


@pytest.mark.parametrize(("name", "options"), ALL, ids=str)
def test_shapes_and_saving(name, options, tmp_path):
    make, inputs, shape = MODELS[name]
    model = make(**options)
    outputs = model(inputs)
    assert outputs.shape == shape
    model.save(tmp_path / "model.keras")
    np.testing.assert_array_equal(keras.models.load_model(tmp_path / "model.keras")(inputs), outputs)


@pytest.mark.parametrize("name", MODELS)
def test_a_step_of_training_changes_every_weight_that_is_read(name):
    make, inputs, shape = MODELS[name]
    model = make(recurrent="gru")
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    before = {weight.path: weight.numpy() for weight in model.trainable_variables}
    model.train_on_batch(inputs, np.full(shape, 3.0, "float32"))
    unmoved = {weight.path for weight in model.trainable_variables if np.array_equal(weight, before[weight.path])}
    # A single step from a zero state multiplies the recurrent kernel by nothing.
    assert unmoved == {path for path in before if name == "one_to_one" and path.endswith("recurrent_kernel")}


def test_one_to_many_repeats_its_vector():
    model = one_to_many(FEATURES, OUTPUTS, steps=4, units=UNITS, recurrent="gru")
    aligned = many_to_many(FEATURES, OUTPUTS, units=UNITS, recurrent="gru")
    aligned.set_weights(model.get_weights())
    expected = aligned(tf.repeat(VECTOR[:, tf.newaxis], 4, axis=1))
    np.testing.assert_allclose(model(VECTOR), expected, rtol=0, atol=1e-6)  # single precision


def test_one_to_one_is_one_step_of_many_to_one():
    model, longer = one_to_one(FEATURES, OUTPUTS, units=UNITS), many_to_one(FEATURES, OUTPUTS, units=UNITS)
    longer.set_weights(model.get_weights())
    np.testing.assert_allclose(model(VECTOR), longer(VECTOR[:, tf.newaxis]), rtol=0, atol=1e-6)  # single precision


@pytest.mark.slow
def test_an_aligned_output_reads_no_later_step_unless_bidirectional():
    second = [True, True] + [False] * (TIME - 2)
    for bidirectional, expected in ((False, second), (True, [True] * TIME)):
        model = many_to_many(FEATURES, OUTPUTS, units=UNITS, num_layers=2, bidirectional=bidirectional)
        assert reads(model, SEQUENCE, SEQUENCE, lambda outputs: outputs[:, 1]) == expected


@pytest.mark.slow
@pytest.mark.parametrize("bidirectional", [False, True])
def test_a_decoder_reads_the_whole_source_and_the_target_so_far(bidirectional):
    model = sequence_to_sequence(FEATURES, 7, OUTPUTS, units=UNITS, num_layers=2, bidirectional=bidirectional)
    assert reads(model, TRANSLATION, SEQUENCE, lambda outputs: outputs[:, 1]) == [True] * TIME
    assert reads(model, TRANSLATION, TARGET, lambda outputs: outputs[:, 1]) == [True, True, False, False]


def test_sequence_to_sequence_equals_its_layers_one_after_the_other():
    model = sequence_to_sequence(FEATURES, 7, OUTPUTS, units=UNITS, recurrent="gru", bidirectional=True)
    encoder, decoder = (model.get_layer(name).layers[0] for name in ("encoder", "decoder"))
    _, *states = encoder(SEQUENCE)
    h, _ = decoder(TARGET, initial_state=[tf.concat(states, -1)])
    np.testing.assert_allclose(model(TRANSLATION), model.get_layer("y")(h), rtol=0, atol=1e-6)  # single precision


def padded(sequence):
    return tf.pad(sequence, [[0, 0], [0, 2], [0, 0]], constant_values=9.0)


@pytest.mark.parametrize("name", ["many_to_one", "many_to_many", "sequence_to_sequence"])
@pytest.mark.parametrize("bidirectional", [False, True])
def test_padding_changes_nothing(name, bidirectional):
    make, inputs, shape = MODELS[name]
    model = make(recurrent="gru", bidirectional=bidirectional, mask_value=9.0)
    outputs = model(tf.nest.map_structure(padded, inputs))
    if len(shape) == 3:
        outputs = outputs[:, : shape[1]]
    np.testing.assert_allclose(outputs, model(inputs), rtol=0, atol=1e-6)  # single precision


def test_a_hole_in_the_target_is_read_as_if_it_were_not_there():
    model = sequence_to_sequence(FEATURES, 7, OUTPUTS, units=UNITS, recurrent="gru", mask_value=9.0)
    kept = [0, 2, 3]
    holed = tf.where(np.isin(np.arange(4), kept)[:, np.newaxis], TARGET, 9.0)
    outputs = tf.gather(model({"source": SEQUENCE, "target": holed}), kept, axis=1)
    expected = model({"source": SEQUENCE, "target": tf.gather(TARGET, kept, axis=1)})
    np.testing.assert_allclose(outputs, expected, rtol=0, atol=1e-6)  # single precision


@pytest.mark.parametrize("name", MODELS)
def test_rows_are_independent(name):
    make, inputs, _ = MODELS[name]
    model = make(recurrent="gru")
    alone = [model(tf.nest.map_structure(lambda part, row=row: part[row : row + 1], inputs)) for row in range(2)]
    np.testing.assert_allclose(model(inputs), tf.concat(alone, 0), rtol=0, atol=1e-6)  # single precision


def test_any_recurrent_class_will_do():
    class Halves(GRU):
        """A class of the reader's own."""

    assert isinstance(many_to_one(FEATURES, OUTPUTS, units=UNITS, recurrent=Halves).get_layer("stack").layers[0], Halves)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"features": 0}, "`features` must be a positive integer. Received: features=0"),
        ({"outputs": 2.5}, "outputs=2.5"),
        ({"units": -1}, "units=-1"),
        ({"num_layers": 0}, "num_layers=0"),
        ({"recurrent": "transformer"}, "`recurrent` must be one of.*'transformer'"),
        ({"recurrent": keras.layers.Dense}, "`recurrent` must be one of.*Dense"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value[:20],
)
def test_wrong_arguments(arguments, message):
    with pytest.raises(ValueError, match=message):
        many_to_one(**{"features": FEATURES, "outputs": OUTPUTS, "units": UNITS, **arguments})


def test_wrong_sizes_of_the_others():
    with pytest.raises(ValueError, match="steps=0"):
        one_to_many(FEATURES, OUTPUTS, steps=0, units=UNITS)
    with pytest.raises(ValueError, match="target_features=0"):
        sequence_to_sequence(FEATURES, 0, OUTPUTS, units=UNITS)
