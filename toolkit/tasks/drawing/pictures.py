"""From the data settings of a recipe to images, with the report kept in the run folder."""

import hashlib
from dataclasses import dataclass

import numpy as np

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.images.image_corpus import ImageCorpus, ImageForm, ImageSplit, read_image_corpus
from toolkit.data.reading.reading import Reading
from toolkit.run_folder import RunFolder
from toolkit.tasks.data_report import keep_report
from toolkit.tasks.drawing.batches import DrawingBatches, binarized
from toolkit.tasks.drawing.settings import DrawingSettings


@dataclass(frozen=True)
class Pictures:
    """What a model trains on.

    Attributes:
        corpus: The images by split, without labels.
        settings: What is made of them.
    """

    corpus: ImageCorpus
    settings: DrawingSettings

    @property
    def side(self) -> int:
        """Side of the images."""
        return self.settings.image_size

    @property
    def frequencies(self) -> np.ndarray:
        """How often each pixel is white in training, float64 `[size, size]`.

        One image of black and one of white are counted besides, so that no pixel is certain.
        """
        pixels = self.corpus.splits["train"].pixels
        return (pixels.sum(0, dtype=np.float64)[..., 0] / 255 + 1) / (len(pixels) + 2)

    def batches(self, split: str, replicas: int) -> DrawingBatches:
        """Returns the batches of a split; those of `"train"` are shuffled, and drawn in black and white anew in each epoch."""
        images, s, training = self.corpus.splits[split], self.settings, split == "train"
        plan = BatchPlan([1] * len(images), [1], rows_per_batch=s.batch_size, seed=s.seed, shuffle=training, multiple_of=replicas)
        return DrawingBatches(images.pixels if training else held_out(images, s), plan, binarize=training and s.binarize)

    def test(self) -> np.ndarray:
        """Returns the images of the test split, uint8 `[images, size, size, 1]`."""
        return held_out(self.corpus.splits["test"], self.settings)


def held_out(images: ImageSplit, settings: DrawingSettings) -> np.ndarray:
    """Returns images that are not trained on, uint8 `[images, size, size, 1]`, in black and white if the settings say so.

    Args:
        images: The images.
        settings: What says it, and has the seed: the same images come out each time.
    """
    return binarized(images.pixels, settings.seed) if settings.binarize else images.pixels


def form_of(settings: DrawingSettings) -> ImageForm:
    """Returns how images are read, as the settings say."""
    s = settings
    return ImageForm(s.image_size, 1, s.images, s.image_column, reading=Reading.of(s), data_dir=s.data_dir, labeled=False)


def read_pictures(settings: DrawingSettings, run: RunFolder) -> Pictures:
    """Reads images.

    Args:
        settings: Where they come from.
        run: The run folder.

    Raises:
        UserError: The data cannot be read, or have changed since the run was started.
    """
    corpus = read_image_corpus(settings.data, form_of(settings))
    digests = {split: hashlib.sha256(images.pixels.tobytes()).hexdigest() for split, images in corpus.splits.items()}
    keep_report(corpus.report, digests, run)
    return Pictures(corpus, settings)
