import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.arguments import InvalidArgument
from toolkit.cells import cell_of, without_product
from toolkit.layers import RNN
from toolkit.layers.matmul_precision import affine, matmul_dtype, matmul_precision, product
from toolkit.models import LanguageModel
from toolkit.training.losses import sparse_cross_entropy
from toolkit.training.projection import MANY_CLASSES, ProjectedObjective

OTHERS = [cell for cell in without_product() if cell != "min_gru"]
ROUNDED = 2.0**-8  # the relative error of a factor is at most half of it


def matrices(*shapes: tuple[int, ...]) -> list[tf.Tensor]:
    random = np.random.default_rng(0)
    return [tf.constant(random.normal(size=shape), tf.float32) for shape in shapes]


def test_it_is_single_unless_asked_for_and_again_after_an_error():
    def multiply():
        seen.append(matmul_dtype("float32"))
        raise KeyError

    seen = []
    with pytest.raises(KeyError), matmul_precision("bfloat16"):
        multiply()
    assert [*seen, matmul_dtype("float32")] == [tf.bfloat16, tf.float32]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_other_dtypes_stay_what_they_are(dtype):
    with matmul_precision("bfloat16"):
        assert matmul_dtype(dtype) == dtype
        assert product(tf.ones([2, 3], dtype), tf.ones([3, 2], dtype)).dtype == dtype


def test_another_precision_is_refused():
    with pytest.raises(InvalidArgument, match="must be one of float32, bfloat16"), matmul_precision("float16"):
        pass


@pytest.mark.parametrize("transpose_b", [False, True])
def test_a_product_is_rounded(transpose_b):
    a, b = matrices((7, 64), (64, 5))
    given = tf.transpose(b) if transpose_b else b
    with matmul_precision("bfloat16"):
        found = product(a, given, transpose_b=transpose_b)
    assert found.dtype == tf.float32
    error = np.abs(found - tf.matmul(a, b)) / tf.matmul(tf.abs(a), tf.abs(b))
    assert 0 < error.numpy().max() < 2 * ROUNDED


@pytest.mark.parametrize("biased", [True, False])
def test_an_affine_map_and_its_gradients_are_rounded(biased):
    x, kernel, bias, δz = matrices((300, 8), (8, 6), (6,), (300, 6))
    given = [x, kernel, *([bias] if biased else [])]

    def run():
        with tf.GradientTape() as tape:
            tape.watch(given)
            z = affine(*given, dtype=matmul_dtype("float32"))
        return z, tape.gradient(z, given, tf.cast(δz, z.dtype))

    exact, exact_gradients = run()
    with matmul_precision("bfloat16"):
        rounded, gradients = run()
    assert rounded.dtype == tf.bfloat16
    most = affine(*(tf.abs(part) for part in given), dtype=tf.float32)  # of the summands, whatever their signs
    np.testing.assert_array_less(np.abs(tf.cast(rounded, tf.float32) - exact), 2 * ROUNDED * most)
    for gradient, other in zip(gradients, exact_gradients, strict=True):
        assert gradient.dtype == tf.float32
        assert 0 < np.linalg.norm(gradient - other) / np.linalg.norm(other) < 2 * ROUNDED


def test_the_gradient_of_a_bias_is_summed_in_single_precision():
    x, kernel, bias = tf.zeros([5000, 1]), tf.zeros([1, 1]), tf.zeros([1])  # in bfloat16, 256 + 1 is 256
    with tf.GradientTape() as tape:
        tape.watch(bias)
        total = tf.reduce_sum(tf.cast(affine(x, kernel, bias, dtype=tf.bfloat16), tf.float32))
    assert float(tape.gradient(total, bias)[0]) == pytest.approx(5000, rel=ROUNDED)


@pytest.mark.parametrize("cell", ["gru", "min_gru", *(pytest.param(cell, marks=pytest.mark.slow) for cell in OTHERS)])
def test_a_model_has_nearly_the_gradients_of_single_precision(cell):
    keras.utils.set_random_seed(1)
    model = LanguageModel(vocabulary_size=MANY_CLASSES, embedding_dim=16, units=16, num_layers=2, cell=cell, tied_output=True)
    model.build(None)
    tokens = tf.constant(np.random.default_rng(0).integers(1, MANY_CLASSES, (8, 32)), tf.int32)
    objective = ProjectedObjective({"loss": sparse_cross_entropy})

    def gradients(precision: str) -> list[tf.Tensor]:
        @tf.function(autograph=False)
        def step():
            with tf.GradientTape() as tape:
                features, _ = model(tokens, training=True, return_features=True)
                loss = objective.of_features(features, *model.projection, tokens, tf.ones([8, 32]), training=True)["loss"]
            return [tf.convert_to_tensor(part) for part in tape.gradient(loss, model.trainable_variables)]

        with matmul_precision(precision):
            return step()

    for rounded, exact in zip(gradients("bfloat16"), gradients("float32"), strict=True):
        assert 0 < np.linalg.norm(rounded - exact) < 0.03 * np.linalg.norm(exact)


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["sru", "qrnn"])
def test_a_second_derivative_is_there_too(cell):
    layer = RNN(cell_of(cell).load()(4), return_sequences=True)
    (x,) = matrices((2, 3, 5))

    @tf.function(autograph=False)
    def curvature():
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                total = tf.reduce_sum(layer(x, training=True) ** 2)
            squares = tf.reduce_sum(inner.gradient(total, x) ** 2)
        return outer.gradient(squares, x)

    exact = curvature()
    with matmul_precision("bfloat16"):
        rounded = curvature.python_function()
    assert 0 < np.linalg.norm(rounded - exact) < 0.1 * np.linalg.norm(exact)
