import keras
import numpy as np
import tensorflow as tf

from tests.training.tiny_training import VOCABULARY, cross_entropy, tiny_model
from toolkit.training.optimizers import build_optimizer
from toolkit.training.steps import Steps


def random_batch(rows: int, length: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    random = np.random.default_rng(length)
    tokens = random.integers(1, VOCABULARY, (rows, length))
    return tf.constant(tokens, tf.int32), tf.constant(random.integers(0, 2, rows), tf.int32), tf.constant(random.random(rows), tf.float32)


def test_all_lengths_share_a_trace():
    model, traced = tiny_model(dropout=0), []

    def loss(labels, logits):
        traced.append(logits.shape)
        return cross_entropy(labels, logits)

    optimizer = build_optimizer("sgd", 0.1)
    optimizer.build(model.trainable_variables)
    steps = Steps(model, optimizer, {"loss": loss}, tf.distribute.get_strategy())

    def times_traced(rows, *lengths):
        before = len(traced)
        for length in lengths:
            tokens, labels, weights = random_batch(rows, length)
            expected = tf.reduce_sum(weights * cross_entropy(labels, model(tokens)))
            np.testing.assert_allclose(steps.evaluate((tokens, labels, weights))["loss"], expected, rtol=1e-5)  # single precision
        return len(traced) - before

    assert times_traced(4, 5, 6, 7, 5) == 1
    assert times_traced(3, 5, 8) == 1  # other rows
    assert {tuple(shape) for shape in traced} == {(4, 2), (3, 2)}  # the rows are known


def test_steps_of_any_length_train():
    keras.utils.set_random_seed(0)
    model = tiny_model(dropout=0)
    optimizer = build_optimizer("sgd", 0.1)
    optimizer.build(model.trainable_variables)
    steps = Steps(model, optimizer, {"loss": cross_entropy}, tf.distribute.get_strategy())
    for length in (5, 6, 7):
        tokens, labels, weights = random_batch(4, length)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(weights * cross_entropy(labels, model(tokens))) / tf.reduce_sum(weights)
        gradients = map(tf.convert_to_tensor, tape.gradient(loss, [variable.value for variable in model.trainable_variables]))
        _, report = steps.train((tokens, labels, weights))
        np.testing.assert_allclose(report["gradient_norm"], tf.linalg.global_norm(list(gradients)), rtol=1e-5)  # single precision
