"""The matrix products of a row, and nothing else: what no implementation on these products can be faster than.

They run in the shapes and the order of backpropagation through time: the inputs projected at once, the recurrent products step by step;
backward the transposed recurrent products step by step, then the gradients of weights and inputs, each one product over all steps. No gate,
no activation, no mask. The better of the plain graph and XLA is the floor, as it is with the stock layers.
"""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from benchmarks.contenders import Steps
from benchmarks.contenders.elementwise_floor import elementwise_floor
from benchmarks.contenders.graph import start
from benchmarks.contenders.rows import GATES, Problem, Row

__all__ = ["build", "compiled_plan", "flops", "layer_stages", "make_plan", "run_plan", "start"]

# A product waits for the one before, whose first number, times this, is added to the smaller operand. That changes no number, but nobody
# can know: no product can be moved out of a loop or done beside another.
TINY = 1e-30


class Product(NamedTuple):
    """`left @ right`, shapes as stored; the last two axes of `left` are swapped if `transpose_left`."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    transpose_left: bool = False

    @property
    def flops(self) -> int:
        """Additions and multiplications."""
        return 2 * math.prod(self.left) * self.right[-1]


class Stage(NamedTuple):
    """Products in their order, `times` times."""

    products: list[Product]
    times: int = 1


# One phase after the other; the stages of one phase do not depend on each other (the two directions).
Plan = list[list[Stage]]


def make_plan(row: Row, time: int, training: bool) -> Plan:
    """Returns the products of a row whose longest sequence has `time` steps."""
    if row.kind == "decoder":
        forward, backward = _decoder(row, time)
    else:
        directions, layers = (2, 2) if row.kind == "bidirectional" else (1, 1)
        forward, backward = [], []
        for layer in range(layers):
            features = row.features if layer == 0 else directions * row.units
            there, back = layer_stages(row.batch, time, features, row.units, GATES[row.kind] * row.units)
            forward += [[stage] * directions for stage in there]
            backward = [[stage] * directions for stage in back] + backward
    return forward + backward if training else forward


def layer_stages(batch: int, time: int, features: int, units: int, gates: int) -> tuple[list[Stage], list[Stage]]:
    """Returns the stages of a layer, forward and backward; `gates` is the size of all of its gates together."""
    rows = batch * time
    forward = [
        Stage([Product((rows, features), (features, gates))]),  # W x
        Stage([Product((batch, units), (units, gates))], time),  # U h
    ]
    backward = [
        Stage([Product((batch, gates), (gates, units))], time),  # Uᵀ δz
        Stage(
            [
                Product((rows, units), (rows, gates), transpose_left=True),  # δU
                Product((rows, features), (rows, gates), transpose_left=True),  # δW
                Product((rows, gates), (gates, features)),  # δx
            ]
        ),
    ]
    return forward, backward


def _decoder(row: Row, time: int) -> tuple[Plan, Plan]:
    batch, units, positions = row.batch, row.units, row.positions
    # What recurs is both a and h: a layer whose state is twice as wide.
    (project, _), (_, gradients) = layer_stages(batch, time, row.features, 2 * units, 4 * units)
    attention = [
        Product((batch, positions, units), (batch, units, 1)),  # scores; backward δα
        Product((batch, 1, positions), (batch, positions, units)),  # context; backward δh
    ]
    forward = [
        [project],
        [Stage([Product((batch, 2 * units), (2 * units, 4 * units)), *attention, Product((batch, 2 * units), (2 * units, units))], time)],
    ]
    over_positions = Product((batch, time, positions), (batch, time, units), transpose_left=True)
    backward = [
        [Stage([Product((batch, units), (units, 2 * units)), *attention, Product((batch, 4 * units), (4 * units, 2 * units))], time)],
        [
            Stage(
                [
                    *gradients.products,
                    Product((batch * time, 2 * units), (batch * time, units), transpose_left=True),  # δW_c
                    over_positions,  # of the memory, through the context
                    over_positions,  # and through the scores
                ]
            )
        ],
    ]
    return forward, backward


def flops(plan: Plan) -> int:
    """Returns the additions and multiplications of a plan."""
    return sum(stage.times * product.flops for phase in plan for stage in phase for product in stage.products)


def make_operands(plan: Plan, seed: int = 0) -> list[tf.Tensor]:
    """Returns left and right of every product, drawn anew for each, so that no two products are one."""
    random = np.random.default_rng(seed)
    shapes = [shape for phase in plan for stage in phase for product in stage.products for shape in (product.left, product.right)]
    return [tf.constant(random.normal(size=shape, scale=0.05).astype("float32")) for shape in shapes]


def run_plan(plan: Plan, operands: list[tf.Tensor]) -> list[tf.Tensor]:
    """Runs the products and returns the last result of each."""
    remaining, results, token = iter(operands), [], tf.zeros([])
    for phase in plan:
        outputs = [_run_stage(stage, remaining, token) for stage in phase]
        token = tf.add_n([_token(stage_outputs[-1]) for stage_outputs in outputs])
        results += [output for stage_outputs in outputs for output in stage_outputs]
    return results


def _run_stage(stage: Stage, operands: Iterator[tf.Tensor], token: tf.Tensor) -> list[tf.Tensor]:
    pairs = [(next(operands), next(operands)) for _ in stage.products]
    if stage.times == 1:
        return _multiply(stage.products, pairs, token)

    def body(step, token, *_):
        outputs = _multiply(stage.products, pairs, token)
        return step + 1, _token(outputs[-1]), *outputs

    empty = [tf.zeros(_result_shape(product)) for product in stage.products]
    _, _, *outputs = tf.while_loop(lambda step, *_: step < stage.times, body, (0, token, *empty), maximum_iterations=stage.times)
    return outputs


def _multiply(products: list[Product], pairs: list[tuple[tf.Tensor, tf.Tensor]], token: tf.Tensor) -> list[tf.Tensor]:
    outputs = []
    for product, (left, right) in zip(products, pairs, strict=True):
        if math.prod(product.left) <= math.prod(product.right):
            left = left + token
        else:
            right = right + token
        outputs.append(tf.matmul(left, right, transpose_a=product.transpose_left))
        token = _token(outputs[-1])
    return outputs


def _result_shape(product: Product) -> tuple[int, ...]:
    return *product.left[:-2], product.left[-1 if product.transpose_left else -2], product.right[-1]


def _token(output: tf.Tensor) -> tf.Tensor:
    return TINY * tf.reshape(output, [-1])[0]


def build(row: Row, problem: Problem, jit: bool) -> Steps:
    """Makes the steps of a row; of the problem only the longest length is used.

    A cell without a product in its loop has a floor of its own, `benchmarks.contenders.elementwise_floor`.
    """
    if row.kind not in GATES:
        return elementwise_floor(row)
    plans = [make_plan(row, problem.inputs[0].shape[1], training) for training in (False, True)]
    forward, training = (compiled_plan(plan, jit) for plan in plans)
    return Steps(forward, training)


def compiled_plan(plan: Plan, jit: bool) -> Callable[[], list[tf.Tensor]]:
    """Returns what runs a plan on random numbers, as one XLA program if `jit`."""
    operands = make_operands(plan)
    compiled = tf.function(lambda *operands: run_plan(plan, list(operands)), jit_compile=jit or None)
    return lambda: compiled(*operands)
