"""What a backbone that is not trained makes of images: computed once, and kept while a run trains."""

import hashlib
import shutil
import sys
import time
from collections.abc import Callable

import keras
import numpy as np

from toolkit.run_folder import RunFolder

FOLDER = "features"
BATCH = 32
TOLD_EVERY = 10.0
"""Seconds between two lines about how far it has come."""


def kept_features(pixels: np.ndarray, run: RunFolder, backbone: Callable[[], keras.Model]) -> np.ndarray:
    """Returns the features of images; takes them from the run folder if they are there, and keeps them there if not.

    Args:
        pixels: uint8 `[images, size, size, 3]`.
        run: The run folder; all of its training has the same backbone.
        backbone: Makes the network, with its weights, if there is something to compute.

    Returns:
        float16 `[images, rows, columns, features]`.

    Raises:
        UserError: The weights of the backbone are not installed.
    """
    path = run.path / FOLDER / f"{hashlib.sha256(pixels).hexdigest()[:16]}.npy"
    if not path.is_file():
        features = _computed(pixels, backbone())
        with run.replacing(path) as temporary, temporary.open("wb") as file:
            np.save(file, features)
    return np.load(path, mmap_mode="r")


def forget_features(run: RunFolder) -> None:
    """Removes the features of a run that is trained.

    Args:
        run: The run folder.
    """
    shutil.rmtree(run.path / FOLDER, ignore_errors=True)


def _computed(pixels: np.ndarray, model: keras.Model) -> np.ndarray:
    features = np.empty((len(pixels), *model.output_shape[1:]), np.float16)
    told = time.monotonic()
    for start in range(0, len(pixels), BATCH):
        part = pixels[start : start + BATCH].astype(np.float32)
        features[start : start + BATCH] = model.predict_on_batch(part)
        if time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            print(f"features   {min(start + BATCH, len(pixels)):,} of {len(pixels):,} images", file=sys.stderr, flush=True)
    return features
