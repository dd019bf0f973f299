"""From the data settings of a recipe to images and words, with the report kept in the run folder."""

import functools
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.images.image_batches import ImageBatches
from toolkit.data.reading.reading import Reading
from toolkit.models import load_model
from toolkit.models.backbones import load_backbone_weights, make_backbone
from toolkit.models.captioner import BEGIN, END
from toolkit.run_folder import RunFolder
from toolkit.tasks.captioning.corpus import CaptionCorpus, read_corpus
from toolkit.tasks.captioning.features import kept_features
from toolkit.tasks.captioning.files import Captioned, Form
from toolkit.tasks.captioning.settings import CaptioningSettings
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.text.words import UNKNOWN, Vocabulary

MARKS = ("<begin>", "<end>")
"""The first two of the vocabulary, of which no caption has any: their numbers are `BEGIN` and `END`."""

IMAGE = 2
"""To encode an image takes about as long as to read so many captions."""


@dataclass(frozen=True)
class Captions:
    """What a model trains on.

    Attributes:
        corpus: Images and captions by split.
        vocabulary: `MARKS`, and the words that are known.
        features: What a backbone that is not trained makes of all images, float16 `[images, rows, columns, features]`; `None` without one.
    """

    corpus: CaptionCorpus
    vocabulary: Vocabulary
    features: np.ndarray | None = None

    @property
    def words(self) -> list[str]:
        """The words that are known."""
        return self.vocabulary.words[len(MARKS) :]

    @functools.cached_property
    def seen(self) -> tf.Tensor:
        """What the model reads of the images of all splits: uint8 `[images, size, size, 3]`, or their features."""
        return tf.constant(self.corpus.images.pixels if self.features is None else self.features)

    def batches(self, split: str, *, max_length: int, captions_at_once: int, batch_size: int, seed: int, replicas: int) -> ImageBatches:
        """Returns the batches of a split; those of `"train"` are shuffled.

        Nobody learns to write a word that is not known: it has the weight 0 where it is to be said.

        Args:
            split: Its name.
            max_length: Words of a caption at most; a longer one loses those at its end.
            captions_at_once: Captions of an image that are read together, at most.
            batch_size: Images of a batch.
            seed: Of the shuffling.
            replicas: Number of devices.
        """
        part = self.corpus.splits[split]
        together = _captions_together([len(each.captions) for each in part], captions_at_once)
        groups = [group for each in part for group in _groups(each, together)]
        encoded = [[self.vocabulary.encode(caption)[:max_length] for caption in group.captions] for group in groups]
        lengths = [1 + max(map(len, rows)) for rows in encoded]
        tokens = np.zeros((len(groups), max(map(len, encoded)), max(lengths)), np.int32)
        labels = np.zeros_like(tokens)
        for place, rows in enumerate(encoded):
            for column, row in enumerate(rows):
                tokens[place, column, : len(row) + 1] = [BEGIN, *row]
                labels[place, column, : len(row) + 1] = [*row, END]
        options = {"rows_per_batch": batch_size, "seed": seed, "shuffle": split == "train", "multiple_of": replicas}
        plan = BatchPlan(lengths, _boundaries(max(lengths)), **options)
        images = np.array([self.corpus.images.rows[group.image] for group in groups], np.int32)
        return ImageBatches(self.seen, images, tokens, labels, (labels != 0) & (labels != UNKNOWN), plan)


def _captions_together(numbers: Sequence[int], most: int) -> int:
    """Returns how many captions of an image are read together so that least has to be computed: a batch has room for as many of each image.

    Args:
        numbers: Of each image the number of its captions.
        most: How many at most.
    """
    return min(
        range(1, min(most, max(numbers)) + 1), key=lambda together: (IMAGE + together) * sum(-(-number // together) for number in numbers)
    )


def _groups(captioned: Captioned, most: int) -> list[Captioned]:
    """Returns an image with at most so many of its captions at once."""
    captions = captioned.captions
    return [Captioned(captioned.image, captions[start : start + most]) for start in range(0, len(captions), most)]


def _boundaries(longest: int) -> list[int]:
    """Returns the lengths to pad to: multiples of 8."""
    return [*range(8, longest, 8), longest]


def form_of(settings: CaptioningSettings) -> Form:
    """Returns how files are read, as the settings say."""
    s = settings
    return Form(s.images, s.image_column, s.caption_column, Reading.of(s), s.data_dir)


def read_captions(settings: CaptioningSettings, run: RunFolder) -> Captions:
    """Reads images and captions, and finds the words of those to train on.

    Args:
        settings: Where they come from.
        run: The run folder.

    Raises:
        UserError: The data cannot be read, or have changed since the run was started.
    """
    corpus = read_corpus(settings.data, form_of(settings), settings.image_size)
    origin = load_model(RunFolder(settings.continue_from).model) if settings.continue_from else None
    vocabulary = Vocabulary([*MARKS, *(origin.words if origin else _words(corpus, settings))])
    for split, part in corpus.splits.items():
        if unknown := sum(int((vocabulary.encode(caption) == UNKNOWN).any()) for each in part for caption in each.captions):
            corpus.report.splits[split].noted["captions with words that are not known"] = unknown
    keep_report(corpus.report, {split: _fingerprint(corpus, part) for split, part in corpus.splits.items()}, run)
    features = None
    if settings.backbone != "none" and not settings.fine_tune:
        features = kept_features(corpus.images.pixels, run, lambda: origin.image_encoder if origin else _backbone(settings))
    return Captions(corpus, vocabulary, features)


def _words(corpus: CaptionCorpus, settings: CaptioningSettings) -> list[str]:
    texts = (caption for each in corpus.splits["train"] for caption in each.captions)
    return Vocabulary.of_texts(texts, settings.vocabulary_size, settings.word_count).words


def _backbone(settings: CaptioningSettings) -> keras.Model:
    model = make_backbone(settings.backbone, settings.image_size)
    load_backbone_weights(model, settings.backbone, settings.backbone_weights)
    return model


def _fingerprint(corpus: CaptionCorpus, part: list[Captioned]) -> str:
    rows = [corpus.images.rows[each.image] for each in part]
    pixels = hashlib.sha256()
    for row in rows:
        pixels.update(corpus.images.pixels[row])
    return fingerprint([caption for each in part for caption in each.captions], map(str, rows), start=pixels.digest())
