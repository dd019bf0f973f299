"""Language models whose weights follow what they read, against the formula of the paper."""

import numpy as np
import pytest
import tensorflow as tf

from tests.tasks.language_model.small_model import small_model, text
from toolkit.tasks.language_model.dynamic_evaluation import Dynamic, Learner
from toolkit.tasks.language_model.measures import text_nats
from toolkit.tasks.language_model.predicted import nats_of, read_statically


@pytest.fixture(scope="module")
def model():
    return small_model()


@pytest.mark.slow
def test_without_a_rate_nothing_is_learned(model):
    learner = Learner(model, [text(40, 3)], segment=8)
    assert nats_of(segment.log_p for segment in learner.read([text(50)], Dynamic(0.0, 0.01))) == pytest.approx(
        text_nats(model, [text(50)]), rel=1e-5
    )


def test_each_segment_is_predicted_before_it_is_learned(model):
    learner = Learner(model, [text(40, 3)], segment=8)
    first, second, *_ = learner.read([text(50)], Dynamic(0.1, 0.01))
    static = [*read_statically(model, [text(50)], width=8)]
    np.testing.assert_allclose(first.log_p, static[0].log_p, rtol=1e-5)
    assert np.abs(second.log_p - static[1].log_p).max() > 1e-2


def test_the_model_is_what_it_was(model):
    before = [weight.numpy() for weight in model.weights]
    learner = Learner(model, [text(40, 3)], segment=8)
    for _ in learner.read([text(50)], Dynamic(0.1, 0.01)):
        pass
    reading = learner.read([text(50)], Dynamic(0.1, 0.01))
    next(reading), next(reading)
    reading.close()
    for weight, was in zip(model.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), was)


def test_a_step_is_that_of_the_formula(model):
    """Krause et al. 2018, with gradients by hand of a loss that is written down anew."""
    trained, segment, η, λ = text(16, 3), 8, 0.05, 0.3
    variables = model.trainable_variables

    def gradients(tokens, labels, state):
        with tf.GradientTape() as tape:
            logits, state = model(tokens[None], state=state)
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(labels[None], logits))
        return [tf.convert_to_tensor(gradient).numpy() for gradient in tape.gradient(loss, variables)], state

    state, found = model.initial_state(1), []
    for start in (0, segment):
        gradient, state = gradients(trained[start : start + segment], trained[start + 1 : start + segment + 1], state)
        found.append(gradient)
    r = [np.sqrt((first**2 + second**2) / 2) for first, second in zip(*found, strict=True)]
    ρ = np.sqrt(np.concatenate([each.ravel() ** 2 for each in r]).mean())

    start, read = [variable.numpy() for variable in variables], text(24)
    expected, state = start, model.initial_state(1)
    for place in (0, segment):
        for variable, value in zip(variables, expected, strict=True):
            variable.assign(value)
        gradient, state = gradients(read[place : place + segment], read[place + 1 : place + segment + 1], state)
        expected = [
            θ - η * g / (each + ρ) + np.minimum(λ * each / ρ, 1) * (θ_0 - θ)
            for θ, θ_0, g, each in zip(expected, start, gradient, r, strict=True)
        ]
    for variable, value in zip(variables, start, strict=True):
        variable.assign(value)

    reading = Learner(model, [trained], segment).read([read], Dynamic(η, λ))
    for _ in range(3):  # the third is predicted with what the first two have taught
        next(reading)
    for variable, value in zip(variables, expected, strict=True):
        np.testing.assert_allclose(variable.numpy(), value, rtol=2e-3, atol=2e-5)
    reading.close()
