"""From the data settings of a recipe to images on canvases, with the report kept in the run folder."""

import hashlib
from dataclasses import dataclass

import numpy as np

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.images.image_corpus import ImageCorpus, ImageForm, ImageSplit, read_image_corpus
from toolkit.data.labeled_texts.labels import sort_labels
from toolkit.data.reading.reading import Reading
from toolkit.models import load_model
from toolkit.run_folder import RunFolder
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.tasks.glimpses.batches import CanvasBatches
from toolkit.tasks.glimpses.placing import Placing
from toolkit.tasks.glimpses.settings import GlimpseSettings
from toolkit.tasks.known_labels import check_labels


@dataclass(frozen=True)
class Canvases:
    """What a model trains on.

    Attributes:
        corpus: The images by split.
        label_names: The labels, in the order of their numbers.
        settings: What is made of the images.
    """

    corpus: ImageCorpus
    label_names: list[str]
    settings: GlimpseSettings

    @property
    def side(self) -> int:
        """Side of the canvases."""
        return self.settings.side

    @property
    def channels(self) -> int:
        """Channels of the images."""
        return self.settings.channels

    @property
    def objects(self) -> int:
        """Labels of a canvas."""
        return self.settings.objects

    def batches(self, split: str, replicas: int) -> CanvasBatches:
        """Returns the batches of a split; those of `"train"` are shuffled, and their images moved and stretched besides."""
        images, s = self.corpus.splits[split], self.settings
        training = split == "train"
        plan = BatchPlan([1] * len(images), [1], rows_per_batch=s.batch_size, seed=s.seed, shuffle=training, multiple_of=replicas)
        return CanvasBatches(images.pixels, numbers_of(images, self.label_names), placing_of(s, training=training), plan)

    def test(self) -> tuple[np.ndarray, list[list[str]]]:
        """Returns the canvases of the test split, and the labels on each."""
        return on_canvases(self.corpus.splits["test"], placing_of(self.settings), self.settings.seed)


def on_canvases(images: ImageSplit, placing: Placing, seed: int) -> tuple[np.ndarray, list[list[str]]]:
    """Returns canvases of images that are not trained on, uint8 `[images, canvas, canvas, channels]`, and the labels on each.

    Args:
        images: The images.
        placing: How they are put on canvases.
        seed: Of what is drawn.
    """
    canvases, shown = placing.all_placed(images.pixels, seed)
    return canvases, [[images.labels[number] for number in row] for row in shown]


def numbers_of(images: ImageSplit, label_names: list[str]) -> np.ndarray:
    """Returns the numbers of the labels of images, which must all be known."""
    numbers = {name: number for number, name in enumerate(label_names)}
    return np.array([numbers[label] for label in images.labels], np.int32)


def placing_of(settings: GlimpseSettings, training: bool = False) -> Placing:
    """Returns how images are put on canvases.

    Args:
        settings: What says it.
        training: Whether they are moved and stretched besides.
    """
    more, stretch = (settings.train_shift, settings.train_scale) if training else (0, 0)
    shift = settings.shift + more
    return Placing(settings.side, settings.objects, shift, settings.scale, settings.clutter, settings.clutter_size, stretch)


def form_of(settings: GlimpseSettings) -> ImageForm:
    """Returns how images are read, as the settings say."""
    columns = settings.image_column, settings.label_column
    return ImageForm(settings.image_size, settings.channels, settings.images, *columns, Reading.of(settings), settings.data_dir)


def read_canvases(settings: GlimpseSettings, run: RunFolder) -> Canvases:
    """Reads images and their labels.

    Args:
        settings: Where they come from.
        run: The run folder.

    Raises:
        UserError: The data cannot be read, have labels that training has not, or have changed since the run was started.
    """
    corpus = read_image_corpus(settings.data, form_of(settings))
    if settings.continue_from:
        label_names = list(load_model(RunFolder(settings.continue_from).model).label_names)
    else:
        label_names = sort_labels(corpus.splits["train"].labels)
    for split, images in corpus.splits.items():
        check_labels(f"{corpus.report.name}, {split}", images.labels, label_names)
    keep_report(corpus.report, {split: _fingerprint(images) for split, images in corpus.splits.items()}, run)
    return Canvases(corpus, label_names, settings)


def _fingerprint(images: ImageSplit) -> str:
    return fingerprint(images.labels, start=hashlib.sha256(images.pixels.tobytes()).digest())
