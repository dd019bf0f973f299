"""Beam search."""

import dataclasses
from dataclasses import dataclass, field
from typing import NamedTuple

import tensorflow as tf

from toolkit.arguments import check_integer, check_not_negative
from toolkit.decoding.buffers import ended, write
from toolkit.decoding.decoded import Decoded
from toolkit.decoding.prediction import alignment_of, predict, shaped_like
from toolkit.decoding.top_k import top_k


def beam_search(
    step,
    state,
    batch,
    width,
    begin_id,
    end_id,
    max_length,
    n_best=1,
    length_penalty=0.0,
    coverage_penalty=0.0,
    rules=(),
    whole=False,
) -> Decoded:
    """Keeps the best `width` hypotheses of each row of the batch at every step.

        s(y) = log p(y) / lp(y) + cp(y)
        lp(y) = ((5 + |y|) / 6)^α
        cp(y) = β Σ_i log(min(Σ_t a_ti, 1))

    |y| counts the end id, a_ti is the alignment of token t with source position i. A position that got exactly no attention is taken for
    padding, which a masked softmax gives 0, and adds nothing to cp.

    A hypothesis that has ended keeps its place and its score and competes with the others by s. The search of a row stops when none that
    goes on can reach the n-th best of those that have ended, whatever follows: log p only falls, so s is at most log p / lp of the maximum
    length. Rows whose search has stopped leave the batch whenever they are half of it, if `batch` is a tensor: few rows take long.

    Args:
        step: `(tokens int32 [rows], state) -> (logits [rows, vocabulary], state)`, where rows are `batch * width`, the beams of one row
            of the batch side by side.
        state: Any nest of tensors whose first axis is the batch; repeated for the beams. A part that the step returns as the very tensor
            that it got, such as the encoded source, is not reordered. If it is a dict with the key `"alignment"`, `[batch, positions]`,
            alignments are collected; at the start zeros will do.
        batch: Number of rows, a scalar tensor, or an integer for shapes that stay as they are.
        width: Number of hypotheses that are kept for each row. With 1 the result is that of `greedy`.
        begin_id: What the first step reads: an id, or one for each row of the batch, `[batch]`.
        end_id: The id that ends a row; -1 if there is none.
        max_length: Most tokens of a hypothesis, the end id among them: an integer or a scalar tensor.
        n_best: Number of hypotheses that are returned for each row, from 1 to `width`.
        length_penalty: α: 0 prefers short hypotheses, more helps long ones.
        coverage_penalty: β: more helps hypotheses that look at the whole source. Needs alignments.
        rules: Logit rules, see `toolkit.decoding.rules`.
        whole: Whether hypotheses are `max_length` long, with zeros at their ends, for shapes that do not depend on what is found.

    Returns:
        The n best of each row, the best first; scores are s(y). Where there are fewer than `n_best`, a row is filled up with hypotheses
        of no tokens and a score of -inf. Of equal scores the beam that stood first stays first.

    Raises:
        ValueError: An argument is out of its range, a coverage penalty is given without alignments, or the step breaks its contract.

    Source: Wu et al. 2016, "Google's neural machine translation system", section 7.
    """
    check_integer("width", width, 1)
    check_integer("n_best", n_best, 1, width)
    if not tf.is_tensor(max_length):  # a tensor has its value when the graph runs
        check_integer("max_length", max_length, 1)
    check_not_negative("length_penalty", length_penalty)
    check_not_negative("coverage_penalty", coverage_penalty)
    if coverage_penalty and alignment_of(state) is None:
        raise ValueError(
            "Argument `coverage_penalty` needs a state that is a dict with the key 'alignment'. "
            f"Received: coverage_penalty={coverage_penalty!r}"
        )
    search = _Search(step, width, n_best, end_id, max_length, length_penalty, coverage_penalty, rules)
    position = (tf.constant(0), *search.start(batch, begin_id, state))
    fewer = tf.is_tensor(batch)
    found = search.found_with_fewer_and_fewer(batch, *position) if fewer else search.found(search.extended(*position)[1])
    return _whole(found) if whole else _cut(found)


class _Beams(NamedTuple):
    """The hypotheses, `[batch * width, ...]`."""

    last: tf.Tensor  # the last token
    tokens: tf.Tensor  # [rows, max_length]
    lengths: tf.Tensor
    log_probabilities: tf.Tensor  # -inf: there is no such hypothesis (yet)
    finished: tf.Tensor
    coverage: tf.Tensor | tuple = ()  # sum of the alignments, [rows, positions]
    origins: tf.Tensor | tuple = ()  # [rows, max_length]: the beam, from 0 to width - 1, whose row of `alignments` has that of each token
    alignments: tf.Tensor | tuple = ()  # [rows, max_length, positions]: as the rows stood at each step, for reordering them costs time


class _Candidates(NamedTuple):
    """The best continuations of each row, `[rows, candidates]`; a finished row has one, itself."""

    tokens: tf.Tensor
    log_probabilities: tf.Tensor


@dataclass(frozen=True, eq=False)
class _Search:
    """The parts of the loop. What stays the same in it are attributes, what changes are loop variables."""

    step: object
    width: int
    n_best: int
    end_id: int
    max_length: object
    length_penalty: float
    coverage_penalty: float
    rules: tuple
    moving: set = field(default_factory=set)  # the parts of the state that some step has changed

    def start(self, batch, begin_id, state):
        """Returns the beams and the state before the first step: one hypothesis for each row of the batch, in its first beam."""
        rows = tf.range(batch * self.width)
        item = rows // self.width
        state = tf.nest.map_structure(lambda part: tf.gather(part, item), state)
        none = tf.zeros_like(rows)
        buffer = tf.zeros([batch * self.width, self.max_length], tf.int32)
        beams = _Beams(
            last=tf.gather(tf.zeros([batch], tf.int32) + begin_id, item),
            tokens=buffer,
            lengths=none,
            log_probabilities=tf.where(tf.equal(rows % self.width, 0), 0.0, float("-inf")),
            finished=tf.zeros_like(rows, tf.bool),
        )
        alignment = alignment_of(state)
        if alignment is None:
            return beams, state
        empty = tf.zeros([batch * self.width, self.max_length, tf.shape(alignment)[1]], alignment.dtype)
        return beams._replace(coverage=tf.zeros_like(alignment), origins=buffer, alignments=empty), state

    def extended(self, t, beams, state, least=1):
        """Returns what the loop leaves: it goes on while the search of at least so many rows of the batch does."""

        def goes_on(t, beams, state):
            return tf.reduce_sum(tf.cast(self._going(t, beams), tf.int32)) >= least

        return tf.while_loop(goes_on, self._extend, (t, beams, state))

    def found_with_fewer_and_fewer(self, batch, t, beams, state) -> Decoded:
        """Returns what is found by a loop in which rows leave the batch when at least half of them have stopped."""

        def narrow(there, t, beams, state, found):
            size = tf.shape(beams.last)[0] // self.width
            search = dataclasses.replace(self, rules=[_for_rows(rule, there) for rule in self.rules])
            t, beams, state = search.extended(t, beams, state, least=size // 2 + 1)
            found = _put(found, there, self.found(beams))
            going = self._going(t, beams)
            rows = tf.where(tf.repeat(going, self.width))[:, 0]
            beams, state = tf.nest.map_structure(lambda part: tf.gather(part, rows), (beams, state))
            return _put(there, there, going), t, beams, state, found

        loop = (tf.fill([batch], True), t, beams, state, self.found(beams))
        any_rows = tf.nest.map_structure(lambda part: tf.TensorShape([None, *part.shape[1:]]), (beams, state))
        fixed = tf.nest.map_structure(lambda part: part.shape, (*loop[:2], loop[-1]))
        shapes = (*fixed[:2], *any_rows, fixed[2])
        return tf.while_loop(lambda there, *_: tf.reduce_any(there), narrow, loop, shape_invariants=shapes)[-1]

    def found(self, beams) -> Decoded:
        """Returns the n best of each row of the batch, as long as the buffers; `()` for no alignments."""
        scores, order = tf.math.top_k(self._by_item(self._scores(beams)), self.n_best)
        rows = self._rows(order, self.width)
        there = tf.reshape(scores, [-1]) > float("-inf")
        lengths = tf.where(there, tf.gather(beams.lengths, rows), 0)
        tokens = self._by_hypothesis(ended(tf.gather(beams.tokens, rows), lengths))
        alignments = () if isinstance(beams.alignments, tuple) else self._by_hypothesis(self._alignments(beams, rows, lengths))
        return Decoded(tokens, tf.reshape(lengths, [-1, self.n_best]), scores, alignments)

    def _going(self, t, beams):
        """Returns in which rows of the batch some beam that has not ended can still be among the n best."""
        ends = tf.where(beams.finished, self._scores(beams), float("-inf"))
        to_reach = tf.math.top_k(self._by_item(ends), self.n_best).values[:, -1:]
        reachable = self._by_item(beams.log_probabilities / self._length_penalty(self.max_length))
        alive = self._by_item(tf.logical_and(tf.logical_not(beams.finished), beams.log_probabilities > float("-inf")))
        return tf.logical_and(t < self.max_length, tf.reduce_any(tf.logical_and(alive, reachable >= to_reach), 1))

    def _extend(self, t, beams, state):
        """The loop's body: predicts, keeps the best candidates of each row of the batch, and reorders the beams and the state."""
        prediction = predict(self.step, state, self.rules, beams.last, beams.tokens, t)
        candidates = self._candidates(beams, prediction)
        longer = self._longer(t, beams, alignment_of(prediction.state))
        kept = self._kept(longer, candidates)
        parents = kept // candidates.tokens.shape[1]
        chosen = _Candidates(*(tf.gather(tf.reshape(part, [-1]), kept) for part in candidates))
        new_beams = self._continued(t, longer, parents, chosen)
        return t + 1, shaped_like(beams, new_beams), self._reordered(state, prediction.state, parents)

    def _longer(self, t, beams, alignment):
        """Returns the beams with the length and the coverage that they have with any candidate."""
        beams = beams._replace(lengths=tf.where(beams.finished, beams.lengths, t + 1))
        if alignment is None:
            return beams
        seen = tf.where(tf.expand_dims(beams.finished, 1), tf.zeros([], alignment.dtype), alignment)
        return beams._replace(coverage=beams.coverage + seen, alignments=write(beams.alignments, t, alignment))

    def _candidates(self, beams, prediction) -> _Candidates:
        count = min(self.width, prediction.logits.shape[1])  # no more than `width` of one beam can be kept
        logits, tokens = top_k(prediction.logits, count)
        gains = logits - tf.expand_dims(prediction.log_sum, 1)
        itself = tf.expand_dims(tf.where(tf.equal(tf.range(count), 0), 0.0, float("-inf")), 0)
        finished = tf.expand_dims(beams.finished, 1)
        return _Candidates(
            tf.where(finished, 0, tokens),
            tf.expand_dims(beams.log_probabilities, 1) + tf.where(finished, itself, gains),
        )

    def _kept(self, beams, candidates):
        """Returns which of all candidates go on, `[batch * width]`."""
        count = candidates.tokens.shape[1]
        scores = candidates.log_probabilities / self._length_penalty(tf.expand_dims(beams.lengths, 1))
        scores += tf.expand_dims(self._coverage_penalty(beams), 1)
        order = tf.math.top_k(tf.reshape(scores, [-1, self.width * count]), self.width).indices
        return self._rows(order, self.width * count)

    def _continued(self, t, beams, parents, chosen) -> _Beams:
        finished = tf.gather(beams.finished, parents)
        new_beams = beams._replace(
            last=chosen.tokens,
            tokens=write(tf.gather(beams.tokens, parents), t, chosen.tokens),
            lengths=tf.gather(beams.lengths, parents),
            log_probabilities=chosen.log_probabilities,
            finished=tf.logical_or(finished, tf.equal(chosen.tokens, self.end_id)),
        )
        if isinstance(beams.alignments, tuple):
            return new_beams
        origins = write(tf.gather(beams.origins, parents), t, parents % self.width)
        return new_beams._replace(coverage=tf.gather(beams.coverage, parents), origins=origins)

    def _reordered(self, state, new_state, parents):
        """A part that no step has changed is the same in all beams of a row of the batch: it needs no reordering."""
        parts = tf.nest.flatten(new_state)
        self.moving.update(i for i, (part, old) in enumerate(zip(parts, tf.nest.flatten(state), strict=True)) if part is not old)
        parts = [tf.gather(part, parents) if i in self.moving else part for i, part in enumerate(parts)]
        return shaped_like(state, tf.nest.pack_sequence_as(state, parts))

    def _alignments(self, beams, rows, lengths):
        """Follows each hypothesis back to the rows in which its alignments were written."""
        length, positions = tf.shape(beams.alignments)[1], tf.shape(beams.alignments)[2]
        origins = tf.gather(beams.origins, rows) + tf.expand_dims(rows // self.width * self.width, 1)
        places = origins * length + tf.expand_dims(tf.range(length), 0)
        return ended(tf.gather(tf.reshape(beams.alignments, [-1, positions]), places), lengths)

    def _scores(self, beams):
        return beams.log_probabilities / self._length_penalty(beams.lengths) + self._coverage_penalty(beams)

    def _length_penalty(self, lengths):
        if not self.length_penalty:
            return 1.0
        return ((5.0 + tf.cast(lengths, tf.float32)) / 6.0) ** self.length_penalty

    def _coverage_penalty(self, beams):
        if not self.coverage_penalty:
            return tf.zeros_like(beams.log_probabilities)
        coverage = tf.cast(beams.coverage, tf.float32)
        covered = tf.where(tf.equal(coverage, 0.0), 1.0, tf.minimum(coverage, 1.0))
        return self.coverage_penalty * tf.reduce_sum(tf.math.log(covered), -1)

    def _by_item(self, values):
        return tf.reshape(values, [-1, self.width])

    def _by_hypothesis(self, values):
        shape = tf.shape(values)
        return tf.reshape(values, tf.concat([[shape[0] // self.n_best, self.n_best], shape[1:]], 0))

    def _rows(self, order, size):
        """Turns positions among the `size` of each row of the batch, `[batch, n]`, into positions among all, `[batch * n]`."""
        return tf.reshape(order + tf.expand_dims(tf.range(tf.shape(order)[0]) * size, 1), [-1])


def _for_rows(rule, there):
    """Returns a rule for the rows of the batch that are there."""
    return rule.for_rows(tf.where(there)[:, 0]) if hasattr(rule, "for_rows") else rule


def _put(all_rows, there, values):
    """Returns `all_rows` with `values`, one of each row that is there, in its place; LiteRT has no scatter into a tensor."""
    place = tf.maximum(tf.cumsum(tf.cast(there, tf.int32)) - 1, 0)

    def put(old, new):
        return tf.where(tf.reshape(there, [-1] + [1] * (len(old.shape) - 1)), tf.gather(new, place), old)

    return tf.nest.map_structure(put, all_rows, values)


def _whole(found: Decoded) -> Decoded:
    """Returns the hypotheses as long as the buffers."""
    return found._replace(alignments=None) if isinstance(found.alignments, tuple) else found


def _cut(found: Decoded) -> Decoded:
    """Returns the hypotheses up to the end of the longest."""
    longest = tf.reduce_max(tf.concat([tf.reshape(found.lengths, [-1]), [0]], 0))  # 0 if there are no rows
    alignments = None if isinstance(found.alignments, tuple) else found.alignments[:, :, :longest]
    return found._replace(tokens=found.tokens[:, :, :longest], alignments=alignments)
