import keras
import numpy as np
import pytest
import tensorflow as tf

from tests.training.tiny_training import VOCABULARY, cross_entropy, tiny_model
from toolkit.layers.matmul_precision import matmul_dtype
from toolkit.models.text_classifier import TextClassifier
from toolkit.models.translator import Translator
from toolkit.training.objective import LogitsObjective
from toolkit.training.optimizers import build_optimizer
from toolkit.training.steps import Steps


def random_batch(rows: int, length: int) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    random = np.random.default_rng(length)
    tokens = random.integers(1, VOCABULARY, (rows, length))
    return tf.constant(tokens, tf.int32), tf.constant(random.integers(0, 2, rows), tf.int32), tf.constant(random.random(rows), tf.float32)


def test_all_lengths_share_a_trace():
    model, traced = tiny_model(dropout=0), []

    def loss(labels, logits):
        traced.append(logits.shape)
        return cross_entropy(labels, logits)

    optimizer = build_optimizer("sgd", 0.1)
    optimizer.build(model.trainable_variables)
    steps = Steps(model, optimizer, LogitsObjective({"loss": loss}), tf.distribute.get_strategy())

    def times_traced(rows, *lengths):
        before = len(traced)
        for length in lengths:
            tokens, labels, weights = random_batch(rows, length)
            expected = tf.reduce_sum(weights * cross_entropy(labels, model(tokens)))
            np.testing.assert_allclose(steps.evaluate((tokens, labels, weights))["loss"], expected, rtol=1e-5)  # single precision
        return len(traced) - before

    assert times_traced(4, 5, 6, 7, 5) == 1
    assert times_traced(3, 5, 8) == 1  # other rows
    assert {tuple(shape) for shape in traced} == {(4, 2), (3, 2)}  # the rows are known


def plain_model():
    return tiny_model(dropout=0)


def segmented_model():
    sizes = {"vocabulary_size": VOCABULARY, "label_names": ["a", "b"], "embedding_dim": 4, "units": 4, "segment_length": 4}
    return TextClassifier(**sizes, word_dropout=0, embedding_dropout=0, output_dropout=0)


def translator():
    model = Translator(vocabulary_size=VOCABULARY, embedding_dim=4, units=4, encoder_layers=1, decoder_layers=1, input_feeding=True)
    model((tf.ones([1, 2], tf.int32), tf.ones([1, 2], tf.int32)))
    return model


def pair_batch(rows: int, length: int):
    source, target = random_batch(rows, length)[0], random_batch(rows, length + 3)[0]
    return (source, target), target, tf.ones(target.shape)


@pytest.mark.slow
@pytest.mark.parametrize(("build", "batch"), [(plain_model, random_batch), (segmented_model, random_batch), (translator, pair_batch)])
def test_a_step_of_any_length_is_that_of_its_length_alone(build, batch):
    keras.utils.set_random_seed(0)
    model = build()
    optimizer = build_optimizer("sgd", 0.1)
    optimizer.build(model.trainable_variables)
    steps = Steps(model, optimizer, LogitsObjective({"loss": cross_entropy}), tf.distribute.get_strategy())
    for length in (5, 6):
        inputs, labels, weights = batch(4, length)
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum(weights * cross_entropy(labels, model(inputs, training=True))) / tf.reduce_sum(weights)
        gradients = tape.gradient(loss, [variable.value for variable in model.trainable_variables], unconnected_gradients="zero")
        expected = tf.linalg.global_norm([tf.convert_to_tensor(gradient) for gradient in gradients])
        _, report = steps.train((inputs, labels, weights))
        np.testing.assert_allclose(report["gradient_norm"], expected, rtol=1e-4)  # single precision


def test_only_training_multiplies_in_the_precision_that_it_was_given():
    seen = []

    def loss(labels, logits):
        seen.append(matmul_dtype("float32"))
        return cross_entropy(labels, logits)

    model, optimizer = tiny_model(dropout=0), build_optimizer("sgd", 0.1)
    optimizer.build(model.trainable_variables)
    steps = Steps(model, optimizer, LogitsObjective({"loss": loss}), tf.distribute.get_strategy(), "bfloat16")
    steps.train(random_batch(4, 5))
    steps.evaluate(random_batch(4, 5))
    assert seen == [tf.bfloat16, tf.float32]
