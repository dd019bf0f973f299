"""The small language model of characters that several experiments train."""

import functools

import keras

from benchmarks.theory.texts import ALPHABET, windows
from benchmarks.theory.training import Task

WINDOW = 32
LEARNING_RATE = 5e-3
MOST_TRAINING, MOST_HELD_OUT = 400_000, 100_000


def text_task(split: str = "train", most: int = MOST_TRAINING, length: int = WINDOW) -> Task:
    """Returns what draws windows of reviews, characters and those after them."""
    return functools.partial(windows, split=split, most=most, length=length)


def language_model(recurrent: keras.layers.Layer, features: int, length: int = WINDOW) -> keras.Model:
    """Returns a model from characters, `[batch, length]`, to the logits of those after them.

    Args:
        recurrent: What reads the embedded characters, `[batch, length, features]`, and returns sequences.
        features: Size of the embedding.
        length: Steps.
    """
    size = len(ALPHABET)
    return keras.Sequential([keras.Input((length,)), keras.layers.Embedding(size, features), recurrent, keras.layers.Dense(size)])
