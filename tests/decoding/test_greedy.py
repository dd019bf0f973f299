import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decoding.scripted import Script, constant
from toolkit.decoding import greedy

BEGIN, END, LENGTH = 1, 3, 5


def by_hand(script, item):
    sequence = []
    while len(sequence) < LENGTH and END not in sequence:
        (*_, last) = script.places(item, [*sequence, 0], BEGIN)
        sequence.append(int(script.logits[last].argmax()))
    return sequence


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_highest_logit_at_every_step(seed):
    script = Script(seed)
    decoded = greedy(script.step, script.state(), 2, BEGIN, END, LENGTH)
    expected = [by_hand(script, item) for item in range(2)]
    longest = max(map(len, expected))
    assert decoded.tokens.numpy().tolist() == [row + [0] * (longest - len(row)) for row in expected]
    assert decoded.lengths.numpy().tolist() == [len(row) for row in expected]
    for item, row in enumerate(expected):
        np.testing.assert_allclose(decoded.scores[item], script.token_scores(item, row, BEGIN).sum(), atol=1e-5)  # float32
        np.testing.assert_array_equal(decoded.alignments[item, : len(row)], script.alignment(item, row, BEGIN))
        assert not np.any(decoded.alignments[item, len(row) :])


def test_it_stops_when_all_rows_have_ended():
    step = constant([0.1, 0.1, 0.2, 0.6])
    decoded = greedy(step, (), 3, BEGIN, END, 50)
    assert step.calls == 1
    assert decoded.tokens.numpy().tolist() == [[END]] * 3
    assert decoded.alignments is None


def test_rows_are_independent():
    script = Script(seed=7, batch=3)
    together = greedy(script.step, script.state(), 3, BEGIN, END, LENGTH)
    for item in range(3):
        state = tf.nest.map_structure(lambda part, item=item: part[item : item + 1], script.state())
        alone = greedy(script.step, state, 1, BEGIN, END, LENGTH)
        length = int(alone.lengths[0])
        assert together.tokens[item, :length].numpy().tolist() == alone.tokens[0].numpy().tolist()
        np.testing.assert_allclose(together.scores[item], alone.scores[0], atol=1e-5)  # float32 sums of another shape


def test_each_row_may_begin_with_an_id_of_its_own():
    script = Script(seed=3)
    both = greedy(script.step, script.state(), 2, tf.constant([0, 2]), END, LENGTH)
    for item, begin in enumerate([0, 2]):
        one = greedy(script.step, script.state(), 2, begin, END, LENGTH)
        assert both.scores[item] == one.scores[item]


def test_no_rows():
    script = Script(seed=0)
    decoded = greedy(script.step, script.state(0), 0, BEGIN, END, LENGTH)
    assert decoded.tokens.shape == (0, 0)


@pytest.mark.parametrize("max_length", [0, -1, 2.0, True])
def test_a_wrong_maximum_length(max_length):
    with pytest.raises(ValueError, match=rf"`max_length` must be an integer of at least 1\. Received: max_length={max_length!r}"):
        greedy(constant([0.5, 0.5]), (), 1, 0, 1, max_length)


def test_a_step_that_returns_other_logits():
    with pytest.raises(ValueError, match=r"`step` must return logits \[rows, vocabulary\].* Received: shape=\(2, 1, 4\)"):
        greedy(lambda tokens, state: (tf.zeros([2, 1, 4]), state), (), 2, 0, 1, 3)


def test_a_step_that_returns_another_state():
    with pytest.raises(
        ValueError, match=r"`step` must return each part of the state as it was: float32 \(2, 3\)\. Received: float32 \(2, 4\)"
    ):
        greedy(lambda tokens, state: (tf.zeros([2, 4]), tf.zeros([2, 4])), tf.zeros([2, 3]), 2, 0, 1, 3)
