"""Settings that recipes share. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from toolkit.cells import CELLS, not_honoured, with_equations
from toolkit.data.reading.reading import LABEL_OPTIONS, READING_OPTIONS, Reading
from toolkit.errors import UserError

TOKENIZER = ("tokenizer", "vocabulary_size")
"""Settings of the tokenizer, which a training that goes on from a finished run cannot change."""


@dataclass(frozen=True, kw_only=True)
class FileSettings:
    """How files are read. What is nothing, the content of each file decides, and the report of the data says it.

    Attributes:
        format: csv, tsv, json, jsonl or fasttext (a line per text, which begins with its label)
        delimiter: character between two columns, or comma, tab, semicolon or pipe
        quoting: csv if quotes hold a field together, none if they are characters like others
        header: first if the first line names the columns, none if it is data
        encoding: of files that are not UTF-8 and have no byte order mark, such as latin-1 or cp1252
    """

    format: Literal["csv", "tsv", "json", "jsonl", "fasttext"] | None = None
    delimiter: str | None = None
    quoting: Literal["csv", "none"] | None = None
    header: Literal["first", "none"] | None = None
    encoding: str | None = None

    def __post_init__(self):
        Reading.of(self)  # refuses what it does not know


@dataclass(frozen=True, kw_only=True)
class LabeledTextSettings(FileSettings):
    """Where labeled texts come from, how they become tokens, and how these are batched and weighed.

    Attributes:
        data: file, folder, TFDS name, or `train=FILE,validation=FILE,test=FILE`; nothing for the reviews that the `examples` extra brings
        data_dir: where TFDS keeps its data sets
        text_column: column of the text, by its name or its number
        label_column: column of the label, by its name or its number
        source_column: column that says where a text comes from, for accuracy by source
        label_missing: label of the texts that have none; nothing to leave them out
        label_map: labels to rename, as in "1=1 star,5=5 stars"
        tokenizer: kind of tokenizer to train on the training texts
        tokenizer_model: SentencePiece .model file to use instead
        init_from: finished run of a language model to start from: its tokenizer, embedding and lowest layer
        training_examples: labeled texts to train on, drawn by the seed; nothing for all that there are
        vocabulary_size: number of token ids
        max_length: tokens kept of a text; a longer one loses its middle
        tokens_per_batch: size of a batch, padding included
        class_weights: `balanced` to weigh each label by how rare it is
    """

    columns: ClassVar[tuple[str, ...]] = ("data_dir", "text_column", "label_column", "source_column")
    measure_options: ClassVar[tuple[str, ...]] = ("data", *columns, *READING_OPTIONS, *LABEL_OPTIONS)
    """Settings that other data may be measured with."""

    data: str | None = None
    data_dir: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    source_column: str | None = None
    label_missing: str | None = None
    label_map: str | None = None
    tokenizer: Literal["bpe", "unigram", "char"] = "bpe"
    tokenizer_model: str | None = None
    init_from: str | None = None
    training_examples: int | None = None
    vocabulary_size: int = 16000
    max_length: int = 512
    tokens_per_batch: int = 8192
    class_weights: Literal["balanced"] | None = None

    def __post_init__(self):
        FileSettings.__post_init__(self)
        at_least(self, vocabulary_size=1, max_length=2, tokens_per_batch=1)
        if self.training_examples is not None:
            at_least(self, training_examples=1)
        if self.init_from and self.tokenizer_model:
            raise UserError(f"tokenizer_model: expected none with init_from, which brings its own, received {self.tokenizer_model}")


@dataclass(frozen=True, kw_only=True)
class ParallelTextSettings(FileSettings):
    """Where sentences and their translations come from, how they become tokens, how these are batched, and how translations are scored.

    Attributes:
        data: two aligned files (`FILE.en,FILE.de`), a table, a folder, a TFDS name, or `train=...,validation=...,test=...`; nothing for the
            embedded phrasebook
        source: language, column or feature to translate from, where the data does not say it
        target: language, column or feature to translate to
        data_dir: where TFDS keeps its data sets
        tokenizer: kind of tokenizer to train on the training texts
        tokenizer_model: SentencePiece .model file to use instead
        target_tokenizer_model: SentencePiece .model file for the targets, with separate_vocabularies
        vocabulary_size: number of token ids, of each vocabulary
        separate_vocabularies: one vocabulary for each language
        normalization: SentencePiece's rule: nmt_nfkc, nmt_nfkc_cf (lower case), nfkc, nfkc_cf or identity
        max_length: tokens of a sentence; training drops longer ones
        max_length_ratio: training drops pairs of which one side has so many times the characters of the other
        batch_size: pairs of a batch
        bleu_tokenizer: sacreBLEU's tokenizer: 13a for plain text, none for text that is tokenized already, zh, ja-mecab, ...
        bleu_lowercase: whether scores disregard case
    """

    languages: ClassVar[tuple[str, ...]] = ("data_dir", "source", "target")
    measure_options: ClassVar[tuple[str, ...]] = ("data", *languages, *READING_OPTIONS)
    """Settings that other data may be measured with."""

    data: str | None = None
    source: str | None = None
    target: str | None = None
    data_dir: str | None = None
    tokenizer: Literal["bpe", "unigram", "char"] = "bpe"
    tokenizer_model: str | None = None
    target_tokenizer_model: str | None = None
    vocabulary_size: int = 6000
    separate_vocabularies: bool = False
    normalization: Literal["nmt_nfkc", "nmt_nfkc_cf", "nfkc", "nfkc_cf", "identity"] = "nmt_nfkc"
    max_length: int = 100
    max_length_ratio: float | None = None
    batch_size: int = 64
    bleu_tokenizer: str = "13a"
    bleu_lowercase: bool = False

    def __post_init__(self):
        FileSettings.__post_init__(self)
        at_least(self, vocabulary_size=1, max_length=2, batch_size=1, max_length_ratio=1)
        if self.target_tokenizer_model and not self.separate_vocabularies:
            raise UserError(
                f"target_tokenizer_model: expected none without separate_vocabularies, received {self.target_tokenizer_model}; "
                "add --separate-vocabularies true"
            )


@dataclass(frozen=True, kw_only=True)
class TextSettings(FileSettings):
    """Where texts come from, how they become tokens, and how these are cut into windows.

    Attributes:
        data: file, folder, TFDS name, or `train=FILE,validation=FILE,test=FILE`; nothing for the reviews that the `examples` extra brings
        data_dir: where TFDS keeps its data sets
        text_column: column, by its name or its number, or feature of the text
        documents: whether a plain file is one continuous text, or each of its lines a document
        tokenizer: kind of tokenizer to train on the training texts
        tokenizer_model: SentencePiece .model file to use instead
        vocabulary_size: number of token ids; char takes all characters there are
        batch_size: texts that are read side by side
        window: tokens through which the gradient goes back
        tokens_per_epoch: training tokens of an epoch, other ones in each; nothing for all
        validation_tokens: validation tokens that are read after an epoch; nothing for all
    """

    columns: ClassVar[tuple[str, ...]] = ("data_dir", "text_column", "documents")
    measure_options: ClassVar[tuple[str, ...]] = ("data", *columns, *READING_OPTIONS)
    """Settings that other data may be measured with."""

    data: str | None = None
    data_dir: str | None = None
    text_column: str | None = None
    documents: Literal["file", "line"] = "file"
    tokenizer: Literal["bpe", "unigram", "char", "word"] = "bpe"
    tokenizer_model: str | None = None
    vocabulary_size: int = 8000
    batch_size: int = 64
    window: int = 64
    tokens_per_epoch: int | None = None
    validation_tokens: int | None = None

    def __post_init__(self):
        FileSettings.__post_init__(self)
        at_least(self, vocabulary_size=1, batch_size=1, window=2, tokens_per_epoch=1, validation_tokens=1)


@dataclass(frozen=True, kw_only=True)
class TrainingSettings:
    """How a model is trained.

    Attributes:
        epochs: passes over the training data, at most; those before continue_from are not counted
        optimizer: adam, adamw, rmsprop, sgd (with momentum) or asgd (averaged when the validation loss stalls)
        learning_rate: highest learning rate
        schedule: how the learning rate falls after the warm-up
        warmup_steps: steps in which the learning rate rises; nothing for a tenth of all steps
        clipnorm: longest gradient of each variable
        global_clipnorm: longest gradient of all variables together
        weight_decay: decoupled weight decay
        momentum: momentum of sgd and rmsprop
        ema_momentum: share of itself that the average of the weights keeps at a step; nothing for no average
        averaging_patience: epochs without a lower validation loss after which asgd averages
        monitor: what makes an epoch the best on the validation split
        average_epochs: the best so many epochs, whose weights are averaged in the end
        patience: epochs without a better one before the training stops
        checkpoint_seconds: seconds between checkpoints within an epoch
        continue_from: finished run of the recipe to go on from: its tokenizers and weights, and its settings where no others are given
        strategy: devices: one (none), all of this machine (mirrored), several machines (multi_worker, by TF_CONFIG), or tpu
        seed: of every random choice
    """

    epochs: int = 4
    optimizer: Literal["adam", "adamw", "rmsprop", "sgd", "asgd"] = "adam"
    learning_rate: float = 2e-3
    schedule: Literal["constant", "linear", "cosine", "inverse_sqrt"] = "linear"
    warmup_steps: int | None = None
    clipnorm: float | None = None
    global_clipnorm: float | None = None
    weight_decay: float | None = None
    momentum: float | None = None
    ema_momentum: float | None = None
    averaging_patience: int | None = None
    monitor: Literal["accuracy", "loss"] = "accuracy"
    average_epochs: int = 1
    patience: int | None = None
    checkpoint_seconds: float = 120.0
    continue_from: str | None = None
    strategy: Literal["none", "mirrored", "multi_worker", "tpu"] = "none"
    seed: int = 0

    def __post_init__(self):
        at_least(self, epochs=1, warmup_steps=0, average_epochs=1, averaging_patience=1, patience=1, checkpoint_seconds=0, seed=0)


def at_least(settings: Any, **limits: float) -> None:
    """Checks that settings, where they are given, are not below their limits.

    Raises:
        UserError: One is.
    """
    for name, limit in limits.items():
        value = getattr(settings, name)
        if value is not None and value < limit:
            raise UserError(f"{name}: expected at least {limit}, received {value}")


def check_cell(settings: Any, *options: str) -> None:
    """Checks that the setting `cell` is known, and that such a cell honours other settings.

    Args:
        settings: Has `cell`.
        *options: Names of the others, of `toolkit.cells.OF_THE_EQUATIONS`.

    Raises:
        UserError: It is not, or it does not.
    """
    cell = settings.cell
    if cell not in CELLS:
        raise UserError(f"cell: expected one of {', '.join(CELLS)}, received {cell!r}")
    for name in not_honoured(cell, **{name: getattr(settings, name) for name in options}):
        raise UserError(
            f"{name}: expected none with cell {cell}, whose gradient is not written out, received {getattr(settings, name)}; "
            f"take one of {', '.join(with_equations())}"
        )
