import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.models.language_model import LanguageModel
from toolkit.training.carried_state import CarriedState
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.optimizers import build_optimizer
from toolkit.training.projection import ProjectedObjective
from toolkit.training.sampled_softmax import SampledSoftmax
from toolkit.training.steps import Steps

VOCABULARY, ROWS, TIME = 9, 3, 8


def model(cell: str = "gru") -> LanguageModel:
    keras.utils.set_random_seed(1)
    made = LanguageModel(VOCABULARY, embedding_dim=4, units=5, num_layers=2, cell=cell)
    made.build(None)
    return made


def text(time: int = TIME) -> np.ndarray:
    return np.random.default_rng(0).integers(1, VOCABULARY, (ROWS, time)).astype("int32")


@pytest.mark.parametrize("cell", ["gru", *(pytest.param(cell, marks=pytest.mark.slow) for cell in ("lstm", "simple_rnn"))])
def test_windows_go_on_where_the_one_before_ended(cell):
    inner, tokens = model(cell), text()
    carried = CarriedState(inner, ROWS)
    whole, _ = inner(tokens)
    for again in range(2):  # a first window forgets what was read before
        parts = [carried((tokens[:, i : i + 3], tf.fill([ROWS], i == 0))) for i in range(0, TIME, 3)]
        np.testing.assert_allclose(tf.concat(parts, 1), whole, atol=1e-6, err_msg=f"round {again}")  # single precision


def test_a_row_alone_begins_anew():
    inner, tokens = model(), text()
    carried = CarriedState(inner, ROWS)
    carried((tokens[:, :3], tf.fill([ROWS], True)))
    second = carried((tokens[:, 3:], tf.constant([False, True, False])))
    whole, alone = inner(tokens)[0][:, 3:], inner(tokens[:, 3:])[0]
    np.testing.assert_allclose(second[1], alone[1], atol=1e-6)
    np.testing.assert_allclose(tf.gather(second, [0, 2]), tf.gather(whole, [0, 2]), atol=1e-6)
    assert np.abs(whole[1] - alone[1]).max() > 1e-3


@pytest.mark.slow
def test_the_gradient_stays_in_its_window():
    inner, tokens = model(), text()
    carried = CarriedState(inner, ROWS)
    labels, weights, steps = np.roll(tokens, -1, 1), np.ones(tokens.shape, "float32"), slice(3, None)
    _, state = inner(tokens[:, :3])
    with tf.GradientTape() as tape:
        logits, _ = inner(tokens[:, steps], state=tf.nest.map_structure(tf.stop_gradient, state))
        loss = tf.reduce_mean(sparse_cross_entropy(tf.constant(labels[:, steps]), logits))
    variables = [variable.value for variable in inner.trainable_variables]
    expected = tf.linalg.global_norm([tf.convert_to_tensor(part) for part in tape.gradient(loss, variables)])

    optimizer = build_optimizer("sgd", 1e-9)
    optimizer.build(carried.trainable_variables)
    trained = Steps(carried, optimizer, ProjectedObjective({"loss": sparse_cross_entropy}), tf.distribute.get_strategy())
    for first, part in ((True, slice(3)), (False, steps)):
        sums, report = trained.train(((tokens[:, part], tf.fill([ROWS], first)), labels[:, part], weights[:, part]))
    np.testing.assert_allclose(sums["loss"] / sums["weight"], loss, rtol=1e-5)
    np.testing.assert_allclose(report["gradient_norm"], expected, rtol=1e-4)  # single precision


def test_rows_must_be_positive():
    with pytest.raises(ValueError, match="rows=0"):
        CarriedState(model(), 0)


@pytest.mark.slow
def test_a_sample_of_the_vocabulary_is_the_loss_of_training_alone():
    inner, tokens = model(), text()
    full = ProjectedObjective({"loss": sparse_cross_entropy, "nats": sparse_cross_entropy})
    sampled = SampledSoftmax(4, np.ones(inner.vocabulary_size), full, seed=0)
    carried = CarriedState(inner, ROWS, sampled.variables)
    optimizer = build_optimizer("sgd", 1e-9)
    optimizer.build(carried.trainable_variables)
    steps = Steps(carried, optimizer, sampled, tf.distribute.get_strategy())
    batch = ((tokens, tf.fill([ROWS], True)), np.roll(tokens, -1, 1), np.ones(tokens.shape, "float32"))
    (one, _), (two, _), evaluated = steps.train(batch), steps.train(batch), steps.evaluate(batch)
    assert set(one) == {"loss", "weight"}
    assert one["loss"] != two["loss"]
    assert evaluated["loss"] == evaluated["nats"]
    states = 2  # of as many layers; the order is that of checkpoints
    assert carried.variables[states] is sampled.seed_generator.state
    assert [id(variable) for variable in carried.variables[states + 1 :]] == [id(variable) for variable in inner.variables]
