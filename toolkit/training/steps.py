"""The compiled steps of training and evaluation."""

from collections.abc import Callable

import keras
import tensorflow as tf

from toolkit.layers.matmul_precision import matmul_precision
from toolkit.training.objective import Objective
from toolkit.training.update import Update


class Steps:
    """One training step and one evaluation step, each traced once for every number of rows, and not for every length of `[batch, time]`.

    The rows are known to a trace because the layers divide them between the cores.

    Both take a batch `(inputs, labels, weights)`, under a distribution strategy the replicas' parts of one, and return Python numbers.

    Args:
        model: Built model, made in the strategy's scope.
        optimizer: Built optimizer.
        objective: What is minimised and measured.
        strategy: `tf.distribute.get_strategy()` for a single device.
        precision: In what a training step makes large products; see `toolkit.layers.matmul_precision`.

    Attributes:
        norms: The norms of the gradients of all variables at the last training step, before and after clipping, `[2, variables]`; `None`
            before the first.
    """

    norms: tf.Tensor | None = None

    def __init__(
        self,
        model: keras.Model,
        optimizer: keras.optimizers.Optimizer,
        objective: Objective,
        strategy: tf.distribute.Strategy,
        precision: str = "float32",
    ) -> None:
        self._model = model
        self._objective = objective
        self._strategy = strategy
        self._precision = precision
        self._update = Update(optimizer)
        self._compiled: dict = {}

    def train(self, batch: tuple) -> tuple[dict[str, float], dict[str, float]]:
        """Takes one step.

        Args:
            batch: `(inputs, labels, weights)`.

        Returns:
            The objective's sums over the global batch and that of the weights (`weight`); and the report of `Update`.
        """
        with matmul_precision(self._precision):
            sums, report, self.norms = self._run(self._train, batch)
        return sums, report

    def evaluate(self, batch: tuple) -> dict[str, float]:
        """Measures one batch; returns the sums as `train` does."""
        return self._run(self._evaluate, batch)

    @property
    def traces(self) -> int:
        """How many shapes of batches have been traced."""
        return len(self._compiled)

    def _run(self, step: Callable, batch: tuple):
        """Runs the step on every replica. Traces are kept by shape here, as TensorFlow warns of a function with many."""
        specs = tf.nest.map_structure(lambda part: _any_length(tf.type_spec_from_value(part)), batch)
        key = step, tuple(tf.nest.flatten(specs))
        if key not in self._compiled:
            everywhere = tf.function(lambda *batch: self._of_one_replica(self._strategy.run(step, batch)))
            self._compiled[key] = everywhere.get_concrete_function(*specs)
        return tf.nest.map_structure(lambda found: found if found.shape.rank else float(found), self._compiled[key](*batch))

    def _of_one_replica(self, results):
        """What the replicas return has been summed over them, so one speaks for all."""
        return tf.nest.map_structure(lambda result: self._strategy.experimental_local_results(result)[0], results)

    def _train(self, inputs, labels: tf.Tensor, weights: tf.Tensor) -> tuple[dict, dict, tf.Tensor]:
        total = _sum_over_replicas(tf.reduce_sum(weights))
        with tf.GradientTape() as tape:
            sums = self._objective.sums(self._model, inputs, labels, weights, training=True)
            minimised = sums["loss"] / total
            if self._model.losses:
                minimised += tf.add_n([tf.cast(loss, minimised.dtype) for loss in self._model.losses]) / self._strategy.num_replicas_in_sync
        variables = [variable.value for variable in self._model.trainable_variables]
        report, norms = self._update(tape.gradient(minimised, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        return self._of_all_replicas(sums, weights), report, norms

    def _evaluate(self, inputs, labels: tf.Tensor, weights: tf.Tensor) -> dict:
        return self._of_all_replicas(self._objective.sums(self._model, inputs, labels, weights, training=False), weights)

    def _of_all_replicas(self, sums: dict, weights: tf.Tensor) -> dict:
        return _sum_over_replicas({**sums, "weight": tf.reduce_sum(weights)})


def _any_length(spec: tf.TypeSpec) -> tf.TypeSpec:
    """Leaves the length of what is `[batch, time]` open, in the part of every replica."""
    if isinstance(spec, tf.TensorSpec):
        return tf.TensorSpec([spec.shape[0], None], spec.dtype) if spec.shape.rank == 2 else spec
    return type(spec)(*map(_any_length, spec._component_specs))


def _sum_over_replicas(values):
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)
