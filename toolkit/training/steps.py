"""The compiled steps of training and evaluation."""

from collections.abc import Callable

import keras
import tensorflow as tf

from toolkit.training.losses import Measure
from toolkit.training.projection import ProjectedMeasures, weighted_sums
from toolkit.training.update import Update


class Steps:
    """One training step and one evaluation step, each traced once for every number of rows, and not for every length of `[batch, time]`.

    The rows are known to a trace because the layers divide them between the cores.

    Both take a batch `(inputs, labels, weights)`, under a distribution strategy the replicas' parts of one, and return Python numbers.

    Args:
        model: Built model, made in the strategy's scope: inputs to logits. One with a `projection`, kernel `[classes, features]` and bias
            `[classes]` of its output, returns features when called with `return_features=True`; see `ProjectedMeasures`. If it has a
            `sampled_softmax`, too, that is the loss of a training step, and nothing else is measured in it.
        optimizer: Built optimizer.
        measures: `loss` and the metrics by name, each `(labels, logits) -> values`, of the shape of the weights.
        strategy: `tf.distribute.get_strategy()` for a single device.
    """

    def __init__(
        self, model: keras.Model, optimizer: keras.optimizers.Optimizer, measures: dict[str, Measure], strategy: tf.distribute.Strategy
    ) -> None:
        self._model = model
        self._measures = measures
        self._projected = ProjectedMeasures(measures)
        self._strategy = strategy
        self._update = Update(optimizer)
        self._compiled: dict = {}

    def train(self, batch: tuple) -> tuple[dict[str, float], dict[str, float]]:
        """Takes one step.

        Args:
            batch: `(inputs, labels, weights)`.

        Returns:
            The weighted sums over the global batch of the measures and of the weights (`weight`); and the report of `Update`.
        """
        return self._run(self._train, batch)

    def evaluate(self, batch: tuple) -> dict[str, float]:
        """Measures one batch; returns the sums as `train` does."""
        return self._run(self._evaluate, batch)

    def _run(self, step: Callable, batch: tuple):
        """Runs the step on every replica. Traces are kept by shape here, as TensorFlow warns of a function with many."""
        specs = tf.nest.map_structure(lambda part: _any_length(tf.type_spec_from_value(part)), batch)
        key = step, tuple(tf.nest.flatten(specs))
        if key not in self._compiled:
            everywhere = tf.function(lambda *batch: self._of_one_replica(self._strategy.run(step, batch)))
            self._compiled[key] = everywhere.get_concrete_function(*specs)
        return tf.nest.map_structure(float, self._compiled[key](*batch))

    def _of_one_replica(self, results):
        """What the replicas return has been summed over them, so one speaks for all."""
        return tf.nest.map_structure(lambda result: self._strategy.experimental_local_results(result)[0], results)

    def _train(self, inputs, labels: tf.Tensor, weights: tf.Tensor) -> tuple[dict, dict]:
        total = _sum_over_replicas(tf.reduce_sum(weights))
        with tf.GradientTape() as tape:
            sums = self._sums(inputs, labels, weights, training=True)
            objective = sums["loss"] / total
            if self._model.losses:
                objective += tf.add_n([tf.cast(loss, objective.dtype) for loss in self._model.losses]) / self._strategy.num_replicas_in_sync
        variables = [variable.value for variable in self._model.trainable_variables]
        report = self._update(tape.gradient(objective, variables, unconnected_gradients=tf.UnconnectedGradients.ZERO))
        return self._of_all_replicas(sums, weights), report

    def _evaluate(self, inputs, labels: tf.Tensor, weights: tf.Tensor) -> dict:
        return self._of_all_replicas(self._sums(inputs, labels, weights, training=False), weights)

    def _sums(self, inputs, labels: tf.Tensor, weights: tf.Tensor, training: bool) -> dict:
        """Returns the sums of the measures; a model that has a `projection` need not make all of its logits for that."""
        if not hasattr(self._model, "projection"):
            return weighted_sums(self._measures, labels, self._model(inputs, training=training), weights)
        features = self._model(inputs, training=training, return_features=True)
        sampled = getattr(self._model, "sampled_softmax", None)
        if training and sampled:
            return sampled.sums(features, *self._model.projection, labels, weights)
        return self._projected.sums(features, *self._model.projection, labels, weights, training)

    def _of_all_replicas(self, sums: dict, weights: tf.Tensor) -> dict:
        return _sum_over_replicas({**sums, "weight": tf.reduce_sum(weights)})


def _any_length(spec: tf.TypeSpec) -> tf.TypeSpec:
    """Leaves the length of what is `[batch, time]` open, in the part of every replica."""
    if isinstance(spec, tf.TensorSpec):
        return tf.TensorSpec([spec.shape[0], None], spec.dtype) if spec.shape.rank == 2 else spec
    return type(spec)(*map(_any_length, spec._component_specs))


def _sum_over_replicas(values):
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, values)
