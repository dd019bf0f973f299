"""The algebra of a conditional random field against sums and maxima over all sequences of tags, written out."""

import itertools

import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.recurrent.time_loop import backend
from toolkit.tasks.tagging.crf import Chain, log_partition, marginals, negative_log_likelihood, score, viterbi

TAGS, TIME = 3, 5
LENGTHS = [5, 1, 3, 2, 0]


def example(seed, dtype="float64"):
    random = np.random.default_rng(seed)
    emissions = 2 * random.normal(size=(len(LENGTHS), TIME, TAGS))
    chain = Chain(*(tf.constant(2 * random.normal(size=shape), dtype) for shape in ((TAGS, TAGS), TAGS, TAGS)))
    return tf.constant(emissions, dtype), tf.constant(np.arange(TIME) < np.array(LENGTHS)[:, None]), chain


def by_hand(emissions, chain):
    """The score of every sequence of tags of one sentence."""
    between, first, last = (part.numpy() for part in chain)
    return {
        tags: first[tags[0]]
        + sum(row[tag] for row, tag in zip(emissions, tags, strict=True))
        + sum(between[pair] for pair in itertools.pairwise(tags))
        + last[tags[-1]]
        for tags in itertools.product(range(TAGS), repeat=len(emissions))
    }


def sentences(emissions):
    return [(row, emissions[row, :length].numpy(), length) for row, length in enumerate(LENGTHS) if length]


@pytest.fixture(params=["compiled", "graph", "litert"])
def loop(request):
    with backend(request.param):
        yield


@pytest.mark.parametrize("seed", [0, 1])
def test_log_partition_sums_all_sequences(loop, seed):
    emissions, mask, chain = example(seed)
    found = log_partition(emissions, mask, chain)
    for row, words, _ in sentences(emissions):
        expected = np.log(np.sum(np.exp(list(by_hand(words, chain).values()))))
        assert found[row].numpy() == pytest.approx(expected, abs=1e-12)  # double precision, a few hundred summands


@pytest.mark.parametrize("seed", [0, 1])
def test_viterbi_finds_the_best_sequence(loop, seed):
    emissions, mask, chain = example(seed)
    found = viterbi(emissions, mask, chain).numpy()
    for row, words, length in sentences(emissions):
        scores = by_hand(words, chain)
        assert tuple(found[row, :length]) == max(scores, key=scores.get)
    assert not found[~mask.numpy()].any()


@pytest.mark.parametrize("seed", [0, 1])
def test_marginals_are_shares_of_all_sequences(loop, seed):
    emissions, mask, chain = example(seed)
    found = marginals(emissions, mask, chain).numpy()
    for row, words, length in sentences(emissions):
        scores = by_hand(words, chain)
        total = np.sum(np.exp(list(scores.values())))
        expected = np.zeros((length, TAGS))
        for tags, value in scores.items():
            expected[np.arange(length), tags] += np.exp(value) / total
        np.testing.assert_allclose(found[row, :length], expected, atol=1e-12)


def test_score_is_that_of_one_sequence():
    emissions, mask, chain = example(0)
    tags = np.random.default_rng(2).integers(0, TAGS, (len(LENGTHS), TIME)) * mask.numpy()
    found = score(emissions, tf.constant(tags, tf.int32), mask, chain).numpy()
    for row, words, length in sentences(emissions):
        assert found[row] == pytest.approx(by_hand(words, chain)[tuple(tags[row, :length])], abs=1e-12)


def test_probabilities_of_all_sequences_sum_to_one():
    emissions, _, chain = example(3)
    every = list(itertools.product(range(TAGS), repeat=TIME))
    copies = tf.repeat(emissions[:1], len(every), 0)
    nats = negative_log_likelihood(copies, tf.constant(every, tf.int32), tf.ones(copies.shape[:2], tf.bool), chain)
    assert tf.reduce_sum(tf.exp(-nats)).numpy() == pytest.approx(1, abs=1e-12)


def test_the_gradient_of_the_log_partition_is_the_marginals():
    emissions, mask, chain = example(4)
    with tf.GradientTape() as tape:
        tape.watch(emissions)
        total = tf.reduce_sum(log_partition(emissions, mask, chain))
    expected = marginals(emissions, mask, chain).numpy() * mask.numpy()[..., None]
    np.testing.assert_allclose(tape.gradient(total, emissions), expected, atol=1e-12)


def test_a_sentence_without_words_costs_nothing_and_has_no_gradient():
    emissions, mask, chain = example(5)
    tags = tf.zeros(mask.shape, tf.int32)
    with tf.GradientTape() as tape:
        tape.watch(chain)
        nats = negative_log_likelihood(emissions, tags, mask, chain)[-1]
    assert nats.numpy() == 0
    gradients = tape.gradient(nats, list(chain), unconnected_gradients="zero")
    assert all(not np.any(tf.convert_to_tensor(gradient)) for gradient in gradients)


def test_padding_and_neighbours_in_the_batch_change_nothing():
    emissions, mask, chain = example(6, "float32")
    alone = log_partition(emissions[2:3, :3], mask[2:3, :3], chain).numpy()
    np.testing.assert_allclose(log_partition(emissions, mask, chain)[2], alone[0], rtol=1e-6)  # single precision


def test_large_scores_do_not_overflow():
    emissions, mask, chain = example(7, "float32")
    nats = negative_log_likelihood(1e4 * emissions, tf.zeros(mask.shape, tf.int32), mask, chain)
    assert np.isfinite(nats).all()
