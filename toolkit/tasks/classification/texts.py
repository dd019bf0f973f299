"""From the data settings of a recipe to tokenized splits, with the tokenizer and the report kept in the run folder."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from toolkit.arguments import InvalidArgument, option
from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries
from toolkit.data.batching.crop import crop
from toolkit.data.labeled_texts.corpus import Corpus, Split, read_corpus
from toolkit.data.labeled_texts.relabeling import describe_relabeling, relabeled
from toolkit.data.labeled_texts.token_batches import TokenBatches
from toolkit.data.reading.reading import Reading
from toolkit.errors import UserError
from toolkit.layers.ngram_logits import NgramLogits
from toolkit.models import LanguageModel, load_model
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.choices import tokenizer_for
from toolkit.tasks.classification.fusion import LabeledTokens
from toolkit.tasks.classification.settings import LabeledTextSettings
from toolkit.tasks.classification.unlabelled import UNLABELLED, read_unlabelled
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.text.script import Script
from toolkit.text.tokenizer import Tokenizer

LANGUAGE_MODEL = "language_model"  # the recipe


@dataclass(frozen=True)
class LabeledTexts:
    """What a classifier trains on.

    Attributes:
        corpus: Texts and labels by split.
        tokenizer: The tokenizer.
        tokens: By split, the token ids of each text, of which a very long one keeps `LabeledTextSettings.most_tokens`; those without labels
            are `"unlabelled"`.
        guessed: Those without labels, with the labels and weights that `self_training` gives them; `None` if there are none.
        teacher: The linear model that these labels come from.
        contexts: Vectors of tokens, `[tokens, dim]`.
        soft_labels: Probabilities of the labels that `distillation` gives all texts to train on, float32 `[texts, labels]`, those without
            labels last; `None` for labels as they are.
    """

    corpus: Corpus
    tokenizer: Tokenizer
    tokens: dict[str, list[np.ndarray]]
    guessed: LabeledTokens | None = None
    teacher: NgramLogits | None = None
    contexts: np.ndarray | None = None
    soft_labels: np.ndarray | None = None

    @property
    def label_names(self) -> list[str]:
        """Names of the labels, in the order of their numbers."""
        return self.corpus.label_names

    def labeled(self, split: str, class_weights: str | None) -> LabeledTokens:
        """Returns the texts of a split; weighted."""
        labels = self.corpus.splits[split].labels
        weights = balanced_weights(labels) if class_weights == "balanced" else np.ones(len(labels))
        return LabeledTokens(self.tokens[split], labels, weights)

    def learned(self, max_length: int) -> list[np.ndarray]:
        """Returns the token ids of each text to learn from, labeled or not, cropped to a length."""
        return [crop(ids, max_length) for ids in (*self.tokens["train"], *self.tokens.get(UNLABELLED, []))]

    def to_learn_from(self, class_weights: str | None) -> LabeledTokens:
        """Returns the texts of the training split; weighted, with those that are labeled by guesses."""
        labeled = self.labeled("train", class_weights)
        if self.soft_labels is not None:
            likely, balanced = self.soft_labels.argmax(axis=1), class_weights == "balanced"
            weights = balanced_weights(likely) if balanced else np.ones(len(likely))
            return LabeledTokens([*labeled.tokens, *self.tokens.get(UNLABELLED, [])], self.soft_labels, weights)
        if self.guessed is None:
            return labeled
        tokens, labels, weights = self.guessed
        weights = weights * balanced_weights(labels) if class_weights == "balanced" else weights
        return LabeledTokens([*labeled.tokens, *tokens], np.append(labeled.labels, labels), np.append(labeled.weights, weights))

    def batches(
        self, split: str, *, max_length: int, tokens_per_batch: int, seed: int, replicas: int, class_weights: str | None
    ) -> TokenBatches:
        """Returns the batches of a split, of texts cropped to a length; those of `"train"` are shuffled and weighted."""
        training = split == "train"
        texts = self.to_learn_from(class_weights) if training else self.labeled(split, None)
        tokens = [crop(ids, max_length) for ids in texts.tokens]
        lengths = [len(ids) for ids in tokens]
        plan = BatchPlan(lengths, length_boundaries(max_length), tokens_per_batch, seed=seed, shuffle=training, multiple_of=replicas)
        return TokenBatches(tokens, texts.labels, texts.weights, plan)


def read_labeled_texts(settings: LabeledTextSettings, run: RunFolder) -> LabeledTexts:
    """Reads, tokenizes and crops the texts.

    A run that is taken up again keeps its tokenizer, and must find the texts that it was started with.

    Raises:
        UserError: The data or the tokenizer cannot be read, or the data have changed since the run was started.
    """
    corpus = read_corpus(
        settings.data,
        data_dir=settings.data_dir,
        text_column=settings.text_column,
        label_column=settings.label_column,
        source_column=settings.source_column,
        reading=Reading.of(settings),
    )
    everything = corpus.splits["train"].texts
    if settings.training_examples is not None:
        corpus.splits["train"] = drawn(corpus.splits["train"], settings.training_examples, settings.seed, corpus.label_names)
        corpus.report.splits["train"] = corpus.splits["train"].report
    if settings.continue_from:
        trained = RunFolder(settings.continue_from).read_metrics()["test"]["label_names"]
        corpus.report.notes.extend(describe_relabeling(trained, corpus.label_names))
        corpus = relabeled(corpus, trained)
    texts = {name: split.texts for name, split in corpus.splits.items()}
    fingerprints = {name: fingerprint(split.texts, start=split.labels.tobytes()) for name, split in corpus.splits.items()}
    if settings.unlabelled:
        texts[UNLABELLED] = read_unlabelled(settings, corpus, everything)
        fingerprints[UNLABELLED] = fingerprint(texts[UNLABELLED])
    tokenizer = _tokenizer(settings, corpus, texts, run)
    stored = corpus.prepared and Tokenizer.load(corpus.prepared.tokenizer).fingerprint == tokenizer.fingerprint
    tokens = {}
    for name, each in texts.items():
        encoded = corpus.splits[name].tokens if stored and name in corpus.splits else tokenizer.encode(each)
        tokens[name] = [crop(ids, settings.most_tokens) for ids in encoded]
        if longer := sum(len(ids) > settings.max_length for ids in encoded):
            corpus.report.splits[name].noted[f"longer than {settings.max_length} tokens"] = longer
    keep_report(corpus.report, fingerprints, run)
    return LabeledTexts(corpus, tokenizer, tokens)


def drawn(split: Split, count: int, seed: int, label_names: Sequence[str]) -> Split:
    """Returns a split with so many of its texts, in their order.

    Args:
        split: The split.
        count: How many.
        seed: Which ones.
        label_names: Of all labels, for the report.

    Raises:
        UserError: There are not so many.
    """
    if count > len(split.texts):
        raise InvalidArgument("training_examples", f"at most the {len(split.texts):,} texts of the training split", count)
    rows = np.sort(np.random.default_rng(seed).permutation(len(split.texts))[:count])
    labels = split.labels[rows]
    counts = {name: int((labels == number).sum()) for number, name in enumerate(label_names)}
    dropped = {**split.report.dropped, "not drawn": len(split.texts) - count}
    report = replace(split.report, kept=count, labels=counts, dropped=dropped)
    texts, sources, tokens = (each and [each[row] for row in rows] for each in (split.texts, split.sources, split.tokens))
    return Split(texts, labels, sources, report, tokens=tokens)


def balanced_weights(labels: np.ndarray) -> np.ndarray:
    """Returns a weight for each example, such that every label that occurs has the same total and the mean weight is 1."""
    counts = np.bincount(labels)
    return (len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)))[labels]


def _tokenizer(settings: LabeledTextSettings, corpus: Corpus, texts: Mapping[str, Sequence[str]], run: RunFolder) -> Tokenizer:
    if run.tokenizer.exists():
        return Tokenizer.load(run.tokenizer)
    if settings.init_from:
        tokenizer = Tokenizer.load(_language_model_run(settings.init_from).tokenizer)
    elif settings.tokenizer_model:
        tokenizer = Tokenizer.load(settings.tokenizer_model)
    elif corpus.prepared:
        tokenizer = Tokenizer.load(corpus.prepared.tokenizer)
    else:
        learned = [*texts["train"], *texts.get(UNLABELLED, [])]
        tokenizer = Tokenizer.train(learned, settings.vocabulary_size, model_type=tokenizer_for(settings, lambda: Script.of(learned)))
    with run.replacing(run.tokenizer) as temporary:
        tokenizer.save(temporary)
    return tokenizer


def load_language_model(run_dir: str) -> LanguageModel:
    """Returns the model of a run that a classifier is to start from.

    Raises:
        UserError: The folder holds no finished run of a language model.
    """
    return load_model(_language_model_run(run_dir).model)


def _language_model_run(run_dir: str) -> RunFolder:
    run = RunFolder(run_dir)
    recipe = run.read_config()["recipe"]
    if recipe != LANGUAGE_MODEL:
        raise UserError(
            f"{option('init_from')}: expected a run of the recipe {LANGUAGE_MODEL}, received {run_dir}, which is one of {recipe}"
        )
    run.read_metrics()  # says if it is not finished
    return run
