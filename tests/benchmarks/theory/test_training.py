import math

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchmarks.theory.training import BATCH, Trainer, accuracy, batches, cross_entropy, held_out, in_parts, squared_error, targets_of


def task(generator, examples):
    x = generator.normal(size=(examples, 3)).astype(np.float32)
    return x, x.sum(1)


def trainer(**options):
    return Trainer(lambda: keras.Sequential([keras.Input((3,)), keras.layers.Dense(1)]), squared_error, learning_rate=0.1, **options)


def test_a_seed_gives_the_same_training_again():
    trained, losses = trainer(), []
    for seed in (0, 1, 0):
        trained.start(seed)
        losses.append([loss for loss, _ in trained.train(batches(task, seed, 5))])
    assert losses[0] == losses[2] != losses[1]
    assert losses[0][-1] < losses[0][0]


def test_a_gradient_is_clipped():
    def moved(clip):
        trained = trainer(optimizer=keras.optimizers.SGD, clip=clip)
        trained.start(0)
        before = np.concatenate([weight.ravel() for weight in trained.model.get_weights()])
        [(_, norm)] = trained.train(batches(task, 0, 1))
        return np.linalg.norm(np.concatenate([weight.ravel() for weight in trained.model.get_weights()]) - before), norm

    moves, norm = moved(1e-3)
    assert norm > 1e-3
    assert moves == pytest.approx(0.1 * 1e-3, rel=1e-3)
    moves, norm = moved(math.inf)
    assert moves == pytest.approx(0.1 * norm, rel=1e-3)


def test_what_is_held_out_is_the_same_each_time_and_not_trained_on():
    (first, *_), again = held_out(task, 2), held_out(task, 2)
    assert targets_of(again).shape == (2 * BATCH,)
    np.testing.assert_array_equal(first[0], again[0][0])
    assert not any(np.array_equal(first[0], inputs) for seed in range(3) for inputs, _ in batches(task, seed, 3))


def test_parts_are_all_of_the_batches():
    parts = list(in_parts(batches(task, 0, 7), 3))
    assert [len(part) for part in parts] == [3, 3, 1]
    for (inputs, _), (again, _) in zip((batch for part in parts for batch in part), batches(task, 0, 7), strict=True):
        np.testing.assert_array_equal(inputs, again)


def test_outputs_and_loss_are_those_of_the_model():
    trained, test = trainer(), held_out(task, 2)
    trained.start(0)
    inputs = np.concatenate([inputs for inputs, _ in test])
    np.testing.assert_allclose(trained.outputs(test), trained.model(inputs), rtol=1e-6)
    assert trained.loss(test) == pytest.approx(float(squared_error(targets_of(test), trained.model(inputs))), rel=1e-5)


def test_targets_below_zero_are_not_counted():
    targets, logits = np.array([[0, -1], [1, 1]]), np.array([[[9.0, 0.0], [0.0, 9.0]], [[9.0, 0.0], [0.0, 9.0]]], np.float32)
    assert accuracy(targets, logits) == pytest.approx(2 / 3)
    right, wrong = math.log1p(math.exp(-9)), math.log1p(math.exp(9))
    assert float(cross_entropy(tf.constant(targets), tf.constant(logits))) == pytest.approx((2 * right + wrong) / 3, rel=1e-5)
