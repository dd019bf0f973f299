"""The rules on rows that are made up: such as a claim expects, and such as it excludes."""

import itertools

import numpy as np
import pytest

from benchmarks.theory import (
    NAMES,
    attention,
    clipping,
    directions,
    forgetting,
    gating,
    gradients,
    memory,
    starts,
    truncation,
    variants,
    writing,
)
from benchmarks.theory.depth import CONNECTIONS
from benchmarks.theory.experiment import CONFIRMED, NOT_CONFIRMED, OPPOSITE, load, verdict_of

SEEDS = (0, 1)


def made_up(measures, **factors):
    """Returns rows of all combinations of factors and seeds; the measures are a function of the factors, and seeds differ by little."""
    for combination in itertools.product(*factors.values()):
        values = dict(zip(factors, combination, strict=True))
        for seed in SEEDS:
            yield {**values, "seed": seed} | {name: value * (1 + 1e-4 * seed) for name, value in measures(**values).items()}


def gradients_of(sign):
    kept = {"SimpleRNN": 1e-3, "IRNN": 1.0, "LSTM": 1e-3 * 10.0**sign, "GRU": 1e-3 * 10.0**sign}
    rows = made_up(
        lambda cell, weights: {"kept over 50": kept.get(cell, 1.0), "most of its bound": 10.0**-sign},
        cell=gradients.CELLS.values(),
        weights=(gradients.AT_FIRST, gradients.TRAINED),
    )
    return list(rows)


def clipping_of(sign):
    rows = []
    for run, clipped in itertools.product(clipping.SCALES, (clipping.UNCLIPPED, clipping.THRESHOLD)):
        expected = run == clipping.RESCUED and clipped == clipping.THRESHOLD
        rows += [{"run": run, "clipped at": clipped, "seed": seed, "learned": float(expected == (sign > 0))} for seed in SEEDS]
    return rows


def memory_of(sign):
    def learned(problem, cell, length):
        return {"learned": float(length <= (100 if (cell in ("LSTM", "GRU")) == (sign > 0) else 50))}

    return list(made_up(learned, problem=memory.PROBLEMS, cell=memory.CELLS.values(), length=memory.LENGTHS))


def forgetting_of(sign):
    return list(made_up(lambda bias: {"steps to half": 500 - sign * 100 * bias}, bias=forgetting.BIASES))


def directions_of(sign):
    def right(layer, context):
        knows = (layer, context) != ("LSTM", "right")
        return {"accuracy": 0.99 if knows == (sign > 0) else 0.5}

    return list(made_up(right, layer=("LSTM", "BiLSTM"), context=directions.CONTEXTS))


def depth_of(sign):
    return list(
        made_up(lambda connection, depth: {"nats": 2 + sign * (connection == "plain") * depth / 10}, connection=CONNECTIONS, depth=(1, 8))
    )


def variants_of(sign):
    def nats(setting, cell):
        if sign > 0:
            return {"nats": 2 + (cell in variants.CRITICAL)}
        return {"nats": 2 - 0.1 * variants.CELLS.index(cell)}

    return list(made_up(nats, setting=("language model", "classifier"), cell=variants.CELLS))


def gating_of(sign):
    nats = {"lstm": 2.0, "gru": 2.01, "simple_rnn": 3.0} if sign > 0 else {"lstm": 2.0, "gru": 2.5, "simple_rnn": 1.9}
    return list(made_up(lambda cell, **_: {"nats": nats[cell]}, cell=gating.UNITS, **{"training characters": gating.CHARACTERS}))


def starts_of(sign):
    order = ["gaussian", "half gaussian", "orthogonal", "identity"][::sign]

    def right(activation, start, distance):
        return {"accuracy": 0.2 + 0.4 * ((activation == "relu") == (sign > 0)) + 0.05 * order.index(start)}

    return list(made_up(right, activation=starts.ACTIVATIONS, start=starts.STARTS, distance=starts.DISTANCES))


def truncation_of(sign):
    def right(truncation, distance):
        return {"accuracy": 0.9 if (truncation > distance) == (sign > 0) else 0.3}

    return list(made_up(right, truncation=truncation.TRUNCATIONS, distance=truncation.DISTANCES))


def writing_of(sign):
    ways = {"human": (0.1, 4.0), "argmax": (0.9, 1.5), "temperature 0.5": (0.3, 2.0), "nucleus 0.9": (0.1, 3.0), "sampling": (0.1, 4.5)}
    ways["sampling, distribution fed"] = (0.1, 9.0)
    if sign < 0:
        ways |= {"argmax": (0.0, 4.5), "nucleus 0.9": (0.1, 9.0), "sampling, distribution fed": (0.1, 2.0)}
    return list(made_up(lambda way: {"repeated 8-grams": ways[way][0], "perplexity": ways[way][1]}, way=ways))


def attention_of(sign):
    def right(decoder, length):
        return {"accuracy": 1 - 0.02 * length * ((decoder == attention.WITHOUT) == (sign > 0))}

    return list(made_up(right, decoder=(attention.WITH, attention.WITHOUT), length=attention.LENGTHS))


@pytest.mark.parametrize("name", NAMES)
def test_a_rule_can_confirm_and_contradict(name):
    rows, compare = globals()[f"{name}_of"], load(name).compare
    assert verdict_of(compare(rows(1))) == CONFIRMED
    assert verdict_of(compare(rows(-1))) == OPPOSITE


def test_where_seeds_disagree_nothing_is_confirmed():
    rows = forgetting_of(1)
    rows[0]["steps to half"] = 0
    assert verdict_of(load("forgetting").compare(rows)) == NOT_CONFIRMED


def test_the_longest_length_that_was_learned():
    rows = [
        {"problem": "adding", "cell": "GRU", "seed": 0, "length": length, "learned": share}
        for length, share in ((50, 0.9), (100, 0.6), (200, 0.4))
    ]
    assert memory.longest(rows, "adding", "GRU") == [100]
    assert memory.longest([row | {"learned": 0.1} for row in rows], "adding", "GRU") == [0]


def test_who_repeats_has_few_ngrams():
    again, new = np.array([[1, 2] * 8]), np.arange(16)[None]
    assert writing.repeated(new) == 0
    assert writing.repeated(again) == 1 - 2 / 9  # two of nine 8-grams are new
    assert writing.distinct(new) == 1
    assert writing.distinct(again) == 2 / 13


def test_the_nucleus_leaves_out_what_is_improbable():
    probabilities, generator = np.tile([0.05, 0.55, 0.4], (200, 1)), np.random.default_rng(0)
    choose, _ = writing.WAYS["nucleus 0.9"]
    assert set(choose(probabilities, generator)) == {1, 2}
    choose, _ = writing.WAYS["sampling"]
    assert set(choose(probabilities, generator)) == {0, 1, 2}
