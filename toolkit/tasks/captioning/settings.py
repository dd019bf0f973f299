"""Settings of images and their captions. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from toolkit.arguments import InvalidArgument, check_not_negative, option
from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.settings import FileSettings, TrainingSettings, at_least

OWN_BACKBONE = "efficientnet_lite0"
"""The one whose weights a package brings."""


@dataclass(frozen=True, kw_only=True)
class CaptioningSettings(FileSettings, TrainingSettings):
    """Where images and captions come from, how they are batched, and how captions are searched.

    Attributes:
        data: table, Flickr8k.token, JSON of COCO or Karpathy, a folder, also a file per split; a TFDS set; nothing for OpenMoji
        data_dir: where TFDS keeps its data sets
        images: folder of the images, and of folders of them; nothing for that of the captions
        image_column: column of the image's file, by its name or its number
        caption_column: column of the caption, likewise
        image_size: side of the square that each image is stretched to
        vocabulary_size: different words that are known, at most: the most frequent ones
        word_count: times that a word occurs in training before it is known
        max_length: words of a caption, at most; training cuts longer ones off
        captions_at_once: captions of an image that share one encoding of it, at most
        batch_size: images in a batch
        validation_images: validation images that are described after an epoch, at most
        backbone: none for convolutions that are trained along, efficientnet_lite0, which knows ImageNet, or a network of keras.applications
        backbone_weights: file with the weights of a network of keras.applications, without its classifier
        fine_tune: whether the backbone is trained along
        doubly_stochastic: λ of the penalty on places of the image that all words together look at too little, or too much
        beam_width: captions that a beam search keeps at each step; 1 to take the most probable word at each step
        length_penalty: 0 prefers short captions, more helps long ones
    """

    measure_options: ClassVar[tuple[str, ...]] = (
        "data", "data_dir", "images", "image_column", "caption_column", "beam_width", "length_penalty", *READING_OPTIONS,
    )  # fmt: skip
    """Settings that other data, or another search, may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = ("image_size", "vocabulary_size", "word_count", "backbone")
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    data_dir: str | None = None
    images: str | None = None
    image_column: str | None = None
    caption_column: str | None = None
    image_size: int = 64
    vocabulary_size: int = 10000
    word_count: int = 1
    max_length: int = 20
    captions_at_once: int = 5
    batch_size: int = 32
    validation_images: int = 500
    backbone: str = "none"
    backbone_weights: str | None = None
    fine_tune: bool = False
    doubly_stochastic: float = 0.0
    beam_width: int = 3
    length_penalty: float = 1.0
    global_clipnorm: float | None = 5.0
    monitor: Literal["cider", "loss", "accuracy"] = "cider"

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, image_size=16, vocabulary_size=1, word_count=1, max_length=2, captions_at_once=1, batch_size=1)
        at_least(self, validation_images=1, beam_width=1)
        self._check_backbone()
        for name in ("doubly_stochastic", "length_penalty"):
            check_not_negative(name, getattr(self, name))

    def _check_backbone(self) -> None:
        if self.backbone == "none":
            for name in ("backbone_weights", "fine_tune"):
                if getattr(self, name):
                    raise InvalidArgument(name, f"{option('backbone')} with it", getattr(self, name), "there is none")
            return
        at_least(self, image_size=32)
        if self.backbone != OWN_BACKBONE and not (self.backbone_weights or self.continue_from):
            raise InvalidArgument("backbone", f"{OWN_BACKBONE}, or another with {option('backbone_weights')}", self.backbone)
