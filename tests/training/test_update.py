import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.training.optimizers import build_optimizer
from toolkit.training.update import Update

# Row 1 occurs twice: its gradient is (3, 0), which no norm of the single values sees.
REPEATED_ROWS = tf.IndexedSlices(
    values=tf.constant([[1.0, 0.0], [2.0, 0.0], [0.0, 4.0]]), indices=tf.constant([1, 1, 2]), dense_shape=tf.constant([4, 2])
)
EMBEDDING = np.array([[0, 0], [3, 0], [0, 4], [0, 0]], "float32")  # norm 5
BIAS = np.array([12.0], "float32")  # norm 12; both together 13


def update(**settings):
    """Takes a step of plain gradient descent from 0 at rate 1, so the variables show minus the gradient that was applied."""
    variables = [keras.Variable(np.zeros([4, 2], "float32")), keras.Variable(np.zeros([1], "float32"))]
    optimizer = build_optimizer("sgd", 1.0, momentum=0.0, **settings)
    optimizer.build(variables)
    report, norms = tf.function(Update(optimizer))([REPEATED_ROWS, tf.constant(BIAS)])
    return [-variable.value.numpy() for variable in variables], {name: float(value) for name, value in report.items()}, norms.numpy()


@pytest.mark.parametrize(
    ("settings", "scales", "norm"),
    [
        ({}, (1, 1), 13),
        ({"global_clipnorm": 6.5}, (0.5, 0.5), 6.5),
        ({"global_clipnorm": 100.0}, (1, 1), 13),
        ({"clipnorm": 6.0}, (1, 0.5), np.hypot(5, 6)),
    ],
)
def test_clips_and_reports_the_norms(settings, scales, norm):
    applied, report, norms = update(**settings)
    np.testing.assert_allclose(applied[0], EMBEDDING * scales[0], rtol=1e-6)  # float32
    np.testing.assert_allclose(applied[1], BIAS * scales[1], rtol=1e-6)
    assert report == pytest.approx({"gradient_norm": 13, "gradient_norm_clipped": norm, "learning_rate": 1}, rel=1e-6)
    np.testing.assert_allclose(norms, [[5, 12], np.multiply([5, 12], scales)], rtol=1e-6)


@pytest.mark.parametrize("name", ["adam", "adamw", "rmsprop", "sgd"])
def test_takes_the_step_that_keras_takes(name):
    gradients = [EMBEDDING, BIAS]
    settings = {"schedule": "cosine", "total_steps": 9, "weight_decay": 0.1, "ema_momentum": 0.5}
    ours, keras_own = build_optimizer(name, 0.1, **settings), build_optimizer(name, 0.1, **settings)
    for optimizer in (ours, keras_own):
        optimizer.build([keras.Variable(np.ones([4, 2], "float32"), name="kernel"), keras.Variable(np.ones([1], "float32"), name="bias")])
    step = Update(ours)
    for _ in range(3):
        step([tf.constant(gradient) for gradient in gradients])
        keras_own.apply(gradients)
    for received, expected in zip(ours.variables, keras_own.variables, strict=True):
        np.testing.assert_allclose(received.value, expected.value, rtol=1e-5, err_msg=received.path)  # XLA fuses roundings of float32
