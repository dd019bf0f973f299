"""The model that draws, against the equations of its paper in plain NumPy, and by what its outputs depend on."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.layers.attention.test_gaussian_window import by_the_paper
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models import DrawingAutoencoder, load_model

SIDE, STEPS, LATENT, UNITS, READ, WRITE = 6, 3, 2, 4, 3, 2


@pytest.fixture(autouse=True)
def loop_without_a_compiler():
    """XLA would take longer than all tests."""
    with backend("graph"):
        yield


def model_of(seed=0, **changes):
    settings = {"num_glimpses": STEPS, "read_size": READ, "write_size": WRITE, "units": UNITS, "latent_dim": LATENT, **changes}
    model = DrawingAutoencoder(SIDE, **settings)
    model.build(None)
    random = np.random.default_rng(seed)
    for weight in model.trainable_weights:
        weight.assign(random.normal(0, 0.5, weight.shape))
    return model


def inputs_of(rows=3, seed=1):
    random = np.random.default_rng(seed)
    images = random.uniform(0, 255, (rows, SIDE, SIDE, 1))
    return {"images": images.astype(np.float32), "noise": random.normal(size=(rows, STEPS, LATENT)).astype(np.float32)}


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def dense(layer, x):
    kernel, bias = layer.get_weights()
    return x @ kernel + bias


def lstm(layer, x, h, c):
    kernel, recurrent, bias = layer.get_weights()
    i, f, g, o = np.split(x @ kernel + h @ recurrent + bias, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(c), c


def by_hand(model, image, noise):
    """Equations 1 to 8, 11, 17, 18, 27 to 29 for one image; returns the canvases and the divergences."""
    encoding = model.autoencoding.cell
    drawing = encoding.drawing
    encoder_h, encoder_c, h, c, canvas = (np.asarray(weight) for weight in model.initial_state)
    canvas, x = canvas.reshape(SIDE, SIDE), image[..., 0] / 255
    canvases, divergences = [], []
    for epsilon in noise:
        error = x - sigmoid(canvas)
        if model.attention:
            parameters = dense(encoding.window, h)
            of_rows, of_columns = by_the_paper(parameters, READ, SIDE)
            seen = np.exp(parameters[4]) * np.concatenate([(of_rows @ part @ of_columns.T).ravel() for part in (x, error)])
        else:
            seen = np.concatenate([x.ravel(), error.ravel()])
        encoder_h, encoder_c = lstm(encoding.encoder, np.concatenate([seen, h]), encoder_h, encoder_c)
        mean, deviation = dense(encoding.mean, encoder_h), np.exp(dense(encoding.log_deviation, encoder_h))
        divergences.append(np.sum(mean**2 + deviation**2 - np.log(deviation**2)) / 2 - LATENT / 2)
        h, c = lstm(drawing.decoder, mean + deviation * epsilon, h, c)
        patch = dense(drawing.patch, h)
        if model.attention:
            parameters = dense(drawing.window, h)
            of_rows, of_columns = by_the_paper(parameters, WRITE, SIDE)
            canvas = canvas + of_rows.T @ patch.reshape(WRITE, WRITE) @ of_columns / np.exp(parameters[4])
        else:
            canvas = canvas + patch.reshape(SIDE, SIDE)
        canvases.append(canvas)
    return np.array(canvases), np.array(divergences)


@pytest.mark.parametrize("attention", [True, False])
def test_it_is_what_the_paper_says(attention):
    model, inputs = model_of(attention=attention), inputs_of()
    found = model(inputs)
    for row, (image, noise) in enumerate(zip(inputs["images"], inputs["noise"], strict=True)):
        canvases, divergences = by_hand(model, image, noise)
        np.testing.assert_allclose(found["canvases"][row], canvases, rtol=1e-4, atol=1e-4)  # single precision, over three steps
        np.testing.assert_allclose(found["kl"][row], divergences, rtol=1e-4, atol=1e-4)
    assert ("windows" in found) == attention


def test_with_the_prior_in_place_of_the_encoder_it_draws_what_noise_alone_draws():
    model, inputs = model_of(), inputs_of()
    for layer in (model.autoencoding.cell.mean, model.autoencoding.cell.log_deviation):
        for weight in layer.weights:
            weight.assign(np.zeros(weight.shape))
    found, drawn = model(inputs), model.draw(inputs["noise"])
    np.testing.assert_allclose(found["kl"], np.zeros((3, STEPS)), atol=1e-6)
    for name in ("canvases", "windows"):
        np.testing.assert_allclose(found[name], drawn[name], rtol=1e-5, atol=1e-5)


def test_it_may_start_from_how_often_pixels_are_white():
    model, frequencies = model_of(), np.linspace(0.01, 0.99, SIDE**2).reshape(SIDE, SIDE)
    model.start_from(frequencies)
    for weight in model.drawing.cell.patch.weights:
        weight.assign(np.zeros(weight.shape))
    np.testing.assert_allclose(sigmoid(model.draw(inputs_of()["noise"])["canvases"][0, -1]), frequencies, rtol=1e-5)


def test_images_of_a_batch_do_not_see_each_other():
    model, inputs = model_of(), inputs_of()
    together, alone = model(inputs), model({name: values[1:2] for name, values in inputs.items()})
    for name, values in together.items():
        np.testing.assert_allclose(values[1:2], alone[name], rtol=1e-5, atol=1e-5)


def test_windows_are_in_pixels_and_cover_the_image_at_first():
    model = model_of()
    for weight in model.drawing.cell.window.weights:
        weight.assign(np.zeros(weight.shape))
    middle = (SIDE - 1) / 2
    np.testing.assert_allclose(model.draw(inputs_of()["noise"])["windows"][0], [[middle, middle, SIDE - 1, 1]] * STEPS, rtol=1e-6)


@pytest.mark.parametrize("attention", [True, False])
def test_every_weight_is_taught(attention):
    model, inputs = model_of(attention=attention), inputs_of()
    with tf.GradientTape() as tape:
        outputs = model(inputs)
        value = tf.reduce_sum(outputs["kl"]) + tf.reduce_sum(tf.sin(outputs["canvases"][:, -1]))
    for variable, gradient in zip(model.trainable_variables, tape.gradient(value, model.trainable_variables), strict=True):
        assert np.isfinite(gradient).all(), variable.path
        assert np.abs(gradient).max() > 0, variable.path


def test_the_noise_is_all_that_is_drawn_by_chance():
    model, inputs = model_of(), inputs_of()
    first, second = model(inputs), model(inputs, training=True)
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


@pytest.mark.slow
@pytest.mark.parametrize("attention", [True, False])
def test_compiled_it_draws_the_same_and_learns_the_same(attention):
    model, inputs = model_of(attention=attention), inputs_of()

    def value_and_gradient():
        with tf.GradientTape() as tape:
            outputs = model(inputs)
            value = tf.reduce_sum(outputs["kl"]) + tf.reduce_sum(tf.sin(outputs["canvases"][:, -1]))
        return [value, *tape.gradient(value, model.trainable_variables)]

    expected = value_and_gradient()
    with backend("compiled"):
        found = value_and_gradient()
    for one, other in zip(expected, found, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-4)  # single precision, summed in another order


@pytest.mark.parametrize("cell", ["gru", "simple_rnn", "peephole_lstm", "fgr"])
def test_any_cell_draws(cell):
    assert np.isfinite(model_of(cell=cell)(inputs_of())["canvases"]).all()


def test_a_file_holds_sizes_and_weights(tmp_path):
    model, inputs = model_of(cell="gru"), inputs_of()
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.noise_shape == (STEPS, LATENT)
    np.testing.assert_array_equal(model(inputs)["canvases"], loaded(inputs)["canvases"])
    assert len(loaded.weights) == len({id(weight) for weight in loaded.weights}) == len(model.weights)


def test_half_precision_gives_finite_logits_in_single_precision():
    model = model_of(dtype=keras.DTypePolicy("mixed_bfloat16"))
    outputs = model(inputs_of())
    assert {values.dtype for values in outputs.values()} == {tf.float32}
    assert all(np.isfinite(values).all() for values in outputs.values())


@pytest.mark.parametrize(
    ("name", "value"),
    [("num_glimpses", 0), ("read_size", 1), ("read_size", SIDE + 1), ("write_size", 1), ("units", 0), ("latent_dim", 0), ("attention", 1)],
)
def test_arguments_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"Argument `{name}` must be"):
        model_of(**{name: value})
