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
REGISTERED = {name for name in keras.saving.get_custom_objects() if name.startswith("toolkit>")}


def test_every_registered_class_has_an_example():
    """A registered class that is missing in `examples/` fails the suite."""
    # Schedules and other objects without weights are tested with their package.
    layers = {name for name in REGISTERED if issubclass(keras.saving.get_registered_object(name), keras.layers.Layer)}
    assert layers == set(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_configuration_round_trip(name):
    layer = EXAMPLES[name][0]()
    copy = type(layer).from_config(layer.get_config())
    assert copy.get_config() == layer.get_config()


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_one_step_of_training_changes_every_weight(name):
    make, inputs = EXAMPLES[name]
    layer = make()
    model = layer if isinstance(layer, keras.Model) else keras.Sequential([keras.Input(inputs.shape[1:], dtype=inputs.dtype), layer])
    if not model.trainable_variables:
        assert np.isfinite(np.asarray(model(inputs, training=True))).all()
        return
    before = [weight.numpy() for weight in model.trainable_variables]
    # Every output is pushed to where it is not; of the embedding only the rows of the tokens move.
    # Eagerly, which is faster once; the recipes train in graphs.
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss=lambda target, output: keras.ops.mean((output - target) ** 2), run_eagerly=True)
    model.train_on_batch(inputs, np.full(np.shape(model(inputs)), 3.0, "float32"))
    assert all(np.any(now.numpy() != then) for now, then in zip(model.trainable_variables, before, strict=True))


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


@pytest.mark.slow
def test_reloads_in_a_fresh_process(tmp_path):
    answers = {}
    for name, (make, inputs) in EXAMPLES.items():
        layer = make()
        model = layer if isinstance(layer, keras.Model) else keras.Sequential([keras.Input(inputs.shape[1:], dtype=inputs.dtype), layer])
        file = name.removeprefix("toolkit>")
        model.save(tmp_path / f"{file}.keras")
        np.save(tmp_path / f"{file}.inputs.npy", inputs)
        answers[file] = np.asarray(model(inputs))
    script = (
        "import sys, pathlib, numpy as np, toolkit\n"
        "for path in pathlib.Path(sys.argv[1]).glob('*.keras'):\n"
        "    inputs = np.load(path.with_suffix('.inputs.npy'))\n"
        "    np.save(path.with_suffix('.outputs.npy'), toolkit.load_model(path)(inputs))\n"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=600)
    for file, expected in answers.items():
        np.testing.assert_array_equal(np.load(tmp_path / f"{file}.outputs.npy"), expected)
