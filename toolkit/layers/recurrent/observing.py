"""What happens inside of a time loop, for whoever looks: states, gates, and the gradient of each state.

In `with observing() as loops:` every recurrent layer that is called leaves an `ObservedLoop` in the list, and gives what it gives
otherwise. Its loop is TensorFlow's then, from the same definition of a step. To each part of the state a zero is added at each step, the
probe; so the gradient with respect to a probe is that with respect to the state: all that reaches it, from its own step and from those
after it, the δh_t and δc_t of backpropagation through time.
"""

import contextlib
import contextvars
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.through_time import Noise, held_back
from toolkit.layers.recurrent.time_loop import backend, scan


@dataclass(frozen=True)
class ObservedLoop:
    """What happened inside of one call of a recurrent layer, in the order of its sequences, also where it reads them backwards.

    A masked step has what the step before it, in the order of reading, has left.

    Attributes:
        layer: The layer, whose `cell` has the weights.
        states: After each step, by the name of the part, `[batch, time, size]`.
        gates: How far each gate was open, between 0 and 1, by its name, `[batch, time, units]`.
        keeps: Share of its memory that each step keeps, `[batch, time, units]`; `None` for a cell without a gate for that.
        probes: Zeros that were added to the states, by the name of the part. Their gradient is the states'.
        mask: Boolean `[batch, time]`, `False` where nothing was read; `None` where there is no padding.
        backward: Whether it reads from the end.
    """

    layer: Any
    states: dict[str, tf.Tensor]
    gates: dict[str, tf.Tensor]
    keeps: tf.Tensor | None
    probes: dict[str, tf.Tensor]
    mask: tf.Tensor | None
    backward: bool


Step = Callable[[tf.Tensor, list[tf.Tensor]], tuple[tf.Tensor, list[tf.Tensor], dict[str, tf.Tensor]]]

Keeps = Callable[[dict[str, tf.Tensor]], tf.Tensor | None]

_observer = contextvars.ContextVar("observer", default=None)


@contextlib.contextmanager
def observing(tape: tf.GradientTape | None = None) -> Iterator[list[ObservedLoop]]:
    """Lets every recurrent layer that is called leave what happens inside of it in a list, in the order of the calls.

    Args:
        tape: What is to know the gradients of the probes; `None` where these are not asked for.
    """
    loops: list[ObservedLoop] = []
    token = _observer.set((loops, tape))
    try:
        with backend("graph"):  # layers that cut a sequence into chunks for training read it as one
            yield loops
    finally:
        _observer.reset(token)


def is_observed() -> bool:
    """Returns whether somebody looks."""
    return _observer.get() is not None


def observed_scan(
    layer: Any, step: Step, keeps: Keeps, inputs: tf.Tensor, state: dict[str, tf.Tensor], noise: Noise, *, backward: bool = False
) -> tuple[tf.Tensor, tf.Tensor, list[tf.Tensor]]:
    """Runs a step over time as `scan` does, and leaves what happens in the list.

    Args:
        layer: Whose loop it is.
        step: `(inputs[t], state) -> (output, state, gates)`. Where the output is the first part of the state it must be the same tensor.
        keeps: The share of its memory that a step keeps, from its gates.
        inputs: Time-major, `[time, batch, features]`, in the order of reading.
        state: Initial state by the names of its parts.
        noise: Mask, and the shares of a zoneout outside of training; batch-major.
        backward: Whether the inputs have been reversed.

    Returns:
        The last output, the outputs after all steps, `[batch, time, size]`, and the last state, as `scan`.
    """
    loops, tape = _observer.get()
    sizes = {name: part.shape[-1] for name, part in state.items()}
    time, batch = tf.shape(inputs)[0], tf.shape(inputs)[1]
    probes = {name: tf.zeros([batch, time, size], inputs.dtype) for name, size in sizes.items()}
    if tape is not None:
        tape.watch(list(probes.values()))
    in_order = [tf.reverse(probe, [1]) if backward else probe for probe in probes.values()]
    rows = tf.concat([inputs, *(tf.transpose(probe, [1, 0, 2]) for probe in in_order)], -1)
    still = noise._replace(mask=None)
    kept: dict[str, int] = {}

    def observed_step(row, before):
        x, *probe = tf.split(row, [inputs.shape[-1], *sizes.values()], -1)
        output, new, gates = step(x, before)
        is_state = output is new[0]
        new = [part + zero for part, zero in zip(held_back(new, before, still, 0), probe, strict=True)]
        parts = {
            "": new[0] if is_state else output,
            **dict(zip(sizes, new, strict=True)),
            **{f"gate {name}": gates[name] for name in gates},
        }
        kept.update({name: part.shape[-1] for name, part in parts.items()})
        return tf.concat(list(parts.values()), -1), new

    observed_step(rows[0], list(state.values()))  # to know the sizes
    last, seen, final = scan(observed_step, rows, list(state.values()), Noise(noise.mask), output_size=sum(kept.values()), all_outputs=True)
    output, outputs = last[:, : kept[""]], seen[..., : kept[""]]
    shown = tf.reverse(seen, [1]) if backward else seen
    values = dict(zip(kept, tf.split(shown, list(kept.values()), -1), strict=True))
    gates = {name.removeprefix("gate "): values[name] for name in values if name.startswith("gate ")}
    mask = noise.mask if noise.mask is None or not backward else tf.reverse(noise.mask, [1])
    loops.append(ObservedLoop(layer, {name: values[name] for name in state}, gates, keeps(gates), probes, mask, backward))
    return output, outputs, final
