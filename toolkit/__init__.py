"""Recurrent networks for text and images, from raw strings and pictures to a deployed model, on Keras and TensorFlow.

The public names are those of `toolkit.text`, `data`, `layers`, `models`, `training` and `inspection`, and a few of its own:
`toolkit.GRU` is `toolkit.layers.GRU`. Each is imported when it is first used, so `import toolkit` costs no TensorFlow. It only sees to
it that Keras, once it is imported, runs on TensorFlow, whatever the environment or Keras's own configuration file say, and finds our
classes in `.keras` files.
"""

import os
import sys

if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = "tensorflow"
elif (_backend := sys.modules["keras"].config.backend()) != "tensorflow":
    raise ImportError(
        f"toolkit runs on Keras's backend tensorflow, but Keras was imported with {_backend}; import toolkit before keras, "
        "or set KERAS_BACKEND=tensorflow"
    )

from toolkit import data, inspection, layers, models, text, training
from toolkit.keras_names import tell_keras
from toolkit.lazy_names import lazy_names

__version__ = "0.1.0"

HOMES = {
    **text.HOMES,
    **data.HOMES,
    **layers.HOMES,
    **models.HOMES,
    **training.HOMES,
    **inspection.HOMES,
    "Answers": "toolkit.tasks.answers",
    "ExportedModel": "toolkit.opening",
    "Recipe": "toolkit.recipe",
    "Run": "toolkit.run",
    "RunFolder": "toolkit.run_folder",
    "Search": "toolkit.decoding.search",
    "UserError": "toolkit.errors",
    "inspect": "toolkit.inspecting",
    "open": "toolkit.opening",
    "prepare": "toolkit.preparing",
    "run_recipe": "toolkit.cli",
    "train": "toolkit.run",
}

__all__, __getattr__, __dir__ = lazy_names(__name__, HOMES)

tell_keras({**layers.HOMES, **models.HOMES, **training.HOMES})
