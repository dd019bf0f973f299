"""The features of a backbone: computed once."""

import numpy as np
import pytest

from toolkit.models.backbones import make_backbone
from toolkit.run_folder import RunFolder
from toolkit.tasks.captioning import features
from toolkit.tasks.captioning.features import forget_features, kept_features


def test_features_are_computed_once_for_the_same_images(tmp_path, monkeypatch):
    run, asked = RunFolder(tmp_path / "run"), []

    def computed(pixels, backbone):
        assert backbone == "made"
        asked.append(len(pixels))
        return pixels.astype(np.float16) / 2

    monkeypatch.setattr(features, "_computed", computed)
    pixels = np.arange(2 * 4 * 4 * 3, dtype=np.uint8).reshape(2, 4, 4, 3)
    for images in (pixels, pixels, pixels[:1]):
        np.testing.assert_array_equal(kept_features(images, run, lambda: "made"), images / 2)
    assert asked == [2, 1]
    forget_features(run)
    forget_features(run)
    assert [*run.path.iterdir()] == []


@pytest.mark.slow
def test_features_are_those_of_the_backbone():
    backbone = make_backbone("efficientnet_lite0", 32)
    pixels = np.random.default_rng(0).integers(0, 256, (features.BATCH + 1, 32, 32, 3), np.uint8)
    found = features._computed(pixels, backbone)
    assert (found.shape, found.dtype) == ((features.BATCH + 1, 1, 1, 320), np.float16)
    expected = np.asarray(backbone(pixels[-1:].astype(np.float32)))
    np.testing.assert_allclose(found[-1:], expected, rtol=2e-3, atol=1e-3)  # half precision
