"""The model that tags frames: what its outputs depend on, and its file."""

import numpy as np
import pytest

from toolkit.models import FrameTagger, load_model

IMAGES = np.random.default_rng(0).uniform(0, 255, (2, 5, 8, 8, 1)).astype(np.float32)
LENGTHS = np.array([5, 3], np.int32)


def tagger(**changes):
    return FrameTagger(["a", "b", "c"], **{"image_size": 8, "filters": 2, "frame_units": 6, "units": 4, **changes})


def logits(model, images=IMAGES, lengths=LENGTHS, name="logits"):
    return np.asarray(model({"images": images, "lengths": lengths})[name])


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, {"logits", "frame_logits"}),
        ({"num_layers": 2, "bidirectional": False}, {"logits", "frame_logits"}),
        ({"num_layers": 0}, {"logits"}),
    ],
)
def test_there_are_logits_for_each_frame(changes, names):
    outputs = tagger(**changes)({"images": IMAGES, "lengths": LENGTHS})
    assert outputs.keys() == names
    assert all(each.shape == (2, 5, 3) for each in outputs.values())


@pytest.mark.parametrize("bidirectional", [False, True])
def test_what_is_after_the_end_changes_nothing(bidirectional):
    model = tagger(bidirectional=bidirectional)
    other = IMAGES.copy()
    other[1, 3:] = 0
    np.testing.assert_array_equal(logits(model)[1, :3], logits(model, other)[1, :3])
    alone = logits(model, IMAGES[1:, :3], LENGTHS[1:])
    np.testing.assert_allclose(logits(model)[1, :3], alone[0], atol=1e-6)  # single precision


@pytest.mark.parametrize(("changes", "moved"), [({}, 0b111), ({"bidirectional": False}, 0b110), ({"num_layers": 0}, 0b010)])
def test_a_frame_tells_of_those_that_the_layers_let_it(changes, moved):
    """Bit t of `moved` says whether the logits at t change with the frame in the middle."""
    model, other = tagger(**changes), IMAGES[:1, :3].copy()
    other[:, 1] = 255 - other[:, 1]
    apart = np.abs(logits(model, other, LENGTHS[1:]) - logits(model, IMAGES[:1, :3], LENGTHS[1:]))[0].max(-1)
    assert [each > 1e-7 for each in apart] == [bool(moved >> place & 1) for place in range(3)]


def test_the_second_logits_see_one_frame():
    model, other = tagger(), IMAGES.copy()
    other[:, 1] = 255 - other[:, 1]
    apart = np.abs(logits(model, other, name="frame_logits") - logits(model, name="frame_logits"))[0].max(-1)
    assert apart[1] > 1e-7
    assert not apart[[0, 2, 3, 4]].any()


def test_colours_are_seen():
    model, images = tagger(channels=3), np.repeat(IMAGES, 3, axis=-1)
    assert np.abs(logits(model, images) - logits(model, images * np.float32([1, 0.5, 0]))).max() > 1e-5


def test_a_file_holds_labels_and_weights(tmp_path):
    model = tagger(cell="gru", bidirectional=False)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert (loaded.label_names, loaded.image_size, loaded.bidirectional) == (["a", "b", "c"], 8, False)
    np.testing.assert_array_equal(logits(model), logits(loaded))


@pytest.mark.parametrize(
    ("name", "value"),
    [("image_size", 4), ("channels", 2), ("filters", 0), ("frame_units", 0), ("units", 0), ("num_layers", -1), ("dropout", 1.0)],
)
def test_arguments_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=r"Argument `.*` must be"):
        tagger(**{name: value})


def test_one_label_is_none():
    with pytest.raises(ValueError, match="at least two names"):
        FrameTagger(["a"])
