import numpy as np
import pytest
import tensorflow as tf

from tests.decoding.scripted import Script, constant
from toolkit.decoding import greedy, sample, score

BEGIN, END, LENGTH = 1, 3, 5
PROBABILITIES = np.array([0.4, 0.25, 0.15, 0.1, 0.06, 0.04])
DRAWS = 20_000


def frequencies(**options):
    decoded = sample(constant(PROBABILITIES), (), DRAWS, 0, -1, 1, **{"seed": 5, **options})
    return np.bincount(decoded.tokens[:, 0], minlength=len(PROBABILITIES)) / DRAWS


def expected(temperature=1.0, kept=6):
    powers = np.where(np.arange(len(PROBABILITIES)) < kept, PROBABILITIES ** (1 / temperature), 0)
    return powers / powers.sum()


@pytest.mark.parametrize(
    ("options", "distribution"),
    [
        ({}, expected()),
        ({"temperature": 0.5}, expected(0.5)),
        ({"temperature": 2.0}, expected(2.0)),
        ({"top_k": 3}, expected(kept=3)),
        ({"top_p": 0.7}, expected(kept=3)),  # 0.65 is not enough
        ({"top_p": 0.3}, expected(kept=1)),
        ({"top_p": 1}, expected()),
        ({"top_k": 3, "top_p": 0.8}, expected(kept=2)),  # 0.4 and 0.25 of 0.8
        ({"top_k": 4, "temperature": 2.0}, expected(2.0, kept=4)),
    ],
    ids=lambda value: "-".join(f"{name}_{x}" for name, x in value.items()) if isinstance(value, dict) else "",
)
def test_tokens_are_as_frequent_as_they_are_probable(options, distribution):
    seen = frequencies(**options)
    assert np.all(seen[distribution == 0] == 0)
    kept = distribution > 0
    chi_square = DRAWS * np.sum((seen[kept] - distribution[kept]) ** 2 / distribution[kept])
    assert chi_square < 25  # with 5 degrees of freedom 99.98 % are below; the seed is fixed


def test_steps_are_drawn_independently():
    tokens = sample(constant([0.5, 0.5]), (), DRAWS, 0, -1, 2, seed=2).tokens.numpy()
    assert abs(np.mean(tokens[:, 0] == tokens[:, 1]) - 0.5) < 4 * 0.5 / DRAWS**0.5  # four standard deviations


def test_a_seed_determines_the_samples():
    step = constant(PROBABILITIES)
    one, same, other = (sample(step, (), 8, 0, -1, 20, seed=seed).tokens.numpy() for seed in (3, 3, 4))
    np.testing.assert_array_equal(one, same)
    assert np.any(one != other)


def test_temperature_zero_is_greedy():
    script = Script(seed=1)
    drawn = sample(script.step, script.state(), 2, BEGIN, END, LENGTH, temperature=0)
    best = greedy(script.step, script.state(), 2, BEGIN, END, LENGTH)
    for part, wanted in zip(drawn, best, strict=True):
        np.testing.assert_array_equal(part, wanted)


@pytest.mark.parametrize(
    "options", [{}, {"top_k": 3}, {"top_p": 0.6}, {"top_k": 3, "top_p": 0.8}, {"top_k": 2, "temperature": 0.7}], ids=str
)
def test_options_may_be_inputs_of_a_graph(options):
    script = Script(seed=3)

    @tf.function
    def drawn(temperature, top_k, top_p, seed):
        options = {"temperature": temperature, "top_k": top_k, "top_p": top_p, "seed": seed}
        return sample(script.step, script.state(), 2, BEGIN, END, LENGTH, **options).tokens

    given = {"temperature": 1.0, "top_k": 0, "top_p": 1.0, **options}
    wanted = sample(script.step, script.state(), 2, BEGIN, END, LENGTH, **options, seed=7).tokens
    np.testing.assert_array_equal(drawn(*map(tf.constant, given.values()), tf.constant(7)), wanted)
    best = greedy(script.step, script.state(), 2, BEGIN, END, LENGTH).tokens
    np.testing.assert_array_equal(drawn(*map(tf.constant, {**given, "temperature": 0.0}.values()), tf.constant(7)), best)


def test_scores_are_those_of_the_model_alone():
    script = Script(seed=2)
    drawn = sample(script.step, script.state(), 2, BEGIN, END, LENGTH, temperature=3.0, top_k=3, seed=0)
    scored = score(script.step, script.state(), drawn.tokens, BEGIN, drawn.lengths)
    np.testing.assert_allclose(drawn.scores, scored.scores, atol=1e-5)  # float32, another order of the sum
    np.testing.assert_array_equal(drawn.alignments, scored.alignments)


def test_noise_that_is_passed_in():
    numbers = -np.log(-np.log(np.random.default_rng(0).random((LENGTH, 2, 4), "float32")))
    script = Script(seed=6)
    drawn = sample(script.step, script.state(), 2, BEGIN, -1, LENGTH, noise=lambda t, shape: tf.gather(numbers, t)[:, : shape[1]])
    for item in range(2):
        before = []
        for t in range(LENGTH):
            (*_, place) = script.places(item, [*before, 0], BEGIN)
            before.append(int(np.argmax(script.logits[place] + numbers[t, item])))
        assert drawn.tokens[item].numpy().tolist() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"temperature": -0.5}, r"`temperature` must be a finite number of at least 0\. Received: temperature=-0\.5"),
        ({"top_p": 0}, r"`top_p` must be a number greater than 0 and at most 1\. Received: top_p=0"),
        ({"top_p": 1.1}, r"`top_p` must be a number greater than 0 and at most 1\. Received: top_p=1\.1"),
        ({"top_k": 0}, r"`top_k` must be an integer of at least 1\. Received: top_k=0"),
        ({"top_k": 7}, r"`top_k` must be an integer from 1 to 6\. Received: top_k=7"),
        ({"seed": None}, r"Exactly one of the arguments `noise` and `seed` must be given"),
        ({"seed": 0.5}, r"`seed` must be an integer from -2147483648 to 2147483647\. Received: seed=0\.5"),
    ],
    ids=lambda value: "-".join(f"{name}_{x}" for name, x in value.items()) if isinstance(value, dict) else "",
)
def test_wrong_arguments(options, message):
    with pytest.raises(ValueError, match=message):
        frequencies(**options)
