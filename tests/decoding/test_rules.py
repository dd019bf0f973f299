import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decoding.scripted import Script, constant, every_sequence, penalised
from toolkit.decoding import ForbiddenTokens, ForcedPrefix, MinimumLength, NoRepeatedNgrams, beam_search, greedy, sample

BEGIN, END, LENGTH = 1, 2, 5
SEEDS = st.integers(0, 2**32 - 1)


def decode_in_every_way(script, rules):
    """All hypotheses, by row of the batch, that the three ways of decoding give."""
    arguments = {"batch": 2, "begin_id": BEGIN, "end_id": END, "max_length": LENGTH, "rules": rules}
    every = beam_search(script.step, script.state(), width=4, n_best=4, **arguments)
    ways = [greedy(script.step, script.state(), **arguments), sample(script.step, script.state(), seed=1, **arguments)]
    rows = [[way.tokens[item, : int(way.lengths[item])].numpy().tolist() for way in ways] for item in range(2)]
    for item in range(2):
        there = [rank for rank in range(4) if every.scores[item, rank] > -np.inf]
        rows[item] += [every.tokens[item, rank, : int(every.lengths[item, rank])].numpy().tolist() for rank in there]
    return rows


def ngrams(sequence, size):
    return [tuple(sequence[i : i + size]) for i in range(len(sequence) - size + 1)]


@settings(max_examples=8, deadline=None)
@given(SEEDS, st.integers(0, 4))
def test_minimum_length(seed, length):
    for row in decode_in_every_way(Script(seed), (MinimumLength(length, END),)):
        assert all(END not in sequence[:length] and len(sequence) > min(length, LENGTH - 1) for sequence in row)


def test_minimum_length_does_not_forbid_the_end_afterwards():
    decoded = greedy(constant([0.1, 0.1, 0.7, 0.1]), (), 1, BEGIN, END, LENGTH, (MinimumLength(2, END),))
    assert decoded.tokens.numpy().tolist() == [[0, 0, END]]


@settings(max_examples=8, deadline=None)
@given(SEEDS, st.sampled_from([(0,), (1, 3), (0, 1, 3)]))
def test_forbidden_tokens(seed, ids):
    assert not any(set(ids) & set(sequence) for row in decode_in_every_way(Script(seed), (ForbiddenTokens(ids),)) for sequence in row)


@settings(max_examples=12, deadline=None)
@given(SEEDS, st.integers(1, 3))
def test_no_repeated_ngrams(seed, size):
    script = Script(seed, vocabulary=6, scale=1.0)
    for row in decode_in_every_way(script, (NoRepeatedNgrams(size),)):
        for sequence in row:
            assert len(set(ngrams(sequence, size))) == len(ngrams(sequence, size))


@pytest.mark.parametrize("size", [1, 2, 3, 9])
def test_ngrams_exclude_what_would_repeat_one_and_nothing_else(size):
    tokens, t, vocabulary = [[3, 1, 4, 3, 1, 0, 0, 0], [1, 1, 1, 1, 1, 0, 0, 0]], 5, 5
    logits = NoRepeatedNgrams(size)(tf.zeros([2, vocabulary]), tf.constant(tokens), tf.constant(t))
    for row, history in zip(logits.numpy(), tokens, strict=True):
        written = ngrams(history[:t], size)
        repeats = [tuple([*history[:t], token][-size:]) in written for token in range(vocabulary)]
        assert np.isneginf(row).tolist() == repeats


@settings(max_examples=8, deadline=None)
@given(SEEDS)
def test_forced_prefix(seed):
    prefix = [[3, 0, 1], [1, 3, 3]]
    free, forced = decode_in_every_way(Script(seed), (ForcedPrefix(np.array(prefix)),))
    assert all(sequence[0] == 3 and (len(sequence) < 3 or sequence[2] == 1) for sequence in free)
    assert all(sequence[:3] == prefix[1] for sequence in forced)


def test_a_prefix_of_no_tokens_changes_nothing():
    script = Script(seed=3)
    assert decode_in_every_way(script, (ForcedPrefix(np.zeros((2, 0), int)),)) == decode_in_every_way(script, ())


def test_a_hypothesis_keeps_the_score_of_the_model():
    script = Script(seed=4, vocabulary=3)
    allowed = [sequence for sequence in every_sequence(3, END, 4) if sequence[0] == 1 and 0 not in sequence]
    rules = (ForcedPrefix(tf.constant([[1], [1]])), ForbiddenTokens([0]))
    found = beam_search(script.step, script.state(), 2, 20, BEGIN, END, 4, 3, rules=rules)
    for item in range(2):
        scores = sorted((penalised(script, item, sequence, BEGIN) for sequence in allowed), reverse=True)
        np.testing.assert_allclose(found.scores[item], scores[:3], atol=1e-5)  # float32


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        (lambda: MinimumLength(-1, 2), r"`length` must be an integer of at least 0\. Received: length=-1"),
        (lambda: NoRepeatedNgrams(0), r"`size` must be an integer of at least 1\. Received: size=0"),
        (lambda: ForbiddenTokens([1, -4]), r"`ids` must be an integer of at least 0\. Received: ids=-4"),
        (lambda: ForcedPrefix([1, 2]), r"`prefix` must be integers \[batch, time\]\. Received: int32, shape=\(2,\)"),
    ],
    ids=["length", "size", "ids", "prefix"],
)
def test_wrong_arguments(rule, message):
    with pytest.raises(ValueError, match=message):
        rule()


@pytest.mark.parametrize("ids", [(4,), (0, 1, 2, 3)], ids=["outside", "all"])
def test_forbidden_tokens_that_the_vocabulary_has_not_or_not_only(ids):
    with pytest.raises(ValueError, match=r"`ids` must be some, not all, of the ids from 0 to 3"):
        greedy(constant([0.25] * 4), (), 1, BEGIN, END, LENGTH, (ForbiddenTokens(ids),))
