import numpy as np
import pytest
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.parallel_texts.pair_batches import PairBatches, pair_lengths
from toolkit.models.translator import Translator
from toolkit.tasks.translation.pair_likelihood import corpus_nats


@pytest.fixture(scope="module")
def pairs():
    random = np.random.default_rng(0)
    lengths = [(0, 0), (7, 0), (1, 9), *random.integers(1, 10, (10, 2))]
    return [[random.integers(4, 20, length).astype(np.int32) for length in side] for side in zip(*lengths, strict=True)]


def batches_of(pairs, tokens_per_batch):
    return PairBatches(*pairs, BatchPlan(pair_lengths(*pairs), [(4, 6), (10, 11)], tokens_per_batch))


@pytest.mark.parametrize("cell", ["gru", pytest.param("lstm", marks=pytest.mark.slow)])
def test_nats_are_the_sum_over_each_pair_alone(pairs, cell):
    translator = Translator(20, embedding_dim=4, units=6, cell=cell, encoder_layers=1, decoder_layers=1)
    batches = batches_of(pairs, tokens_per_batch=33)
    assert any((batch.indices < 0).any() for batch in batches.plan.epoch(0))  # rows of filler count nothing
    nats, tokens = corpus_nats(translator, batches)
    expected = 0.0
    for source, target in zip(*pairs, strict=True):
        padded = np.array([[*source, 0, 0]], np.int32)  # Keras warns of a softmax over one position
        logits = translator((padded, np.array([[2, *target]], np.int32)))
        log_probabilities = tf.nn.log_softmax(logits)[0].numpy()
        expected -= sum(log_probabilities[step, token] for step, token in enumerate([*target, 3]))
    assert tokens == sum(len(target) + 1 for target in pairs[1])
    assert nats == pytest.approx(expected, rel=1e-5)  # sums in single precision


def test_a_model_that_knows_nothing_has_the_perplexity_of_a_fair_die(pairs):
    translator = Translator(20, embedding_dim=4, units=6)
    translator.build(None)
    for weight in translator.weights:
        weight.assign(tf.zeros_like(weight))
    nats, tokens = corpus_nats(translator, batches_of(pairs, tokens_per_batch=100))
    assert np.exp(nats / tokens) == pytest.approx(20, rel=1e-5)
