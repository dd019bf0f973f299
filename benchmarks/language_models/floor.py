"""The matrix products of a training step, and nothing else; see `benchmarks.contenders.floor`."""

import math

from benchmarks.contenders import Trainer
from benchmarks.contenders.floor import Plan, Product, Stage, compiled_plan, layer_stages
from benchmarks.contenders.graph import start
from benchmarks.contenders.rows import GATES
from benchmarks.language_models.setting import Setting, Weights

__all__ = ["build", "make_plan", "start"]


def make_plan(setting: Setting) -> Plan:
    """Returns the products of a step: layer by layer to the logits, and back to the embedded tokens."""
    forward, backward = [], []
    for features, units in setting.layers:
        there, back = layer_stages(setting.rows, setting.window, features, units, GATES[setting.cell] * units)
        forward += [[stage] for stage in there]
        backward = [[stage] for stage in back] + backward
    tokens, features, classes = setting.rows * setting.window, setting.features, setting.vocabulary_size
    output = [
        Product((tokens, features), (features, classes)),  # logits
        Product((tokens, features), (tokens, classes), transpose_left=True),  # δ of the output's matrix
        Product((tokens, classes), (classes, features)),  # δh
    ]
    return [*forward, [Stage(output)], *backward]


def build(setting: Setting, weights: Weights, jit: bool) -> Trainer:
    """Makes a step, of random numbers: its loss is not a number, and it looks at no batch."""
    run = compiled_plan(make_plan(setting), jit)

    def train(batch) -> float:
        run()
        return math.nan

    return Trainer(lambda batch: None, train)
