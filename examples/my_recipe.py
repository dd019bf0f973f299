"""Labels of texts by a model of plain Keras layers.

toolkit train examples/my_recipe.py --data reviews.csv
python examples/my_recipe.py --data reviews.csv --preset large --epochs 3
"""

from dataclasses import dataclass, replace

import toolkit
from toolkit.tasks.classification.settings import LabeledTextSettings


@dataclass(frozen=True, kw_only=True)
class Settings(LabeledTextSettings):
    """Settings of the model.

    Attributes:
        embedding_dim: size of a token's vector
        units: units of each direction
        dropout: share of the features that a batch of training does without
    """

    embedding_dim: int = 64
    units: int = 64
    dropout: float = 0.5


def build_model(settings, data):
    """Makes the model: int32 token ids [batch, time] → logits [batch, labels]."""
    import keras

    return keras.Sequential(
        [
            keras.layers.Embedding(data.tokenizer.vocabulary_size, settings.embedding_dim, mask_zero=True),
            keras.layers.Bidirectional(keras.layers.LSTM(settings.units, return_sequences=True)),
            keras.layers.GlobalAveragePooling1D(),
            keras.layers.Dropout(settings.dropout),
            keras.layers.Dense(len(data.label_names)),
        ]
    )


SMALL = Settings(epochs=4, vocabulary_size=4000)
LARGE = replace(SMALL, vocabulary_size=16000, embedding_dim=128, units=128)

RECIPE = toolkit.Recipe(
    name="my_recipe",
    summary="label a text: plain Keras layers",
    task="classification",
    presets={"small": SMALL, "large": LARGE},
    build_model=build_model,
    fixed=("embedding_dim", "units"),
)

if __name__ == "__main__":
    toolkit.run_recipe(RECIPE)
