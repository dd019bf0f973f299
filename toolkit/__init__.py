"""Recurrent networks for text, from raw strings to a deployed model, on Keras and TensorFlow.

The public names are loaded when they are first used, so `import toolkit` costs no TensorFlow. It only sees to it that Keras, once it is
imported, runs on TensorFlow, whatever the environment or Keras's own configuration file say.
"""

import importlib
import os
import sys

if "keras" not in sys.modules:
    os.environ["KERAS_BACKEND"] = "tensorflow"
elif (_backend := sys.modules["keras"].config.backend()) != "tensorflow":
    raise ImportError(
        f"toolkit runs on Keras's backend tensorflow, but Keras was imported with {_backend}; import toolkit before keras, "
        "or set KERAS_BACKEND=tensorflow"
    )

__version__ = "0.1.0"

_HOME = {
    "Bidirectional": "toolkit.layers.recurrent.bidirectional",
    "Answers": "toolkit.tasks.answers",
    "Corpus": "toolkit.data.labeled_texts.corpus",
    "ExportedModel": "toolkit.opening",
    "GraphTokenizer": "toolkit.text.graph_tokenizer",
    "LSTM": "toolkit.layers.recurrent.lstm",
    "LanguageModel": "toolkit.models.language_model",
    "Recipe": "toolkit.recipe",
    "Run": "toolkit.run",
    "RunFolder": "toolkit.run_folder",
    "TextClassifier": "toolkit.models.text_classifier",
    "Translator": "toolkit.models.translator",
    "Tokenizer": "toolkit.text.tokenizer",
    "UserError": "toolkit.errors",
    "fit": "toolkit.training.loop",
    "load_model": "toolkit.models",
    "open": "toolkit.opening",
    "read_corpus": "toolkit.data.labeled_texts.corpus",
    "run_recipe": "toolkit.cli",
    "start_from_language_model": "toolkit.models.initialization",
    "train": "toolkit.run",
}

__all__ = sorted(_HOME)


def __getattr__(name: str):
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'toolkit' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
