import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.decoding.scripted import Script, constant, every_sequence, penalised
from toolkit.decoding import beam_search, greedy, score
from toolkit.decoding.rules import ForcedPrefix

BEGIN, END, LENGTH = 1, 2, 4
SEEDS = st.integers(0, 2**32 - 1)
TOLERANCE = 1e-5  # float32 sums of five numbers of about ten


def hypothesis_of(decoded, item, rank):
    return decoded.tokens[item, rank, : int(decoded.lengths[item, rank])].numpy().tolist()


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.6, 1.5]), st.sampled_from([0.0, 0.4]))
def test_width_one_is_greedy(seed, length_penalty, coverage_penalty):
    script = Script(seed)
    one = beam_search(script.step, script.state(), 2, 1, BEGIN, END, 5, 1, length_penalty, coverage_penalty)
    best = greedy(script.step, script.state(), 2, BEGIN, END, 5)
    np.testing.assert_array_equal(one.tokens[:, 0], best.tokens)
    np.testing.assert_array_equal(one.alignments[:, 0], best.alignments)
    if not length_penalty and not coverage_penalty:
        np.testing.assert_array_equal(one.scores[:, 0], best.scores)


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.sampled_from([0.0, 0.6, 2.0]), st.sampled_from([0.0, 0.3]), st.sampled_from([1, 5]))
def test_a_wide_beam_is_exhaustive_search(seed, length_penalty, coverage_penalty, n_best):
    script = Script(seed, vocabulary=3, time=LENGTH)
    sequences = every_sequence(3, END, LENGTH)
    found = beam_search(script.step, script.state(), 2, len(sequences), BEGIN, END, LENGTH, n_best, length_penalty, coverage_penalty)
    for item in range(2):
        scores = sorted((penalised(script, item, s, BEGIN, length_penalty, coverage_penalty) for s in sequences), reverse=True)
        np.testing.assert_allclose(found.scores[item], scores[:n_best], atol=TOLERANCE)
        for rank in range(n_best):
            tokens = hypothesis_of(found, item, rank)
            own = penalised(script, item, tokens, BEGIN, length_penalty, coverage_penalty)
            np.testing.assert_allclose(own, scores[rank], atol=TOLERANCE)  # of nearly equal ones either may come first


@settings(max_examples=20, deadline=None)
@given(SEEDS, st.integers(2, 5))
def test_alignments_and_scores_follow_their_hypotheses(seed, width):
    script = Script(seed, vocabulary=5, scale=0.5)
    found = beam_search(script.step, script.state(), 2, width, BEGIN, END, 5, width)
    for item in range(2):
        assert np.all(np.diff(found.scores[item]) <= 0)
        assert len({tuple(hypothesis_of(found, item, rank)) for rank in range(width)}) == width
        for rank in range(width):
            tokens = hypothesis_of(found, item, rank)
            np.testing.assert_array_equal(found.alignments[item, rank, : len(tokens)], script.alignment(item, tokens, BEGIN))
            assert not np.any(found.alignments[item, rank, len(tokens) :])
            assert not np.any(found.tokens[item, rank, len(tokens) :])
            np.testing.assert_allclose(found.scores[item, rank], script.token_scores(item, tokens, BEGIN).sum(), atol=TOLERANCE)


def test_scores_are_those_of_scoring():
    script = Script(seed=11, vocabulary=5)
    found = beam_search(script.step, script.state(), 2, 3, BEGIN, END, 5)
    scored = score(script.step, script.state(), found.tokens[:, 0], BEGIN, found.lengths[:, 0])
    np.testing.assert_allclose(scored.scores, found.scores[:, 0], atol=TOLERANCE)


def test_a_finished_beam_keeps_its_score_and_competes():
    step = constant([0.0, 0.3, 0.1, 0.6])  # the end has 0.1
    found = beam_search(step, (), 1, 5, BEGIN, END, 3, 5)
    assert hypothesis_of(found, 0, 0) == [3, 3, 3]
    assert hypothesis_of(found, 0, 4) == [END]  # behind 0.6³ and three times 0.3 · 0.6²
    np.testing.assert_allclose(found.scores[0, 4], np.log(0.1), atol=TOLERANCE)
    assert step.calls == 3


def test_the_length_penalty_prefers_longer_hypotheses():
    step = constant([0.0, 0.02, 0.5, 0.48])
    assert hypothesis_of(beam_search(step, (), 1, 8, BEGIN, END, 6, length_penalty=0.0), 0, 0) == [END]
    assert hypothesis_of(beam_search(step, (), 1, 8, BEGIN, END, 6, length_penalty=8.0), 0, 0)[0] == 3


def test_it_stops_when_none_can_win():
    probabilities = [0.0, 0.1, 0.8, 0.1]
    quick = constant(probabilities)
    beam_search(quick, (), 1, 3, BEGIN, END, 50)
    assert quick.calls == 1
    three = constant(probabilities)
    found = beam_search(three, (), 1, 3, BEGIN, END, 50, n_best=3)
    assert three.calls == 2
    np.testing.assert_allclose(found.scores[0], np.log([0.8, 0.08, 0.08]), atol=TOLERANCE)


def test_fewer_hypotheses_than_asked_for():
    found = beam_search(constant([0.0, 0.0, 1.0]), (), 1, 4, BEGIN, END, 5, n_best=3)
    assert found.lengths.numpy().tolist() == [[1, 0, 0]]
    assert found.scores.numpy().tolist() == [[0.0, -np.inf, -np.inf]]
    assert found.tokens.numpy().tolist() == [[[END], [0], [0]]]


def test_padding_has_no_part_in_the_coverage_penalty():
    script = Script(seed=5)
    wanted = beam_search(script.step, script.state(), 2, 3, BEGIN, END, 5, coverage_penalty=0.5)
    script.looks = np.concatenate([script.looks, np.zeros_like(script.looks)], -1)
    padded = beam_search(script.step, script.state(), 2, 3, BEGIN, END, 5, coverage_penalty=0.5)
    np.testing.assert_array_equal(padded.tokens, wanted.tokens)
    np.testing.assert_allclose(padded.scores, wanted.scores, atol=TOLERANCE)


def test_rows_are_independent():
    script = Script(seed=7, batch=3)
    together = beam_search(script.step, script.state(), 3, 3, BEGIN, END, 5, 3, 0.6)
    for item in range(3):
        state = tf.nest.map_structure(lambda part, item=item: part[item : item + 1], script.state())
        alone = beam_search(script.step, state, 1, 3, BEGIN, END, 5, 3, 0.6)
        assert [hypothesis_of(together, item, rank) for rank in range(3)] == [hypothesis_of(alone, 0, rank) for rank in range(3)]


@settings(max_examples=10, deadline=None)
@given(SEEDS, st.sampled_from([0, 1, 2, 5, 8]), st.sampled_from([1, 3]), st.sampled_from([0.0, 0.6]))
def test_rows_that_have_stopped_leave_the_batch_without_a_trace(seed, batch, n_best, length_penalty):
    script = Script(seed, batch=batch, time=9)
    prefix = np.random.default_rng(seed).choice([0, 3], (batch, 2)).astype("int32")
    rows = []

    def step(tokens, state):
        rows.append(int(tf.shape(tokens)[0]))
        return script.step(tokens, state)

    options = {"n_best": n_best, "length_penalty": length_penalty, "rules": [ForcedPrefix(prefix)]}
    wanted = beam_search(script.step, script.state(), batch, 3, BEGIN, END, 9, **options)
    found = beam_search(step, script.state(), tf.constant(batch), 3, BEGIN, END, 9, **options)
    for part, other in zip(found, wanted, strict=True):
        # Fewer rows fill the processor's lanes otherwise: a rounding of 2^-24 for each of the nine steps of a score; tokens are the same.
        np.testing.assert_allclose(part, other, rtol=9 * 2**-24, atol=0)
    assert rows == sorted(rows, reverse=True)


def test_a_row_that_takes_long_goes_on_alone():
    """Of eight rows seven end at once."""
    rows = []

    def step(tokens, state):
        rows.append(int(tf.shape(tokens)[0]))
        long = tf.one_hot(tf.where(tf.equal(state, 5), 3, END), 4, 0.0, -9.0)
        return long, state

    found = beam_search(step, tf.range(8), tf.constant(8), 2, BEGIN, END, 6)
    assert found.lengths[:, 0].numpy().tolist() == [1, 1, 1, 1, 1, 6, 1, 1]
    assert rows == [16] + 5 * [2]


def test_a_part_of_the_state_that_changes_late_is_reordered():
    """In Python a step may leave a part alone at first: from the first change on, it belongs to its beam."""
    script = Script(seed=9, vocabulary=5, scale=0.5)

    def step(tokens, state):
        logits, new_state = script.step(tokens, state["script"])
        trace = state["trace"] if int(state["script"]["t"][0]) in (0, 2) else state["trace"] * 10 + tokens
        return logits + tf.cast(trace % 3, tf.float32)[:, tf.newaxis] * [[0.0, 1.0, 0.0, 2.0, 0.0]], {"script": new_state, "trace": trace}

    state = {"script": script.state(), "trace": tf.zeros([2], tf.int32)}
    found = beam_search(step, state, 2, 4, BEGIN, END, 5, 4)
    for rank in range(4):
        scored = score(step, state, found.tokens[:, rank], BEGIN, found.lengths[:, rank])
        np.testing.assert_allclose(scored.scores, found.scores[:, rank], atol=TOLERANCE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"width": 0}, r"`width` must be an integer of at least 1\. Received: width=0"),
        ({"width": 2.5}, r"`width` must be an integer of at least 1\. Received: width=2\.5"),
        ({"n_best": 4}, r"`n_best` must be an integer from 1 to 3\. Received: n_best=4"),
        ({"n_best": 0}, r"`n_best` must be an integer from 1 to 3\. Received: n_best=0"),
        ({"max_length": 0}, r"`max_length` must be an integer of at least 1\. Received: max_length=0"),
        ({"length_penalty": -0.1}, r"`length_penalty` must be a finite number of at least 0\. Received: length_penalty=-0\.1"),
        ({"coverage_penalty": float("nan")}, r"`coverage_penalty` must be a finite number of at least 0\. Received: coverage_penalty=nan"),
        ({"coverage_penalty": 0.2}, r"`coverage_penalty` needs a state that is a dict with the key 'alignment'"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_wrong_arguments(options, message):
    arguments = {"width": 3, "max_length": 4, **options}
    with pytest.raises(ValueError, match=message):
        beam_search(constant([0.5, 0.5]), (), batch=1, begin_id=0, end_id=1, **arguments)
