"""What a model that draws is trained for: the bound, against an example worked by hand."""

import math

import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.recurrent.time_loop import backend
from toolkit.models import DrawingAutoencoder
from toolkit.tasks.drawing.objective import DrawingObjective, nats_of

SIDE, STEPS, LATENT = 3, 2, 4


@pytest.fixture(scope="module")
def model():
    """A model without weights but three: each pixel is white with probability 1/4, and each z is N(0.5, 4) whatever is seen."""
    model = DrawingAutoencoder(SIDE, num_glimpses=STEPS, read_size=2, write_size=2, units=2, latent_dim=LATENT)
    model.build(None)
    for weight in model.trainable_weights:
        weight.assign(np.zeros(weight.shape))
    model.initial_state[-1].assign(np.full(SIDE**2, math.log(1 / 3)))
    model.autoencoding.cell.mean.bias.assign(np.full(LATENT, 0.5))
    model.autoencoding.cell.log_deviation.bias.assign(np.full(LATENT, math.log(2)))
    return model


def test_the_bound_is_what_canvas_and_noise_cost(model):
    images = np.zeros((3, SIDE, SIDE), np.float32)
    images[0, 0] = 1  # three white pixels
    images[1] = 0.5  # half a pixel of either kind
    inputs = {"images": 255 * images[..., np.newaxis], "seed": np.array([1, 2], np.int32)}
    weights = np.array([1, 2, 0], np.float32)
    with backend("graph"):
        sums = DrawingObjective().sums(model, inputs, images, tf.constant(weights), training=True)
    costs = np.array([3 * math.log(4) + 6 * math.log(4 / 3), 4.5 * math.log(4) + 4.5 * math.log(4 / 3)])
    of_one = (0.25 + 4 - math.log(4) - 1) / 2
    reconstruction, kl = costs @ weights[:2], 3 * STEPS * LATENT * of_one
    assert {name: float(value) for name, value in sums.items()} == {
        "loss": pytest.approx(reconstruction + kl, rel=1e-5),
        "reconstruction": pytest.approx(reconstruction, rel=1e-5),
        "kl": pytest.approx(kl, rel=1e-5),
    }


def test_the_same_seed_is_the_same_noise():
    model = DrawingAutoencoder(SIDE, num_glimpses=STEPS, read_size=2, write_size=2, units=2, latent_dim=LATENT)
    model.build(None)
    images = np.full((2, SIDE, SIDE), 1, np.float32)

    def loss(seed):
        inputs = {"images": 255 * images[..., np.newaxis], "seed": np.array([seed, 0], np.int32)}
        with backend("graph"):
            return float(DrawingObjective().sums(model, inputs, images, tf.ones(2), training=False)["loss"])

    assert loss(1) == loss(1) != loss(2)


@pytest.mark.parametrize("logit", [-90.0, -1.0, 0.0, 3.0, 90.0])
@pytest.mark.parametrize("shade", [0.0, 0.3, 1.0])
def test_a_pixel_costs_its_cross_entropy(logit, shade):
    canvas, image = np.full((1, 2, 2), logit), np.full((1, 2, 2), shade)
    expected = 4 * (shade * np.logaddexp(0, -logit) + (1 - shade) * np.logaddexp(0, logit))
    np.testing.assert_allclose(nats_of(tf.constant(canvas), tf.constant(image)), [expected], rtol=1e-9, atol=1e-12)
