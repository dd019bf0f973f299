"""The settings of the recipes as factors of a covering set."""

import dataclasses
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from benchmarks.covering.pairwise import Configuration
from toolkit.cells import CELLS, OF_THE_EQUATIONS
from toolkit.data.reading.reading import LABEL_OPTIONS, READING_OPTIONS
from toolkit.recipe import Recipe
from toolkit.tasks.settings import TrainingSettings

LAYERS = (1, 2, 3, 4, 8)
ENDS = (1, 3)  # of the layers, those that a short set takes
RATES = (0.0, 0.3)

LEVELS: dict[str, Sequence[Any]] = {
    "cell": ("lstm", "gru", "simple_rnn"),  # a test of its own takes every cell
    "encoder_cell": (None, "sru"),
    "num_layers": LAYERS,
    "encoder_layers": LAYERS,
    "decoder_layers": LAYERS,
    "word_dropout": RATES,
    "dropout": RATES,
    "input_dropout": RATES,
    "output_dropout": RATES,
    "embedding_dropout": RATES,
    "recurrent_dropout": RATES,
    "weight_drop": RATES,
    "zoneout": RATES,
    "scheduled_sampling": RATES,
    "label_smoothing": (0.0, 0.1),
    "activity_penalty": (0.0, 1.0),
    "temporal_activity_penalty": (0.0, 1.0),
    "character_units": (4, 0),
    "attention_hops": (1, 2),
    "objects": (1, 2),
    "glimpses": (1, 3),
    "scales": (1, 2),
    "segment_length": (None, 4),
    "ngrams": (0, 1, 2),
    "sampled_softmax": (None, 16),
    "max_length": (8, 20),
    "clipnorm": (None, 0.5),
    "global_clipnorm": (None, 1.0),
    "weight_decay": (None, 0.01),
    "ema_momentum": (None, 0.9),
    "beam_width": (1, 3),
    "length_penalty": (0.0, 1.4),
    "coverage_penalty": (0.0, 0.2),
}
"""Values of the settings that are numbers, or too many. Those of the others are in their types."""

OF_RECIPES: dict[str, dict[str, Sequence[Any]]] = {"frames": {"num_layers": (0, 1, 2)}}
"""The same where a recipe takes other values; stacks of more layers than that are in the sets of others."""

EXCUSED = {
    "where the data are": (
        "data", "data_dir", "text_column", "label_column", "source_column", "source", "target", "token_column", "tag_column", "scheme",
        "images", "sequence_column", "image_column", "question_column", "answer_column", "caption_column",
    ),
    "how files are read": (*READING_OPTIONS, *LABEL_OPTIONS),
    "which of them are read": (
        "training_examples", "unlabelled", "most_characters", "max_length_ratio", "tokens_per_epoch", "validation_tokens",
        "validation_pairs", "validation_images", "reviews", "held_out_questions", "shift", "scale", "clutter", "clutter_size",
        "train_shift", "train_scale", "sequences", "binarize",
    ),
    "other runs and files, which tests of their own begin with": (
        "init_from", "continue_from", "distill_from", "distill_share", "tokenizer_model", "target_tokenizer_model",
    ),
    "sizes, which are tiny here": (
        "vocabulary_size", "embedding_dim", "units", "tokens_per_batch", "batch_size", "window", "character_dim", "word_length",
        "word_count", "ngram_buckets",
        "image_size", "filters", "answer_count", "questions_at_once", "captions_at_once", "canvas", "glimpse_size", "glimpse_units",
        "frame_units", "read_size", "write_size", "latent_dim",
    ),
    "how long is trained, how fast, and what is kept": (
        "epochs", "steps", "minutes", "learning_rate", "doubly_stochastic", "warmup_steps", "momentum", "averaging_patience", "monitor",
        "average_epochs", "patience", "checkpoint_seconds", "seed", "location_deviation",
        "subword_dropout", "adversarial_norm",
    ),
    "other machines": ("strategy",),
    "weights of others": ("backbone", "backbone_weights", "fine_tune"),
    "what is set beside the model": ("baseline",),
    "how translations are scored": ("bleu_tokenizer", "bleu_lowercase"),
}  # fmt: skip
"""Settings that are no factors, by the reason."""

APART = {
    "how the weights are found": (
        *(field.name for field in dataclasses.fields(TrainingSettings)), "documents", "class_weights", "word_dropout", "embedding_dropout",
        "input_dropout", "dropout", "output_dropout", "recurrent_dropout", "label_smoothing", "scheduled_sampling", "activity_penalty",
        "temporal_activity_penalty", "sampled_softmax",
    ),
    "constants": ("normalization", "max_length", "length_penalty"),
    "parts that meet others in one place only": ("cell", "encoder_cell", "tokenizer", "encoder_layers", "pooling"),
}  # fmt: skip
"""Factors that change no operator of an exported graph, or none next to those that others change, by what they change."""

TINY = {
    "captioning": {"units": 4, "embedding_dim": 4, "filters": 2, "image_size": 16, "batch_size": 4},
    "sentiment": {"units": 4, "embedding_dim": 4, "ngram_buckets": 61},
    "translation": {"units": 4, "embedding_dim": 4, "batch_size": 40},
    "language_model": {"units": 4, "embedding_dim": 4, "batch_size": 4, "window": 8, "tokens_per_epoch": 64, "validation_tokens": 64},
    "tagging": {"units": 4, "embedding_dim": 4, "character_dim": 4, "batch_size": 20},
    "frames": {"units": 4, "frame_units": 4, "filters": 2, "image_size": 16, "batch_size": 8},
    "glimpses": {"units": 4, "glimpse_units": 4, "glimpse_size": 4, "image_size": 8, "batch_size": 8, "clutter_size": 4},
    "drawing": {"units": 4, "latent_dim": 2, "read_size": 3, "write_size": 2, "image_size": 8, "batch_size": 8},
    "visual_question_answering": {"units": 4, "embedding_dim": 4, "filters": 2, "image_size": 16, "batch_size": 4},
}
"""Sizes by recipe: of the model, of its batches, and of an epoch, which is a step or two."""

VOCABULARIES = {None: 300, "bpe": 300, "unigram": 290, "char": 300, "word": 40}


def factors_of(recipe: Recipe) -> dict[str, Sequence[Any]]:
    """Returns the values of each setting of a recipe that is a factor, the cheapest first.

    How the weights are changed is the same code for all recipes and leaves no trace in what is exported; translators and models that draw,
    which take longest, leave it to the others.

    Raises:
        KeyError: A setting is neither a choice nor a truth value, and neither `LEVELS` nor `EXCUSED` knows it.
    """
    types = typing.get_type_hints(recipe.settings_class)
    excused = {name for names in EXCUSED.values() for name in names}
    if recipe.name in ("translation", "drawing"):
        excused |= {field.name for field in dataclasses.fields(TrainingSettings)}
    names = [field.name for field in dataclasses.fields(recipe.settings_class) if field.name not in excused]
    levels = LEVELS | OF_RECIPES.get(recipe.name, {})
    return {name: levels[name] if name in levels else _choices(types[name], name) for name in names}


def short_factors_of(recipe: Recipe) -> dict[str, Sequence[Any]]:
    """Returns the same with fewer numbers of layers: two are more than one, four more than three, and eight take longest of all."""
    return {name: ENDS if values == LAYERS else values for name, values in factors_of(recipe).items()}


def alone_in(recipe: Recipe) -> list[str]:
    """Returns the factors of a recipe that stand apart in what is exported: in a short set, each value is taken once."""
    names = {name for names in APART.values() for name in names}
    return [name for name in factors_of(recipe) if name in names]


def _choices(kind: Any, name: str) -> Sequence[Any]:
    """Returns the values of a type that has few."""
    if kind is bool:
        return (False, True)
    if typing.get_origin(kind) is typing.Literal:
        return typing.get_args(kind)
    options = [_choices(option, name) for option in typing.get_args(kind) if option is not type(None)]
    if not options:
        raise KeyError(f"{name}: expected its values in LEVELS, or the setting in EXCUSED")
    return (None, *(value for values in options for value in values))


def settings_of(recipe: Recipe, configuration: Configuration, data: Mapping[str, str]) -> Any:
    """Returns the settings of one configuration.

    Args:
        recipe: The recipe.
        configuration: Values of its factors.
        data: Value of `--data` by recipe.
    """
    preset = recipe.presets["quick"]
    words = {"vocabulary_size": VOCABULARIES[configuration.get("tokenizer", "word")]} if hasattr(preset, "vocabulary_size") else {}
    return dataclasses.replace(
        preset,
        **TINY[recipe.name],
        **configuration,
        data=data[recipe.name],
        epochs=1,
        minutes=None,
        **words,
        average_epochs=1,
        monitor="loss",
        momentum=None,
    )


def _translates(found: Mapping[str, Any]) -> bool:
    fed = found.get("input_feeding") and found.get("attention", "dot") != "dot"
    blind = found.get("coverage_penalty") and found.get("attention") == "none"
    return not (fed or blind)


def _classifies(found: Mapping[str, Any]) -> bool:
    return not (found.get("segment_length") and found.get("pooling", "max") == "last")


POSSIBLE: dict[str, Callable[[Configuration], bool]] = {"sentiment": _classifies, "translation": _translates}
"""By recipe, which values of settings can meet; what the constructors refuse, and tests of theirs hold to it."""


def is_possible(recipe: Recipe) -> Callable[[Configuration], bool]:
    """Returns what says whether values of settings can meet."""
    own = POSSIBLE.get(recipe.name, lambda found: True)
    return lambda found: own(found) and _optimizes(found) and _has_a_cell(found)


def _optimizes(found: Mapping[str, Any]) -> bool:
    """A clipped norm is that of each variable or of all together; averaged SGD averages by itself."""
    both = found.get("clipnorm") and found.get("global_clipnorm")
    averaged = found.get("ema_momentum") and found.get("optimizer") == "asgd"
    return not (both or averaged)


def _has_a_cell(found: Mapping[str, Any]) -> bool:
    """A cell without written equations, or without a product in them, cannot honour what works inside of a step."""
    cells = found.get("cell", "lstm"), found.get("encoder_cell") or "lstm"
    return all(CELLS[cell].honours_options for cell in cells) or not any(found.get(option) for option in OF_THE_EQUATIONS)
