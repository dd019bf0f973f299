"""Settings of sentences and their translations. No TensorFlow here: `--help` reads this file."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from toolkit.arguments import InvalidArgument, check_rate, option
from toolkit.data.reading.reading import READING_OPTIONS
from toolkit.tasks.settings import TOKENIZER, DistillationSettings, FileSettings, TrainingSettings, at_least


@dataclass(frozen=True, kw_only=True)
class ParallelTextSettings(DistillationSettings, FileSettings, TrainingSettings):
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
        vocabulary_size: number of token ids, of each vocabulary; nothing for what suits the pairs
        separate_vocabularies: one vocabulary for each language
        subword_dropout: share of the tokenizer's merges that are left out while training, others in each epoch (BPE-dropout)
        normalization: SentencePiece's rule: nmt_nfkc, nmt_nfkc_cf (lower case), nfkc, nfkc_cf or identity
        max_length: tokens of a sentence; training drops longer ones
        max_length_ratio: training drops pairs of which one side has so many times the characters of the other
        batch_size: pairs of a batch; nothing for what suits them
        epochs: passes over the training pairs, at most; nothing for as many as suit them
        warmup_steps: steps in which the learning rate rises; nothing for a tenth of all, at most 400
        validation_pairs: validation pairs that are measured after an epoch; nothing for at most 2,000
        bleu_tokenizer: sacreBLEU's tokenizer: 13a for plain text, none for text that is tokenized already, zh, ja-mecab, ...
        bleu_lowercase: whether scores disregard case
    """

    languages: ClassVar[tuple[str, ...]] = ("data_dir", "source", "target")
    measure_options: ClassVar[tuple[str, ...]] = ("data", *languages, *READING_OPTIONS)
    """Settings that other data may be measured with."""

    fixed: ClassVar[tuple[str, ...]] = (*TOKENIZER, "separate_vocabularies", "normalization")
    """Settings that a training that goes on from a finished run cannot change, whatever the model."""

    prepare_options: ClassVar[tuple[str, ...]] = (
        *measure_options,
        *fixed,
        "tokenizer_model",
        "target_tokenizer_model",
        "max_length_ratio",
    )
    """Settings that prepared data hang on."""

    data: str | None = None
    source: str | None = None
    target: str | None = None
    data_dir: str | None = None
    tokenizer: Literal["bpe", "unigram", "char"] = "bpe"
    tokenizer_model: str | None = None
    target_tokenizer_model: str | None = None
    vocabulary_size: int | None = None
    separate_vocabularies: bool = False
    subword_dropout: float = 0.0
    normalization: Literal["nmt_nfkc", "nmt_nfkc_cf", "nfkc", "nfkc_cf", "identity"] = "nmt_nfkc"
    max_length: int = 100
    max_length_ratio: float | None = None
    batch_size: int | None = None
    epochs: int | None = None
    validation_pairs: int | None = None
    bleu_tokenizer: str = "13a"
    bleu_lowercase: bool = False
    global_clipnorm: float | None = 1.0
    monitor: Literal["bleu", "loss", "accuracy"] = "bleu"

    def __post_init__(self):
        FileSettings.__post_init__(self)
        TrainingSettings.__post_init__(self)
        check_rate("subword_dropout", self.subword_dropout)
        at_least(self, vocabulary_size=1, max_length=2, batch_size=1, validation_pairs=1, max_length_ratio=1)
        if self.distill_from and self.subword_dropout:
            raise InvalidArgument(
                "subword_dropout", f"0 with {option('distill_from')}, whose translations are tokens", self.subword_dropout
            )
        if self.target_tokenizer_model and not self.separate_vocabularies:
            vocabularies = option("separate_vocabularies")
            expected, advice = f"none without {vocabularies}", f"set {vocabularies} to true"
            raise InvalidArgument("target_tokenizer_model", expected, self.target_tokenizer_model, advice)
