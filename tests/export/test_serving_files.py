"""What TensorFlow Serving reads beside a model."""

import pytest

from toolkit.errors import UserError
from toolkit.export.serving_files import check_serving_files, read_batching
from toolkit.export.tensorflow_serving import BATCHING, MODEL_BATCHING, MODEL_BATCHING_TEXT, MODELS, write_serving_files


@pytest.fixture
def version(tmp_path):
    for name in ("small", "other"):
        (tmp_path / name / "1").mkdir(parents=True)
        (tmp_path / name / "1" / "saved_model.pb").write_bytes(b"")
    write_serving_files(tmp_path)
    (tmp_path / "small" / "1" / MODEL_BATCHING).write_text(MODEL_BATCHING_TEXT)
    return tmp_path / "small" / "1"


def rewrite(path, old, new):
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_what_is_written_can_be_read(version):
    assert check_serving_files(version, joins_requests=True) == []
    assert read_batching(version / MODEL_BATCHING).max_batch_size.value == 32
    with pytest.raises(UserError, match="cannot be joined; remove it"):
        check_serving_files(version, joins_requests=False)


def test_what_may_be_missing(version):
    for path in (version / MODEL_BATCHING, version.parent.parent / BATCHING, version.parent.parent / MODELS):
        path.unlink()
    assert check_serving_files(version, joins_requests=True) == []


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("max_batch_size", "max_batch_sice", "cannot be read"),
        ("value: 32", "value: 3x2", "cannot be read"),
        ("value: 32 }", "value: 32 ", "cannot be read"),
        ("value: 32", "value: 0", "max_batch_size: expected a number from 1 on, found 0"),
        ("value: 1000 }\nmax", "value: -1 }\nmax", "batch_timeout_micros: expected a number from 0 on, found -1"),
    ],
)
def test_parameters_that_cannot_be_read_are_named(version, old, new, message):
    rewrite(version / MODEL_BATCHING, old, new)
    with pytest.raises(UserError, match=rf"{MODEL_BATCHING}: .*{message}"):
        check_serving_files(version, joins_requests=True)


def test_threads_may_be_tuned(version):
    rewrite(version.parent.parent / BATCHING, "value: 2", "value: 8")
    assert check_serving_files(version, True) == [
        "batching_parameters.txt in the folder above: other numbers than an export writes, as it may have"
    ]
    (version.parent.parent / BATCHING).write_bytes(b"\xff")
    with pytest.raises(UserError, match=r"batching_parameters\.txt: .*cannot be read"):
        check_serving_files(version, True)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"/models/small"', '"/models/smalm"', 'base_path of small: expected "/models/small", found "/models/smalm"'),
        ('name: "small"', 'name: "smal"', 'name of small: expected "small", found "smal"'),
        ('small" model_platform: "tensorflow"', 'small" model_platform: "tensorfloe"', 'model_platform of small: expected "tensorflow"'),
        ("model_config_list", "model_config_lisp", "cannot be read"),
    ],
)
def test_another_place_of_the_model_is_named(version, old, new, message):
    rewrite(version.parent.parent / MODELS, old, new)
    with pytest.raises(UserError, match=rf"models\.config: .*{message}"):
        check_serving_files(version, True)


def test_a_model_that_is_not_served_is_said_and_others_are_not_its_concern(version):
    rewrite(version.parent.parent / MODELS, "/models/other", "/models/moved")
    assert check_serving_files(version, True) == []
    rewrite(version.parent.parent / MODELS, "small", "tiny")
    [remark] = check_serving_files(version, True)
    assert "does not name this model" in remark
