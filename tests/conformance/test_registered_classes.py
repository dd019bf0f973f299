"""Every class that a `.keras` file can hold: configuration, reloading in a fresh process, one step of training, mixed precision."""

import importlib
import pkgutil
import subprocess
import sys

import keras
import numpy as np
import pytest

import toolkit
from tests.conformance.registry import EXAMPLES


def _import_everything():
    for module in pkgutil.walk_packages(toolkit.__path__, "toolkit."):
        if ".datasets." not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)


_import_everything()
REGISTERED = {name for name, of_it in keras.saving.get_custom_objects().items() if name.startswith("toolkit>") and isinstance(of_it, type)}


def test_every_registered_class_has_an_example():
    """A registered class that is missing in `examples/` fails the suite."""
    # Schedules and other objects without weights are tested with their package.
    layers = {name for name in REGISTERED if issubclass(keras.saving.get_registered_object(name), keras.layers.Layer)}
    assert layers == set(EXAMPLES)


def test_every_registered_class_is_public():
    """Keras is told of these, so that it finds them in a file."""
    assert {name.removeprefix("toolkit>") for name in REGISTERED} <= {*toolkit.layers.HOMES, *toolkit.models.HOMES, *toolkit.training.HOMES}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_configuration_round_trip(name):
    layer = EXAMPLES[name][0]()
    copy = type(layer).from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_one_step_of_fit_changes_every_weight_and_what_it_predicts_is_finite(name):
    """Eagerly, which is faster once; `test_ways_of_running.py` has the same compiled."""
    make, inputs = EXAMPLES[name]
    layer = make()
    model = layer if isinstance(layer, keras.Model) else keras.Sequential([keras.Input(inputs.shape[1:], dtype=inputs.dtype), layer])
    # Every output is pushed to where it is not; of the embedding only the rows of the tokens move.
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=lambda target, output: keras.ops.mean((output - target) ** 2), run_eagerly=True)
    if model.trainable_variables:
        before = [weight.numpy() for weight in model.trainable_variables]
        model.fit(inputs, np.full(np.shape(model(inputs)), 3.0, "float32"), batch_size=len(inputs), epochs=1, verbose=0)
        assert all(np.any(now.numpy() != then) for now, then in zip(model.trainable_variables, before, strict=True))
    else:
        assert np.isfinite(np.asarray(model(inputs, training=True))).all()
    assert np.isfinite(model.predict(inputs, verbose=0)).all()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_mixed_precision_computes_in_half_and_keeps_weights_whole(name):
    make, inputs = EXAMPLES[name]
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        layer = make()
        outputs = layer(inputs)
    finally:
        keras.config.set_dtype_policy("float32")
    assert all(weight.dtype == "float32" for weight in layer.trainable_variables)
    assert np.isfinite(np.asarray(keras.ops.cast(outputs, "float32"))).all()


IMPORTS = {
    "toolkit first": ("import toolkit, keras", "*"),
    "Keras first": ("import keras, toolkit", "compiled"),
    "Keras of TensorFlow": ("import toolkit, tensorflow; keras = tensorflow.keras", "compiled"),
    "a module of ours first": ("from toolkit.layers.recurrent.lstm import LSTM; import keras", "compiled"),
}
"""What is imported, and which files are then loaded: all by one way, one by the others."""


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """A folder with a file of each example, what to call it on, and what it says."""
    tmp_path = tmp_path_factory.mktemp("saved")
    for name, (make, inputs) in EXAMPLES.items():
        layer = make()
        model = layer if isinstance(layer, keras.Model) else keras.Sequential([keras.Input(inputs.shape[1:], dtype=inputs.dtype), layer])
        file = name.removeprefix("toolkit>")
        model.save(tmp_path / f"{file}.keras")
        np.save(tmp_path / f"{file}.inputs.npy", inputs)
        np.save(tmp_path / f"{file}.expected.npy", np.asarray(model(inputs)))
    model = keras.Sequential([keras.Input([3, 2]), toolkit.GRU(2)])
    model.compile(toolkit.AveragedSGD(toolkit.WarmupDecay(0.1, warmup_steps=3)), "mse")
    model.save(tmp_path / "compiled.keras")
    np.save(tmp_path / "compiled.inputs.npy", inputs := np.ones([1, 3, 2], "float32"))
    np.save(tmp_path / "compiled.expected.npy", np.asarray(model(inputs)))
    return tmp_path


SCRIPT = """
import sys, pathlib, numpy as np
paths = list(pathlib.Path(sys.argv[1]).glob(f"{sys.argv[2]}.keras"))
assert paths
for path in paths:
    outputs = keras.models.load_model(path)(np.load(path.with_suffix(".inputs.npy")))
    np.testing.assert_array_equal(outputs, np.load(path.with_suffix(".expected.npy")), path.stem)
"""


@pytest.mark.slow
@pytest.mark.parametrize("order", IMPORTS)
def test_keras_loads_all_of_them_in_a_fresh_process(order, saved):
    imports, files = IMPORTS[order]
    result = subprocess.run([sys.executable, "-c", imports + SCRIPT, str(saved), files], capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stderr
