"""The smallest real training: averaged word vectors that learn of which half of the vocabulary a text is made.

Tests import it, and start it as a program that can be killed. The last line of its output is the loss of each step, as JSON.
"""

import argparse
import json
import os
import signal
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.labeled_texts.token_batches import TokenBatches
from toolkit.training.history import History
from toolkit.training.loop import fit
from toolkit.training.objective import LogitsObjective
from toolkit.training.optimizers import build_optimizer
from toolkit.training.strategy import WorkerLost, build_strategy, restart

VOCABULARY = 40
EPOCHS = 2
STEPS = 6  # of an epoch


def batches(seed: int, shuffle: bool = True) -> TokenBatches:
    """45 texts of 8 tokens, 8 to a batch; the last batch has 3 rows of filler, so that two replicas differ in the sum of their weights."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 2, 45)
    token_lists = [generator.integers(1, VOCABULARY // 2, 8) + label * (VOCABULARY // 2) for label in labels]
    plan = BatchPlan([8] * 45, [8], tokens_per_batch=64, seed=seed, shuffle=shuffle, multiple_of=2)
    return TokenBatches(token_lists, labels, np.where(labels == 1, 1.5, 0.5), plan)


def tiny_model(dropout: float = 0.5) -> keras.Model:
    keras.utils.set_random_seed(7)
    tokens = keras.Input([None], dtype="int32")
    features = keras.layers.Embedding(VOCABULARY, 8)(tokens)
    features = keras.layers.GlobalAveragePooling1D()(features)
    features = keras.layers.Dropout(dropout)(keras.layers.Dense(16, activation="tanh")(features))
    return keras.Model(tokens, keras.layers.Dense(2)(features))


def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
    return tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)


OBJECTIVE = LogitsObjective({"loss": cross_entropy, "accuracy": keras.metrics.sparse_categorical_accuracy})


class Steps(keras.callbacks.Callback):
    """Notes the loss of each step, and sends this process a signal when it has taken so many."""

    def __init__(self, signal_at: int | None = None, number: int = signal.SIGKILL) -> None:
        super().__init__()
        self.losses: list[float] = []
        self._signal_at = signal_at
        self._number = number

    def on_train_batch_end(self, batch: int, logs: dict) -> None:
        self.losses.append(logs["loss"])
        if len(self.losses) == self._signal_at:
            os.kill(os.getpid(), self._number)


def train(run_dir: Path, *, model: keras.Model | None = None, strategy: str = "none", dropout: float = 0.5, **settings) -> History:
    distribution = build_strategy(strategy)
    with distribution.scope():
        model = model or tiny_model(dropout)
        # SGD shows a gradient that is summed twice, which Adam would hide; the clipping is tight enough to act on every step.
        optimizer = build_optimizer("sgd", 1.0, schedule="cosine", total_steps=20, global_clipnorm=0.1, weight_decay=0.01, ema_momentum=0.5)
    data = {"train": batches(1), "validation": batches(2, shuffle=False)}
    usual = data | {"optimizer": optimizer, "objective": OBJECTIVE, "epochs": EPOCHS, "checkpoint_seconds": 0}
    return fit(model, run_dir=run_dir, strategy=distribution, **usual | settings)


def final_variables(run_dir: Path) -> dict[str, np.ndarray]:
    """All variables of model and optimizer after the last step."""
    with np.load(run_dir / "checkpoints" / f"step-{EPOCHS * STEPS:08d}.npz") as file:
        return {name: file[name] for name in file.files if name != "state"}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("run_dir", type=Path)
    parser.add_argument("--strategy", default="none")
    parser.add_argument("--dropout", type=float, default=0.5)
    parser.add_argument("--kill-at", type=int)
    arguments = parser.parse_args()
    if arguments.strategy == "mirrored":
        two = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], two)
    steps = Steps(arguments.kill_at)
    try:
        train(arguments.run_dir, strategy=arguments.strategy, dropout=arguments.dropout, callbacks=[steps])
    except WorkerLost:
        restart()
    print(json.dumps(steps.losses))


if __name__ == "__main__":
    main()
