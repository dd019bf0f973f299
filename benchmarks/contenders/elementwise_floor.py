"""What no cell without a matrix product in its loop can be faster than, with these products and this memory.

One product over all steps there, and two back: the gradients of the kernel and of the inputs. Besides, one pass over the memory for each
array that has to be read or written: there z is read, the outputs and the memory are written; back z, the memory and the errors of the
outputs are read, and the errors of z written. No gate, no activation, no loop. As in the cells, rows of the batch are passed over side by
side, one part for each core.
"""

import tensorflow as tf

from benchmarks.contenders import Steps
from benchmarks.contenders.rows import Row
from toolkit.cells import cell_of
from toolkit.layers.recurrent.backpropagation.over_time import SMALLEST_PART
from toolkit.layers.recurrent.backpropagation.through_time import parts_of, split_rows


def elementwise_floor(row: Row) -> Steps:
    """Makes the steps of a row, on random numbers, which answer nothing."""
    cell = cell_of(row.kind).load()(row.units, **dict(row.options))
    cell.build((row.batch, row.features))
    random = tf.random.Generator.from_seed(0)
    x = random.normal([row.batch * row.steps, row.features], stddev=0.05)
    kernel = random.normal([row.features, cell.kernel.shape[-1]], stddev=0.05)
    errors = random.normal([row.batch, row.steps, row.units])
    written = len(cell.equations.State._fields)

    @tf.function
    def forward():
        return _there(x, kernel, row, written)[1]

    @tf.function
    def training():
        z, states = _there(x, kernel, row, written)
        parts = [_back(*rows) for rows in _parts([z, states[-1], errors])]
        δz = tf.reshape(tf.concat(parts, 0), [-1, kernel.shape[-1]])
        return [tf.matmul(δz, kernel, transpose_b=True), tf.matmul(x, δz, transpose_a=True), *states]

    return Steps(forward, training)


def _there(x: tf.Tensor, kernel: tf.Tensor, row: Row, written: int) -> tuple[tf.Tensor, list[tf.Tensor]]:
    """Returns z, and what is written of it."""
    z = tf.reshape(x @ kernel, [row.batch, row.steps, kernel.shape[-1]])
    parts = [_forward(rows[0], row.units, written) for rows in _parts([z])]
    return z, [tf.concat(rows, 0) for rows in zip(*parts, strict=True)]


def _parts(arrays: list[tf.Tensor]) -> list[list[tf.Tensor]]:
    return split_rows(arrays, parts_of(arrays[0], SMALLEST_PART))


@tf.function(jit_compile=True, autograph=False)
def _forward(z: tf.Tensor, units: int, written: int) -> list[tf.Tensor]:
    """Reads z and writes so many arrays, `[batch, time, units]`."""
    read = tf.add_n(tf.split(z, z.shape[-1] // units, -1))
    return [read + i for i in range(written)]


@tf.function(jit_compile=True, autograph=False)
def _back(z: tf.Tensor, memory: tf.Tensor, errors: tf.Tensor) -> tf.Tensor:
    """Reads all, and writes what is as large as z."""
    read = memory + errors
    return z * tf.concat([read] * (z.shape[-1] // read.shape[-1]), -1)
