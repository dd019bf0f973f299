import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.cells import CELLS
from toolkit.layers.recurrent.time_loop import backend
from toolkit.models.language_model import LanguageModel
from toolkit.training.carried_state import CarriedState
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.optimizers import build_optimizer
from toolkit.training.projection import ProjectedObjective
from toolkit.training.steps import Steps

VOCABULARY = 9


def made(**options) -> LanguageModel:
    keras.utils.set_random_seed(0)
    model = LanguageModel(**{"vocabulary_size": VOCABULARY, "embedding_dim": 4, "units": 6, "num_layers": 2} | options)
    model.build(None)
    return model


def tokens(rows: int = 3, time: int = 7) -> np.ndarray:
    return np.random.default_rng(0).integers(1, VOCABULARY, (rows, time)).astype("int32")


@pytest.mark.parametrize("cell", ["gru", "lstm", "simple_rnn"])
@pytest.mark.parametrize("tied", [False, True])
def test_reading_at_once_in_parts_and_token_by_token_is_the_same(cell, tied):
    model, text = made(cell=cell, tied_output=tied), tokens()
    logits, last = model(text)
    head, state = model(text[:, :3])
    tail, last_of_parts = model(text[:, 3:], state=state)
    np.testing.assert_allclose(tf.concat([head, tail], 1), logits, atol=1e-6)  # single precision
    state = model.initial_state(3)
    for column, expected in zip(text.T, np.moveaxis(logits.numpy(), 1, 0), strict=True):
        by_step, state = model.step(column, state)
        np.testing.assert_allclose(by_step, expected, atol=1e-6)
    for part, of_parts, by_steps in zip(*map(tf.nest.flatten, (last, last_of_parts, state)), strict=True):
        np.testing.assert_allclose(of_parts, part, atol=1e-6)
        np.testing.assert_allclose(by_steps, part, atol=1e-6)


def test_padding_changes_no_state():
    model, text = made(), tokens()
    _, expected = model(text)
    logits, state = model(np.pad(text, ((0, 0), (0, 2))))
    assert logits.shape == (3, 9, VOCABULARY)
    for part, other in zip(tf.nest.flatten(state), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(part, other, atol=1e-6)


def test_features_and_projection_make_the_logits():
    for tied in (False, True):
        model = made(tied_output=tied)
        features, _ = model(tokens(), return_features=True)
        kernel, bias = model.projection
        np.testing.assert_allclose(features @ tf.transpose(kernel) + bias, model(tokens())[0], atol=1e-6)
        assert features.shape[-1] == (4 if tied else 6)


def test_a_tied_output_is_the_embedding():
    model = made(tied_output=True)
    assert model.projection[0] is model.embedding_layer.embeddings
    assert [layer.units for layer in model.recurrent.layers] == [6, 4]


def test_embedding_dropout_takes_whole_tokens_out_of_a_batch():
    model = made(embedding_dropout=0.5)
    text = np.tile(np.arange(VOCABULARY), (2, 1))
    embedded = model._embedded(text, training=True).numpy()
    dropped = (embedded == 0).all(-1)
    np.testing.assert_array_equal(dropped[0], dropped[1])  # the same tokens in every row
    assert 0 < dropped[0].sum() < VOCABULARY
    kept = ~dropped[0]
    np.testing.assert_allclose(embedded[0, kept], 2 * model._embedded(text, training=False)[0][kept], rtol=1e-6)


def test_penalties_are_losses_of_training_alone():
    model = made(activity_penalty=2.0, temporal_activity_penalty=1.0)
    model(tokens())
    assert not any(float(loss) for loss in model.losses)
    features, _ = model(tokens(), training=True, return_features=True)
    expected = 2 * np.mean(features**2), np.mean((features[:, 1:] - features[:, :-1]) ** 2)
    np.testing.assert_allclose(sorted(map(float, model.losses)), sorted(expected), rtol=1e-5)


@pytest.mark.parametrize("cell", ["gru", *(pytest.param(cell, marks=pytest.mark.slow) for cell in ("lstm", "simple_rnn"))])
def test_hello_is_learned_exactly(cell):
    """The four-letter example of the textbooks: after "hel" comes l, though after "he" came l too; only the state tells them apart."""
    ids = {letter: i for i, letter in enumerate("helo", start=1)}
    text = np.array([[ids[letter] for letter in "hello"]], "int32")
    keras.utils.set_random_seed(0)
    model = LanguageModel(5, embedding_dim=4, units=8, num_layers=1, cell=cell)
    model.build(None)
    carried = CarriedState(model, 1)
    optimizer = build_optimizer("adam", 0.05)
    optimizer.build(carried.trainable_variables)
    steps = Steps(carried, optimizer, ProjectedObjective({"loss": sparse_cross_entropy}), tf.distribute.get_strategy())
    batch = ((text[:, :-1], tf.fill([1], True)), text[:, 1:], np.ones([1, 4], "float32"))
    losses = [steps.train(batch)[0]["loss"] / 4 for _ in range(100)]
    assert losses[0] > 1
    assert losses[-1] < 0.05
    logits, _ = model(text[:, :-1])
    np.testing.assert_array_equal(tf.argmax(logits, -1), text[:, 1:])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cell": "elman"}, "`cell` must be one of"),
        ({"num_layers": 0}, "num_layers"),
        ({"units": 0}, "units"),
        ({"embedding_dropout": 1.0}, "embedding_dropout"),
        ({"weight_drop": -0.1}, "weight_drop"),
    ],
)
def test_arguments_are_checked(options, message):
    with pytest.raises(ValueError, match=message):
        made(**options)


def operators_behind(outputs):
    """Returns the operators that outputs of a graph depend on."""
    left, found = [output.op for output in tf.nest.flatten(outputs)], {}
    while left:
        operator = left.pop()
        if operator.name not in found:
            found[operator.name] = operator.type
            left += [part.op for part in operator.inputs]
    return {*found.values()}


@pytest.mark.parametrize("tied", [False, pytest.param(True, marks=pytest.mark.slow)])
@pytest.mark.parametrize("cell", CELLS)
def test_no_shape_of_a_step_depends_on_values(cell, tied):
    """LiteRT moves its memory where one does, and has read the state from the old place; see docs/decisions/static-steps.md."""
    model = made(cell=cell, tied_output=tied)

    @tf.function(autograph=False)
    def step(tokens, *parts):
        with backend("litert"):
            return model.step(tokens, tf.nest.pack_sequence_as(model.initial_state(1), parts))

    parts = [tf.TensorSpec([None, part.shape[1]]) for part in tf.nest.flatten(model.initial_state(1))]
    graph = step.get_concrete_function(tf.TensorSpec([None], tf.int32), *parts)
    assert operators_behind(graph.structured_outputs).isdisjoint({"Shape", "Fill", "Range", "Pack", "While", "StatelessWhile"})
