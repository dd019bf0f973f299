"""One device, several, or several machines."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import tensorflow as tf

from toolkit.arguments import check_choice, option
from toolkit.errors import UserError
from toolkit.quiet import error_descriptor

STRATEGIES = ("none", "mirrored", "multi_worker", "tpu")


class WorkerLost(Exception):
    """Another worker is gone, so this process cannot go on: TensorFlow forms a cluster once in the life of a process.

    Starting the same command again, as `restart` does, waits for the lost worker to return and goes on from the last checkpoint.
    """


def build_strategy(name: str) -> tf.distribute.Strategy:
    """Makes the strategy that a model is built in and trained under.

    Args:
        name: `none` (one device), `mirrored` (all GPUs of this machine, or all logical CPU devices), `multi_worker` (the processes that the
            environment variable TF_CONFIG names) or `tpu`.

    Returns:
        The strategy. Build the model and the optimizer inside its `scope()`.

    Raises:
        InvalidArgument: The name is unknown.
        UserError: TF_CONFIG is missing or wrong, or there is no TPU.
    """
    check_choice("strategy", name, STRATEGIES)
    if name == "mirrored":
        devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
        return tf.distribute.MirroredStrategy([device.name for device in devices])
    if name == "multi_worker":
        return _multi_worker()
    return _tpu() if name == "tpu" else tf.distribute.get_strategy()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the checkpoints and speaks: the only one, or the first of several workers."""
    resolver = strategy.cluster_resolver
    return (
        resolver is None or resolver.task_type in (None, "", "chief") or (resolver.task_type == "worker" and _first_worker_leads(resolver))
    )


def distributed_batches(strategy: tf.distribute.Strategy, source, epoch: int, start: int):
    """Gives each replica its rows of every batch.

    Args:
        strategy: The strategy.
        source: What has `batches(epoch, start, replica, replicas)`.
        epoch: Which epoch, from 0.
        start: Batches of it to leave out.

    Returns:
        An iterable of what `strategy.run` takes as one batch.
    """

    def dataset_of_this_worker(context: tf.distribute.InputContext) -> tf.data.Dataset:
        replicas = context.num_replicas_in_sync
        local = replicas // context.num_input_pipelines
        first = context.input_pipeline_id * local
        parts = [source.batches(epoch, start=start, replica=first + i, replicas=replicas) for i in range(local)]
        if local == 1:
            return parts[0]
        # A strategy hands consecutive elements to consecutive replicas.
        return tf.data.Dataset.choose_from_datasets(parts, tf.data.Dataset.range(local).repeat(), stop_on_empty_dataset=True)

    return strategy.distribute_datasets_from_function(dataset_of_this_worker)


@contextmanager
def losing_workers(strategy: tf.distribute.Strategy) -> Iterator[None]:
    """Turns the errors by which collective operations of several workers fail into `WorkerLost`."""
    try:
        yield
    except (tf.errors.UnavailableError, tf.errors.AbortedError) as error:
        if strategy.cluster_resolver is None:
            raise
        raise WorkerLost(f"another worker is gone: {str(error).splitlines()[0]}") from error


def agree(strategy: tf.distribute.Strategy, step: int) -> bool:
    """Whether all workers stand at the same step. They wait here for one another."""
    return _sum(strategy, step) == strategy.num_replicas_in_sync * step


def of_chief(strategy: tf.distribute.Strategy, number: int) -> int:
    """Returns the number that the chief has. The workers wait here for one another."""
    own, replicas = (number, 1) if is_chief(strategy) else (0, 0)
    return _sum(strategy, own) // _sum(strategy, replicas)


def _sum(strategy: tf.distribute.Strategy, number: int) -> int:
    """Adds up a number over all replicas."""

    @tf.function
    def total() -> tf.Tensor:
        return strategy.run(
            lambda: tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, tf.constant(number, tf.int64))
        )

    return int(strategy.experimental_local_results(total())[0])


def restart() -> None:
    """Replaces this process by a fresh one of the same command. Does not return."""
    sys.stdout.flush()
    sys.stderr.flush()
    if (errors := error_descriptor()) is not None:
        os.dup2(errors, 2)  # notices of native libraries may be held back there
    os.execv(sys.executable, sys.orig_argv)


def _first_worker_leads(resolver: tf.distribute.cluster_resolver.ClusterResolver) -> bool:
    return resolver.task_id == 0 and not resolver.cluster_spec().as_dict().get("chief")


def _multi_worker() -> tf.distribute.Strategy:
    expected = 'expected TF_CONFIG={"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker", "index": 0}}'
    try:
        config = json.loads(os.environ.get("TF_CONFIG", ""))
        workers = [*config["cluster"].get("chief", []), *config["cluster"]["worker"]]
        index = config["task"]["index"]
    except (ValueError, TypeError, KeyError) as error:
        raise UserError(f"{option('strategy')} multi_worker: {expected}, received {os.environ.get('TF_CONFIG')!r}") from error
    if not 0 <= index < len(workers):
        raise UserError(
            f"{option('strategy')} multi_worker: expected an index below the {len(workers)} workers of TF_CONFIG, received {index}"
        )
    return tf.distribute.MultiWorkerMirroredStrategy()


def _tpu() -> tf.distribute.Strategy:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=os.environ.get("TPU_NAME", "local"))
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
    except (ValueError, tf.errors.OpError) as error:
        raise UserError(
            f"{option('strategy')} tpu: expected a TPU here or its name in TPU_NAME, received {str(error).splitlines()[0]}"
        ) from error
    return tf.distribute.TPUStrategy(resolver)
