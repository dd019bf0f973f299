"""The training loop in every dtype policy."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.models import LanguageModel, TextClassifier, Translator
from toolkit.training.carried_state import CarriedState
from toolkit.training.loop import fit
from toolkit.training.losses import SmoothedCrossEntropy
from toolkit.training.objective import LogitsObjective
from toolkit.training.optimizers import build_optimizer
from toolkit.training.projection import ProjectedObjective
from toolkit.training.sampled_softmax import SampledSoftmax
from toolkit.training.update import Update

ROWS, TIME, VOCABULARY = 4, 6, 12
TOKENS, NEXT = np.random.default_rng(0).integers(1, VOCABULARY, (2, ROWS, TIME)).astype("int32")
WEIGHTS = np.ones((ROWS, TIME), "float32")
MEASURES = {"loss": SmoothedCrossEntropy(0.1)}
PROJECTED = ProjectedObjective(MEASURES)


class Batches:
    """The same batch twice an epoch."""

    def __init__(self, *batch):
        self._batch = batch

    def steps(self, epoch):
        return 2

    def batches(self, epoch, start=0, replica=0, replicas=1):
        return tf.data.Dataset.from_tensors(self._batch).repeat(2).skip(start)


def classifier():
    model = TextClassifier(VOCABULARY, ["no", "yes"], embedding_dim=6, units=4, pooling="mean")
    return model, LogitsObjective(MEASURES), Batches(TOKENS, np.array([0, 1, 1, 0], "int32"), np.ones(ROWS, "float32"))


def language_model(objective=PROJECTED, **options):
    model = LanguageModel(
        VOCABULARY, embedding_dim=6, units=6, num_layers=2, activity_penalty=1.0, temporal_activity_penalty=1.0, **options
    )
    model.build()
    return CarriedState(model, ROWS, objective.variables), objective, Batches((TOKENS, np.zeros(ROWS, bool)), NEXT, WEIGHTS)


def sampled_language_model():
    return language_model(SampledSoftmax(4, np.ones(VOCABULARY), PROJECTED, seed=0), tied_output=True)


def translator():
    model = Translator(VOCABULARY, embedding_dim=4, units=6, input_feeding=True, cell="gru")
    model.build(None)
    return model, PROJECTED, Batches((TOKENS, TOKENS), NEXT, WEIGHTS)


def losses(make, policy, run_dir, weights=None):
    keras.config.set_dtype_policy(policy)
    try:
        keras.utils.set_random_seed(0)
        model, objective, batches = make()
    finally:
        keras.config.set_dtype_policy("float32")
    if weights is not None:
        model.set_weights(weights)
    weights = model.get_weights()
    optimizer = build_optimizer("asgd", learning_rate=0.1, global_clipnorm=1.0)  # clips, and keeps an average
    history = fit(
        model,
        optimizer=optimizer,
        objective=objective,
        train=batches,
        validation=batches,
        epochs=2,
        run_dir=run_dir,
        monitor="loss",
        average_epochs=2,
    )
    return [[epoch["loss"], epoch["val_loss"]] for epoch in history.epochs], weights


IN_THE_CHECK = {
    "float16": sampled_language_model,
    "bfloat16": language_model,
    "float64": classifier,
    "mixed_float16": classifier,
    "mixed_bfloat16": translator,
}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "make"),
    [
        pytest.param(policy, make, marks=() if make is checked else pytest.mark.covering)
        for policy, checked in IN_THE_CHECK.items()
        for make in (classifier, language_model, sampled_language_model, translator)
    ],
)
def test_a_training_has_the_losses_of_single_precision(make, policy, tmp_path):
    expected, weights = losses(make, "float32", tmp_path / "single")
    found, _ = losses(make, policy, tmp_path / "policy", weights)
    # A step changes a weight by a hundredth at most, of which bfloat16, with 8 bits, may round off all for a weight near 1.
    np.testing.assert_allclose(found, expected, rtol=0.03 if "bfloat16" in policy else 0.003)


def test_a_norm_that_half_precision_has_no_room_for():
    """The square of 300 is above all numbers of float16."""
    variable = keras.Variable(np.zeros(4), dtype="float16")
    optimizer = keras.optimizers.SGD(1.0, global_clipnorm=3.0)
    optimizer.build([variable])
    report, _ = Update(optimizer)([tf.fill([4], tf.cast(300.0, tf.float16))])
    assert float(report["gradient_norm"]) == 600
    assert float(report["gradient_norm_clipped"]) == pytest.approx(3, rel=1e-6)
    np.testing.assert_allclose(variable.numpy(), np.full(4, -1.5), rtol=2**-11)
