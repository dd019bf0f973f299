"""A step function over a table, and plain Python that says what it makes of every sequence."""

import numpy as np
import tensorflow as tf


class Script:
    """Logits by row of the batch, time, the token before the last, and the last; so a wrong reordering shows."""

    def __init__(self, seed, batch=2, vocabulary=4, time=5, positions=3, scale=2.0):
        random = np.random.default_rng(seed)
        self.batch, self.vocabulary, self.time = batch, vocabulary, time
        shape = (batch, time, vocabulary, vocabulary)
        self.logits = (random.normal(size=(*shape, vocabulary)) * scale).astype("float32")
        looks = np.exp(random.normal(size=(*shape, positions)) * scale)
        self.looks = (looks / looks.sum(-1, keepdims=True)).astype("float32")

    def state(self, batch=None):
        batch = self.batch if batch is None else batch
        item = tf.range(batch)
        zeros = tf.zeros_like(item)
        return {"item": item, "t": zeros, "previous": zeros, "alignment": tf.zeros([batch, self.looks.shape[-1]])}

    def step(self, tokens, state):
        place = ((state["item"] * self.time + state["t"]) * self.vocabulary + state["previous"]) * self.vocabulary + tokens
        alignment = tf.gather(self.looks.reshape(-1, self.looks.shape[-1]), place)
        new_state = {"item": state["item"], "t": state["t"] + 1, "previous": tokens, "alignment": alignment}
        return tf.gather(self.logits.reshape(-1, self.vocabulary), place), new_state

    def places(self, item, sequence, begin):
        before = [0, begin, *sequence]
        return [(item, t, before[t], before[t + 1]) for t in range(len(sequence))]

    def token_scores(self, item, sequence, begin):
        scores = [self.logits[place].astype("float64") for place in self.places(item, sequence, begin)]
        return np.array([row[token] - np.log(np.exp(row).sum()) for row, token in zip(scores, sequence, strict=True)])

    def alignment(self, item, sequence, begin):
        return np.array([self.looks[place] for place in self.places(item, sequence, begin)])


def every_sequence(vocabulary, end, max_length):
    """All that end, and all that are as long as allowed."""
    unfinished, sequences = [()], []
    for _ in range(max_length):
        longer = [(*sequence, token) for sequence in unfinished for token in range(vocabulary)]
        sequences += [sequence for sequence in longer if sequence[-1] == end]
        unfinished = [sequence for sequence in longer if sequence[-1] != end]
    return sequences + unfinished


def penalised(script, item, sequence, begin, length_penalty=0.0, coverage_penalty=0.0):
    """Wu et al. 2016, equation 14."""
    coverage = np.minimum(script.alignment(item, sequence, begin).sum(0), 1.0)
    score = script.token_scores(item, sequence, begin).sum() / ((5 + len(sequence)) / 6) ** length_penalty
    return score + coverage_penalty * np.log(coverage).sum()


def constant(probabilities):
    """A step function that gives the same probabilities whatever was before; `step.calls` counts."""
    with np.errstate(divide="ignore"):  # the logit of 0 is -inf
        logits = np.log(np.asarray(probabilities, "float32"))

    def step(tokens, state):
        step.calls += 1
        return tf.repeat(logits[np.newaxis], tf.shape(tokens)[0], axis=0), state

    step.calls = 0
    return step
