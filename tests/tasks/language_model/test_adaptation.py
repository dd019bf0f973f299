"""Language models that learn from what they are measured on, against the formulas of the papers."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.tasks.language_model.adaptation import Cache, Dynamic, Learner, Memory, Predicted, lowest, measured, read_statically
from toolkit.tasks.language_model.measures import text_nats

VOCABULARY, BEGIN = 12, 1


@pytest.fixture(scope="module")
def model():
    model = LanguageModel(VOCABULARY, embedding_dim=6, units=7, num_layers=2, seed=0)
    model(np.ones((1, 2), "int32"))
    rng = np.random.default_rng(0)
    for weight in model.weights:
        weight.assign(rng.normal(size=weight.shape).astype("float32") * 0.4)
    return model


def text(length, seed=0):
    return np.concatenate([[BEGIN], np.random.default_rng(seed).integers(3, VOCABULARY, length)]).astype("int32")


def nats(segments):
    return -sum(segment.log_p.sum(dtype=float) for segment in segments)


def test_a_model_that_stays_as_it_is_costs_what_is_measured_elsewhere(model):
    documents = [text(50), text(3, 1), text(20, 2)]
    segments = [*read_statically(model, documents, width=16)]
    assert nats(segments) == pytest.approx(text_nats(model, documents), rel=1e-5)
    np.testing.assert_array_equal(
        np.concatenate([segment.tokens for segment in segments]), np.concatenate([each[1:] for each in documents])
    )


@pytest.mark.slow
def test_without_a_rate_nothing_is_learned(model):
    learner = Learner(model, [text(40, 3)], segment=8)
    assert nats(learner.read([text(50)], Dynamic(0.0, 0.01))) == pytest.approx(text_nats(model, [text(50)]), rel=1e-5)


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


@pytest.mark.parametrize("width", [3, 7, 40])
def test_a_cache_is_that_of_the_formula(width):
    """Grave et al. 2017, token by token; however the text is cut."""
    rng, size, flatness, share, length = np.random.default_rng(0), 5, 2.0, 0.3, 1.7
    tokens, features, log_p = rng.integers(1, 4, 40), rng.normal(size=(40, 6)), np.log(rng.uniform(0.1, 0.9, 40))
    expected = []
    for t in range(40):
        past = range(max(0, t - size), t)
        if not past:
            expected.append(log_p[t])
            continue
        weights = np.exp([flatness * features[t] @ features[i] / length**2 for i in past])
        found = sum(weight for weight, i in zip(weights, past, strict=True) if tokens[i] == tokens[t]) / weights.sum()
        expected.append(np.log((1 - share) * np.exp(log_p[t]) + share * found))
    memory = Memory(Cache(size, flatness, share), length)
    parts = [memory.mixed(Predicted(tokens[i : i + width], log_p[i : i + width], features[i : i + width])) for i in range(0, 40, width)]
    np.testing.assert_allclose(np.concatenate(parts), expected, rtol=1e-9)


def test_probabilities_with_a_cache_add_up(model):
    """Over all words that could have come next."""
    [segment] = read_statically(model, [text(30)], width=30)
    logits = model(text(30)[None, :-1])[0].numpy()[0]
    log_p = logits - np.log(np.exp(logits.astype(float)).sum(-1, keepdims=True))
    total = np.zeros(30)
    for token in range(VOCABULARY):
        tokens = segment.tokens.copy()
        for t in range(1, 30):
            memory = Memory(Cache(8, 3.0, 0.4), 1.0)
            memory.mixed(Predicted(tokens[:t], log_p[np.arange(t), tokens[:t]], segment.features[:t]))
            total[t] += np.exp(memory.mixed(Predicted(np.array([token]), log_p[t, [token]], segment.features[t : t + 1]))[0])
    np.testing.assert_allclose(total[1:], 1, rtol=1e-5)


@pytest.mark.parametrize(
    "ways",
    [{"dynamic": True}, pytest.param({"cache": 50}, marks=pytest.mark.slow), {"dynamic": True, "cache": 50}],
    ids=["dynamic", "cache", "both"],
)
def test_what_repeats_itself_is_learned(model, ways):
    phrase = text(7, 5)[1:]
    documents = [np.concatenate([[BEGIN], *[phrase] * 30]).astype("int32")]
    cost, found = measured(model, documents, documents, [text(200, 3)], **ways)
    assert cost < 0.8 * text_nats(model, documents)
    assert [*found] == [*ways]


@pytest.mark.parametrize("ways", [{"dynamic": True}, {"cache": 100}], ids="-".join)
def test_what_cannot_be_known_is_not_learned(model, ways):
    """Draws from nine words that are all as probable: no model that predicts before it reads does better than log 9."""
    documents = [text(1500, 8)]
    cost, _ = measured(model, documents, [text(500, 9)], [text(200, 3)], **ways)
    assert cost > 0.995 * 1500 * np.log(VOCABULARY - 3)


def test_a_search_ends_at_the_lowest_of_its_grid():
    tried = []

    def cost(x, y):
        tried.append((x, y))
        return np.log(x / 30) ** 2 + np.log(y * x / 3) ** 2

    x, y = lowest(cost, (1.0, 1.0), factor=3.0)
    assert (x, y) == pytest.approx((27, 1 / 9))
    assert len({*tried}) == len(tried)
