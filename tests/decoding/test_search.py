import numpy as np
import pytest
import tensorflow as tf

from toolkit.decoding import ForbiddenTokens, MinimumLength, NoRepeatedNgrams, Search, beam_search

VOCABULARY, BEGIN, END = 9, 2, 3
TABLE = tf.constant(np.random.default_rng(0).normal(size=(VOCABULARY, VOCABULARY)), tf.float32)


def step(tokens, state):
    return tf.gather(TABLE, tokens) + state, state


def run(search, **options):
    state = tf.constant(np.random.default_rng(1).normal(size=(4, VOCABULARY)), tf.float32)
    return search(step, state, 4, 8, BEGIN, END, **options)


def test_every_method_gives_an_axis_of_hypotheses():
    for search in (Search(n_best=2), Search(method="greedy"), Search(method="sample", seed=3)):
        decoded = run(search)
        assert decoded.tokens.shape[:2] == decoded.scores.shape == decoded.lengths.shape == (4, search.n_best)


def test_a_beam_of_one_is_greedy():
    np.testing.assert_array_equal(run(Search(beam_width=1)).tokens, run(Search(method="greedy")).tokens)


def test_neither_padding_nor_the_begin_comes_out_and_a_minimum_is_kept():
    decoded = run(Search(method="sample", min_length=4, temperature=3.0))
    tokens = decoded.tokens.numpy()
    assert not np.isin(tokens[:, :, :4], [0, BEGIN, END]).any()


def test_options_reach_the_search():
    state = tf.zeros([4, VOCABULARY])
    rules = (ForbiddenTokens((0, BEGIN)), MinimumLength(2, END), NoRepeatedNgrams(1))
    expected = beam_search(step, state, 4, 3, BEGIN, END, 8, n_best=3, length_penalty=0.5, rules=rules)
    search = Search(beam_width=3, n_best=3, length_penalty=0.5, min_length=2, no_repeat_ngrams=1)
    np.testing.assert_array_equal(search(step, state, 4, 8, BEGIN, END).tokens, expected.tokens)
    tokens = expected.tokens.numpy().reshape(12, -1)
    assert all(len(set(row[row > 0])) == np.count_nonzero(row) for row in tokens)


def test_a_prefix_is_kept():
    prefix = tf.constant([[5, 6], [7, 0], [0, 0], [5, 0]])
    tokens = run(Search(), prefix=prefix).tokens.numpy()[:, 0]
    given = prefix.numpy() != 0
    np.testing.assert_array_equal(tokens[:, :2][given], prefix.numpy()[given])


@pytest.mark.parametrize(
    "wrong",
    [
        *({"method": "guess"}, {"beam_width": 0}, {"n_best": 6}, {"method": "greedy", "n_best": 2}, {"top_p": 1.5}, {"top_k": 0}),
        *({"seed": -1}, {"length_penalty": -1}, {"temperature": float("nan")}, {"min_length": -1}, {"no_repeat_ngrams": True}),
    ],
    ids=str,
)
def test_wrong_values_are_named(wrong):
    with pytest.raises(ValueError, match=list(wrong)[-1]):
        Search(**wrong)
