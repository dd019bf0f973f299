"""Settings of labeled texts. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from toolkit.arguments import InvalidArgument, check_fraction, check_positive, option
from toolkit.data.reading.reading import LABEL_OPTIONS, READING_OPTIONS
from toolkit.tasks.settings import TOKENIZER, DistillationSettings, FileSettings, TrainingSettings, at_least

REST = "rest"
"""Value of `unlabelled` that stands for no file."""

LINEAR_PART_READS = 8
"""How many times as many tokens of a text as the recurrent layers do: they cost it next to nothing."""


@dataclass(frozen=True, kw_only=True)
class LabeledTextSettings(DistillationSettings, FileSettings, TrainingSettings):
    """Where labeled texts come from, how they become tokens, and how these are batched and weighed.

    Attributes:
        data: file, folder, TFDS name, or `train=FILE,validation=FILE,test=FILE`; nothing for the reviews that the `examples` extra brings
        data_dir: where TFDS keeps its data sets
        text_column: column of the text, by its name or its number
        label_column: column of the label, by its name or its number
        source_column: column that says where a text comes from, for accuracy by source
        label_missing: label of the texts that have none; nothing to leave them out
        label_map: labels to rename, as in "1=1 star,5=5 stars"
        tokenizer: kind of tokenizer to train on the training texts; nothing for what suits their script
        tokenizer_model: SentencePiece .model file to use instead
        init_from: finished run of a language model to start from: its tokenizer, embedding and lowest layer
        training_examples: labeled texts to train on, drawn by the seed; nothing for all that there are
        unlabelled: files of more such texts, by commas: tables, or a text per line; or `rest`, those that training_examples leaves out
        vocabulary_size: number of token ids
        max_length: tokens that the recurrent layers read of a text; a longer one loses its middle
        tokens_per_batch: size of a batch, padding included; nothing for what suits the texts
        epochs: passes over the training texts, at most; nothing for as many as suit them
        ema_momentum: share of itself that the average of the weights keeps at a step; 0 for no average, nothing for what suits the steps
        distill_share: what the answers of distill_from count beside the label of a text that has one
        adversarial_norm: how far adversarial training moves the embedded tokens of a text, in units of their size; nothing for none
        class_weights: `balanced` to weigh each label by how rare it is
        baseline: whether tf-idf with a logistic regression is trained on the same texts, to be set beside the model
    """

    columns: ClassVar[tuple[str, ...]] = ("data_dir", "text_column", "label_column", "source_column")
    measure_options: ClassVar[tuple[str, ...]] = ("data", *columns, *READING_OPTIONS, *LABEL_OPTIONS)
    """Settings that other data may be measured with."""

    prepare_options: ClassVar[tuple[str, ...]] = (*measure_options, *TOKENIZER, "tokenizer_model")
    """Settings that prepared data hang on."""

    fixed: ClassVar[tuple[str, ...]] = TOKENIZER
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    data: str | None = None
    data_dir: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    source_column: str | None = None
    label_missing: str | None = None
    label_map: str | None = None
    tokenizer: Literal["bpe", "unigram", "char"] | None = None
    tokenizer_model: str | None = None
    init_from: str | None = None
    training_examples: int | None = None
    unlabelled: str | None = None
    vocabulary_size: int = 16000
    max_length: int = 512
    tokens_per_batch: int | None = None
    epochs: int | None = None
    ema_momentum: float | None = None
    distill_share: float = 0.5
    adversarial_norm: float | None = None
    class_weights: Literal["balanced"] | None = None
    baseline: bool = True

    @property
    def most_tokens(self) -> int:
        """Tokens that are kept of a text: what a linear model reads beside the recurrent layers."""
        return LINEAR_PART_READS * self.max_length

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        at_least(self, vocabulary_size=1, max_length=2, tokens_per_batch=1)
        if self.training_examples is not None:
            at_least(self, training_examples=1)
        if self.adversarial_norm is not None:
            check_positive("adversarial_norm", self.adversarial_norm)
        check_fraction("distill_share", self.distill_share)
        if self.unlabelled == REST and self.training_examples is None:
            raise InvalidArgument("unlabelled", f"files, or {REST} with {option('training_examples')}", REST)
        if self.init_from and self.tokenizer_model:
            raise InvalidArgument("tokenizer_model", f"none with {option('init_from')}, which brings its own", self.tokenizer_model)
