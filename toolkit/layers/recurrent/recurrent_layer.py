"""What all our recurrent layers share."""

import functools
import inspect
import logging
from collections.abc import Callable

import keras
import tensorflow as tf
from keras import ops

from toolkit.arguments import InvalidArgument, check_positive_integer, check_rate
from toolkit.layers.recurrent.backpropagation.automatic import compiled_with_gradient
from toolkit.layers.recurrent.backpropagation.elementwise import ElementwiseEquations
from toolkit.layers.recurrent.backpropagation.linear import LinearEquations
from toolkit.layers.recurrent.backpropagation.lstm import LSTMEquations
from toolkit.layers.recurrent.backpropagation.over_time import over_time
from toolkit.layers.recurrent.backpropagation.through_time import Noise, through_time
from toolkit.layers.recurrent.cells.recurrent_cell import RecurrentCell
from toolkit.layers.recurrent.fused_lstm import fused_lstm
from toolkit.layers.recurrent.initializing import building
from toolkit.layers.recurrent.input_dtype import in_dtype
from toolkit.layers.recurrent.linear_scan import plain_scan
from toolkit.layers.recurrent.observing import is_observed, observed_scan
from toolkit.layers.recurrent.time_loop import current_backend, scan, scan_equations, swap_batch_and_time
from toolkit.layers.recurrent.written_gradients import equations_of, product_equations_of, weights_of

logger = logging.getLogger(__name__)


class RecurrentLayer:
    """Mixed into Keras's `RNN` and its namesakes: another time loop, more regularization, and arguments that are checked.

    Args:
        weight_drop: Share of the recurrent kernel's entries to drop, drawn once per batch, outside of the loop (Merity et al. 2017).
        zoneout: Share of each part of the state that keeps its value from the step before, drawn at every step; the expectation of that
            outside of training (Krueger et al. 2016). One number, or one for each part of the state, such as `(0.1, 0.5)` for the h and c
            of an LSTM.
        learned_initial_state: Whether the initial state, when none is given, is a weight instead of zero.
        **kwargs: As in the Keras layer.

    Raises:
        ValueError: An argument is out of range.
    """

    def __init__(self, *args, weight_drop: float = 0.0, zoneout: float | tuple = 0.0, learned_initial_state: bool = False, **kwargs):
        arguments = inspect.signature(super().__init__).bind(*args, **kwargs).arguments
        if "units" in arguments:
            check_positive_integer("units", arguments["units"])
        for name in ("dropout", "recurrent_dropout"):
            check_rate(name, arguments.get(name, 0.0))
        check_rate("weight_drop", weight_drop)
        super().__init__(*args, **kwargs)
        self.weight_drop = weight_drop
        self.zoneout = tuple(zoneout) if isinstance(zoneout, (list, tuple)) else zoneout
        self.learned_initial_state = learned_initial_state
        self._check_regularization()
        if weight_drop or self._zoneout_rates:
            self._noise_seed = keras.random.SeedGenerator(getattr(self.cell, "seed", None))
        # XLA compiles the time loop, not the model: `compile(jit_compile="auto")` must not wrap one in the other.
        self.supports_jit = False

    def _check_regularization(self) -> None:
        for rate in self.zoneout if isinstance(self.zoneout, tuple) else [self.zoneout]:
            check_rate("zoneout", rate)
        sizes = self._zoneout_sizes
        if isinstance(self.zoneout, tuple) and len(self.zoneout) != len(sizes):
            raise InvalidArgument("zoneout", f"one number or one for each of the {len(sizes)} parts of the state", self.zoneout)
        if self._zoneout_rates and not all(isinstance(size, int) for size in sizes):
            raise ValueError(
                f"Argument `zoneout` needs a cell whose state is a list of tensors, not stacked cells. Received: zoneout={self.zoneout}"
            )
        if self.weight_drop and product_equations_of(self.cell) is None:
            raise ValueError(
                "Argument `weight_drop` needs a cell with written equations and a matrix product in its loop, such as LSTM, GRU or "
                "SimpleRNN with their usual activations. "
                f"Received: weight_drop={self.weight_drop} with {type(self.cell).__name__}"
            )
        if self.unroll and (self.weight_drop or self._zoneout_rates):
            raise ValueError(
                "Argument `unroll` hands the loop over to Keras, which knows neither `weight_drop` nor `zoneout`. Received: unroll=True"
            )

    @property
    def _zoneout_sizes(self) -> list:
        equations = equations_of(self.cell)  # what is behind their state is remembered of the inputs, and not held back
        return self.state_size if equations is None else self.state_size[: len(equations.State._fields)]

    @property
    def _zoneout_rates(self) -> tuple[float, ...]:
        rates = self.zoneout if isinstance(self.zoneout, tuple) else (self.zoneout,) * len(self._zoneout_sizes)
        return rates if any(rates) else ()

    def build(self, sequences_shape, initial_state_shape=None):
        """Creates the weights, those of a learned initial state before the state of a stateful layer, which starts from them."""
        with building(self.cell):
            if isinstance(self.cell, keras.layers.Layer) and not self.cell.built:
                self.cell.build((sequences_shape[0], *sequences_shape[2:]))
                self.cell.built = True
            sizes = self.cell.state_size  # Keras asked before the cell knew the number of features
            self.state_size = [sizes] if isinstance(sizes, int) else list(sizes)
            if self.learned_initial_state:
                self.initial_state_weights = [
                    self.add_weight(shape=(size,), initializer="zeros", name=f"initial_{i}")
                    for i, size in enumerate(tf.nest.flatten(self.state_size))
                ]
            super().build(sequences_shape, initial_state_shape)

    def get_initial_state(self, batch_size):
        """Returns the state before the first step, `[batch_size, size]` for each part: zeros, or what was learned."""
        state = super().get_initial_state(batch_size)
        if not self.learned_initial_state:
            return state
        learned = [ops.broadcast_to(weight, (batch_size, *weight.shape)) for weight in self.initial_state_weights]
        return tf.nest.pack_sequence_as(state, [ops.cast(weight, self.compute_dtype) for weight in learned])

    def call(self, sequences, initial_state=None, mask=None, training=False):
        """Runs the layer; see the class."""
        if mask is None:
            # With an initial state Keras looks for a mask by another name, and would lose the embedding's.
            mask = getattr(sequences, "_keras_mask", None)
        sequences, initial_state = in_dtype(self.compute_dtype, (sequences, initial_state))
        self._check_inputs(sequences, initial_state)
        return super().call(sequences, initial_state=initial_state, mask=mask, training=training)

    def _check_inputs(self, sequences, initial_state) -> None:
        if len(sequences.shape) != 3:
            raise ValueError(f"Argument `sequences` must have the shape [batch, time, features]. Received: shape={tuple(sequences.shape)}")
        kernel = getattr(self.cell, "kernel", None)
        of_kernel = None if kernel is None else kernel.shape[0]
        features = self.cell.features if isinstance(self.cell, RecurrentCell) else of_kernel
        if features is not None and sequences.shape[-1] != features:
            raise ValueError(
                f"Argument `sequences` must have {features} features at each step, as when the layer was built. "
                f"Received: shape={tuple(sequences.shape)}"
            )
        if initial_state is not None:
            self._check_state(tf.nest.flatten(initial_state), sequences.shape[0])

    def _check_state(self, state, batch: int | None) -> None:
        sizes = tf.nest.flatten(self.state_size)
        shapes = [tuple(part.shape) for part in state]
        fits = len(shapes) == len(sizes) and all(
            len(shape) == 2 and shape[1] == size and (None in (batch, shape[0]) or batch == shape[0])
            for shape, size in zip(shapes, sizes, strict=True)
        )
        if not fits:
            expected = ", ".join(f"[{'batch' if batch is None else batch}, {size}]" for size in sizes)
            raise ValueError(f"Argument `initial_state` must have {len(sizes)} part(s) of the shape(s) {expected}. Received: {shapes}")

    def inner_loop(self, sequences, initial_state, mask, training=False):
        """Runs the steps; `keras.layers.RNN.call` prepares the arguments and picks what is returned."""
        if not is_observed() and self._is_left_to_keras(training):
            return super().inner_loop(sequences, initial_state, mask, training=training)
        mask = None if mask is None else tf.cast(keras.tree.flatten(mask)[0], tf.bool)
        if self.go_backwards:
            sequences, mask = tf.reverse(sequences, [1]), None if mask is None else tf.reverse(mask, [1])
        equations = equations_of(self.cell)
        if is_observed():
            last_output, outputs, state = self._run_observed(equations, sequences, initial_state, mask)
        elif isinstance(equations, ElementwiseEquations):
            last_output, outputs, state = self._run_elementwise(equations, sequences, initial_state, mask, training)
        elif equations is None:
            last_output, outputs, state = self._run_cell(sequences, initial_state, mask, training)
        else:
            last_output, outputs, state = self._run_equations(equations, sequences, initial_state, mask, training)
        if mask is not None and self.zero_output_for_mask:
            last_output = tf.where(mask[:, -1:], last_output, tf.zeros_like(last_output))
            outputs = None if outputs is None else tf.where(tf.expand_dims(mask, -1), outputs, tf.zeros_like(outputs))
        return last_output, last_output if outputs is None else outputs, state

    def _is_left_to_keras(self, training: bool) -> bool:
        """Says whether Keras's loop is better here: cuDNN's on a GPU, an unrolled one, or one whose cell drops what only Keras knows of."""
        if getattr(self, "use_cudnn", False) is True:
            return True  # it says what is missing
        if self.unroll:
            return True
        if has_gpu() and getattr(self, "use_cudnn", False) == "auto":
            obstacles = self._obstacles_to_cudnn(training)
            if not obstacles:
                return True
            logger.warning("%s %r runs without cuDNN on this GPU, because of %s.", type(self).__name__, self.name, ", ".join(obstacles))
        return training and equations_of(self.cell) is None and any(map(_drops, self.cell._flatten_layers()))

    def _obstacles_to_cudnn(self, training: bool) -> list[str]:
        settings = {
            "activation": getattr(self, "activation", None) is not keras.activations.tanh,
            "recurrent_activation": getattr(self, "recurrent_activation", None) is not keras.activations.sigmoid,
            "use_bias": not self.use_bias,
            "reset_after": not getattr(self, "reset_after", True),
            "recurrent_dropout": training and self.recurrent_dropout > 0,
            "weight_drop": training and self.weight_drop > 0,
            "zoneout": bool(self._zoneout_rates),
        }
        return [f"{name}={getattr(self, name)}" for name, is_obstacle in settings.items() if is_obstacle]

    # === Cells with written equations ===

    def _run_equations(self, equations, sequences, initial_state, mask, training: bool):
        state = equations.State(*tf.nest.flatten(initial_state))
        weights, cell = weights_of(self.cell), self.cell
        if training and self.weight_drop:
            weights = weights._replace(recurrent_kernel=self._dropped(weights.recurrent_kernel, self.weight_drop, self._noise_seed))
        noise = Noise(mask, None, self._zoneout(sequences, training))
        if training and cell.dropout:
            sequences = sequences * self._dropped(tf.ones_like(sequences[:, :1]), cell.dropout, cell.seed_generator)
        if training and cell.recurrent_dropout:
            noise = noise._replace(recurrent_dropout=self._dropped(tf.ones_like(state[0]), cell.recurrent_dropout, cell.seed_generator))
        if current_backend() == "compiled":
            outputs, state = through_time(
                equations, sequences, state, weights, noise, all_outputs=self.return_sequences, training=bool(training)
            )
            last_output, outputs = _hide_before_first_token(state[0], outputs, mask)
            return last_output, outputs, list(state)
        if current_backend() == "fused" and self._can_fuse(equations, sequences, noise):
            return *fused_lstm(sequences, state, weights), list(state)
        inputs = swap_batch_and_time(sequences)
        return scan_equations(equations, inputs, state, weights, noise, all_outputs=self.return_sequences)

    def _can_fuse(self, equations, sequences, noise: Noise) -> bool:
        obstacles = {
            "another cell than the LSTM": not isinstance(equations, LSTMEquations),
            "a mask over several rows": noise.mask is not None and sequences.shape[0] != 1,  # a text alone needs no padding
            "zoneout": noise.zoneout is not None,
            "return_state or stateful": self.return_state or self.stateful,
            "a batch of any size": sequences.shape[0] is None,
        }
        found = [name for name, is_obstacle in obstacles.items() if is_obstacle]
        if found:
            logger.warning("%s %r is not fused, because of %s.", type(self).__name__, self.name, ", ".join(found))
        return not found

    # === Cells without a product in their loop ===

    def _run_elementwise(self, equations, sequences, initial_state, mask, training: bool):
        state, past = self.cell.apart(tf.nest.flatten(initial_state))
        seen, past = self.cell.seen(sequences, past, mask)
        weights = self.cell.vectors()
        noise = Noise(mask, None, self._zoneout(sequences, training))
        if current_backend() == "compiled":
            options = {"all_outputs": self.return_sequences, "training": bool(training)}
            outputs, state = over_time(equations, self.cell.project, seen, state, weights, noise, **options)
            last_output, outputs = _hide_before_first_token(state[0], outputs, mask)
            return last_output, outputs, [*state, *past]
        z = tf.cast(self.cell.project(seen), sequences.dtype)
        # All steps at once are faster, unless outputs apart from the memory have to be held back under a mask by a second loop.
        if isinstance(equations, LinearEquations) and sequences.shape[1] != 1 and (mask is None or len(state) == 1):
            outputs, memory = equations.over_all_steps(z, state, weights, noise, plain_scan)
            last = [part[:, -1] for part in ((outputs, memory) if len(state) > 1 else (memory,))]
            return *_hide_before_first_token(outputs[:, -1], outputs if self.return_sequences else None, mask), [*last, *past]
        inputs = swap_batch_and_time(z)
        last_output, outputs, state = scan_equations(equations, inputs, state, weights, noise, all_outputs=self.return_sequences)
        return last_output, outputs, [*state, *past]

    # === Other cells ===

    def _run_cell(self, sequences, initial_state, mask, training: bool):
        tensors = [swap_batch_and_time(sequences), *tf.nest.flatten(initial_state)]
        noise = Noise(mask, None, self._zoneout(sequences, training))
        # With `tf.config.run_functions_eagerly` nothing is compiled, and a tape goes back through the loop.
        if current_backend() == "compiled" and not tf.config.functions_run_eagerly():
            results = self._compiled_cells[bool(training)](tensors, noise)
        else:
            results = self._scan_cell(bool(training), tensors, noise)
        last_output, *state = results[:1] + results[1 + self.return_sequences :]
        outputs = results[1] if self.return_sequences else None
        if outputs is not None:
            outputs.set_shape([None, sequences.shape[1], None])  # XLA's results have lost it
        return last_output, outputs, self._pack_state(state)

    def _scan_cell(self, training: bool, tensors, noise: Noise, plain: bool = False):
        options = {"training": training} if self.cell._call_has_training_arg else {}

        def step(x, state):
            output, new = self.cell(x, self._pack_state(state), **options)
            return output, tf.nest.flatten(new)

        output_size = getattr(self.cell, "output_size", None) or tf.nest.flatten(self.state_size)[0]
        last_output, outputs, state = scan(
            step, tensors[0], tensors[1:], noise, output_size=output_size, all_outputs=self.return_sequences, plain=plain
        )
        return [last_output, *([] if outputs is None else [outputs]), *state]

    @functools.cached_property
    def _compiled_cells(self) -> dict[bool, Callable]:
        def compiled(training):
            run = functools.partial(self._scan_cell, training)
            return compiled_with_gradient(run, functools.partial(run, plain=True), weights)

        # Frozen ones, too: they may be thawed later, and who takes the gradient says by what.
        weights = [weight for weight in self.cell.weights if tf.as_dtype(weight.dtype).is_floating]
        return {training: compiled(training) for training in (False, True)}

    def _pack_state(self, tensors):
        return tf.nest.pack_sequence_as(list(self.state_size), tensors)

    # === For whoever looks inside ===

    def _run_observed(self, equations, sequences, initial_state, mask):
        """Runs the steps without noise, see `observing`."""
        inputs, state, past = swap_batch_and_time(sequences), tf.nest.flatten(initial_state), []
        noise = Noise(mask, None, self._zoneout(sequences, training=False))
        if equations is not None:
            names, keeps = equations.State._fields, equations.keeps
            if isinstance(equations, ElementwiseEquations):
                state, past = self.cell.apart(state)
                seen, past = self.cell.seen(sequences, past, mask)
                weights, inputs = self.cell.vectors(), swap_batch_and_time(self.cell.project(seen))
            else:
                weights = weights_of(self.cell)

            def step(x, state):
                new, kept = equations.step(equations.project(x, weights), state[0], equations.State(*state), weights)
                return new[0], list(new), equations.gates(kept)
        else:
            cell, known = self.cell, isinstance(self.cell, RecurrentCell)
            names = cell.State._fields if known else getattr(cell, "state_names", [f"state {part}" for part in range(len(state))])
            keeps = cell.keeps if known else lambda gates: None

            def step(x, state):
                output, new = cell(x, self._pack_state(state))
                return output, tf.nest.flatten(new), cell.opened(cell.project(x), cell.State(*state)) if known else {}

        named = dict(zip(names, state, strict=True))
        last_output, outputs, state = observed_scan(self, step, keeps, inputs, named, noise, backward=self.go_backwards)
        return last_output, outputs if self.return_sequences else None, self._pack_state([*state, *past])

    # === Noise ===

    def _zoneout(self, sequences, training: bool) -> tuple[tf.Tensor | float, ...] | None:
        if not self._zoneout_rates:
            return None
        if not training:
            return tuple(1 - rate for rate in self._zoneout_rates)
        batch, time, _ = tf.unstack(tf.shape(sequences))
        draws = zip(self._zoneout_sizes, self._zoneout_rates, strict=True)
        kept = [self._dropped(tf.ones([batch, time, size], sequences.dtype), rate, self._noise_seed) for size, rate in draws]
        return tuple(tf.cast(share > 0, sequences.dtype) for share in kept)

    @staticmethod
    def _dropped(tensor: tf.Tensor, rate: float, seed) -> tf.Tensor:
        return keras.random.dropout(tensor, rate, seed=seed)

    def get_config(self):
        """Returns the constructor's arguments."""
        config = {
            "weight_drop": self.weight_drop,
            "zoneout": self.zoneout,
            "learned_initial_state": self.learned_initial_state,
            "zero_output_for_mask": self.zero_output_for_mask,
        }
        if hasattr(self, "use_cudnn"):
            config["use_cudnn"] = self.use_cudnn
        return {**super().get_config(), **config}


def has_gpu() -> bool:
    """Says whether TensorFlow sees a GPU."""
    return bool(tf.config.list_logical_devices("GPU"))


def _drops(cell) -> bool:
    return bool(getattr(cell, "dropout", 0) or getattr(cell, "recurrent_dropout", 0))


def _hide_before_first_token(last_h, outputs, mask):
    """Keras's rule: before the first token of a row there is no output yet, so it is zero, whatever the initial state."""
    if mask is None:
        return last_h, outputs
    last_h = tf.where(tf.reduce_any(mask, 1, keepdims=True), last_h, tf.zeros_like(last_h))
    if outputs is None:
        return last_h, None
    shown = tf.cumsum(tf.cast(mask, tf.int32), axis=1) > 0
    return last_h, tf.where(tf.expand_dims(shown, -1), outputs, tf.zeros_like(outputs))
