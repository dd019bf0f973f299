"""A sentence about an image: convolutions, and an LSTM that looks at the image for every word that it writes.

    toolkit train captioning                  # emoji, in minutes on two cores
    toolkit train captioning --data train=train.tsv,validation=validation.tsv,test=test.tsv --preset full

The data, unless `--data` says otherwise, are the emoji of OpenMoji (CC BY-SA 4.0), with their names, and sentences made from these.
With `--data` it reads tables, Flickr8k, the JSON of COCO and of Karpathy, and TFDS sets.

The model: convolutions over the image; an LSTM that reads the image as its first word; attention from each of its states to the image
(`--attention soft`), or none (`--attention none`); a beam search.
"""

from dataclasses import dataclass, replace
from typing import Literal

import toolkit
from toolkit.arguments import InvalidArgument
from toolkit.cells import CellName
from toolkit.tasks.captioning.settings import CaptioningSettings
from toolkit.tasks.settings import at_least, check_cell


@dataclass(frozen=True, kw_only=True)
class Settings(CaptioningSettings):
    """Settings of the model.

    Attributes:
        filters: features of the first of three convolutions; the next ones have two and four times as many
        embedding_dim: size of a word's vector
        units: size of the recurrent layer's state
        attention: soft to look at the image for every word, none to know it from the state alone
        dropout: dropout on the words' vectors and before the words are read
        cell: the recurrent cell
    """

    filters: int = 32
    embedding_dim: int = 64
    units: int = 128
    attention: Literal["none", "soft"] = "soft"
    dropout: float = 0.0
    cell: CellName = "lstm"

    def __post_init__(self):
        super().__post_init__()
        check_cell(self)
        at_least(self, filters=1, embedding_dim=1, units=1)
        if self.attention == "none" and self.doubly_stochastic:
            raise InvalidArgument("doubly_stochastic", "0 with attention none", self.doubly_stochastic, "there is nothing to spread")


def build_model(settings: Settings, data):
    """Makes the model for the data's words."""
    from toolkit.models.backbones import load_backbone_weights
    from toolkit.models.captioner import Captioner

    model = Captioner(
        words=data.words,
        image_size=settings.image_size,
        filters=settings.filters,
        embedding_dim=settings.embedding_dim,
        units=settings.units,
        attention=settings.attention,
        dropout=settings.dropout,
        cell=settings.cell,
        backbone=settings.backbone,
        fine_tune=settings.fine_tune,
    )
    model.build()
    if settings.backbone != "none" and not settings.continue_from:
        load_backbone_weights(model.image_encoder, settings.backbone, settings.backbone_weights)
    return model


QUICK = Settings(minutes=5, epochs=80)
FULL = replace(
    QUICK, minutes=60, epochs=30, backbone="efficientnet_lite0", image_size=176, units=512, embedding_dim=256, dropout=0.5, word_count=5,
    doubly_stochastic=1.0, learning_rate=1e-3, average_epochs=5, patience=5, beam_width=5, length_penalty=0.7,
)  # fmt: skip

RECIPE = toolkit.Recipe(
    name="captioning",
    summary="write a sentence about an image: convolutions and an LSTM with soft attention, one-to-many",
    task="captioning",
    presets={"quick": QUICK, "full": FULL},
    build_model=build_model,
    fixed=("filters", "embedding_dim", "units", "attention", "cell"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
