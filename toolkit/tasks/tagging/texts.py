"""From the data settings of a recipe to sentences and a vocabulary, with the report kept in the run folder."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from toolkit.data.batching.batch_plan import BatchPlan, length_boundaries
from toolkit.errors import UserError
from toolkit.models import load_model
from toolkit.models.tagger import Tagger
from toolkit.run_folder import RunFolder
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.tasks.tagging.batches import TaggedBatches
from toolkit.tasks.tagging.corpus import TaggedCorpus, read_tagged
from toolkit.tasks.tagging.files import Form
from toolkit.tasks.tagging.sentence import Sentence
from toolkit.tasks.tagging.settings import TaggedSentenceSettings
from toolkit.tasks.tagging.vocabulary import Vocabulary


@dataclass(frozen=True)
class TaggedSentences:
    """What a tagger trains on.

    Attributes:
        corpus: Sentences by split.
        vocabulary: The words and characters that are known.
        tag_names: The tags, in the order of their numbers.
        distilled: Sentences that are trained on, too, with tags that other models have found.
    """

    corpus: TaggedCorpus
    vocabulary: Vocabulary
    tag_names: list[str]
    distilled: Sequence[Sentence] = ()

    def batches(self, split: str, *, max_length: int, batch_size: int, seed: int, replicas: int, reads_characters: bool) -> TaggedBatches:
        """Returns the batches of a split; those of `"train"` are shuffled. A long sentence is cut into parts of `max_length` words."""
        numbers = {name: number for number, name in enumerate(self.tag_names)}
        more = self.distilled if split == "train" else ()
        parts = list(cut([*self.corpus.splits[split], *more], max_length))
        tags = [np.array([numbers[tag] for tag in part.tags], np.int32) for part in parts]
        plan = BatchPlan(
            [len(part.words) for part in parts],
            length_boundaries(max_length),
            rows_per_batch=batch_size,
            seed=seed,
            shuffle=split == "train",
            multiple_of=replicas,
        )
        return TaggedBatches([part.words for part in parts], tags, self.vocabulary, reads_characters, plan)


def cut(sentences: Sequence[Sentence], max_length: int) -> Iterator[Sentence]:
    """Yields sentences, and of those that are too long parts of `max_length` words."""
    for sentence in sentences:
        for start in range(0, len(sentence.words), max_length):
            part = slice(start, start + max_length)
            yield sentence._replace(words=sentence.words[part], tags=sentence.tags[part])


def form_of(settings: TaggedSentenceSettings) -> Form:
    """Returns how files are read."""
    return Form(settings.token_column, settings.tag_column, settings.encoding)


def read_tagged_sentences(settings: TaggedSentenceSettings, run: RunFolder) -> TaggedSentences:
    """Reads the sentences, and finds the vocabulary in those to train on.

    Args:
        settings: Where they come from.
        run: The run folder.

    Raises:
        UserError: The data cannot be read, they have changed since the run was started, or they have tags that the run to go on from does
            not know.
    """
    corpus = read_tagged(settings.data, form_of(settings), settings.scheme, settings.reviews)
    for split, sentences in corpus.splits.items():
        if longer := sum(len(sentence.words) > settings.max_length for sentence in sentences):
            corpus.report.splits[split].noted[f"longer than {settings.max_length} words, cut while training"] = longer
    keep_report(corpus.report, {name: _fingerprint(sentences) for name, sentences in corpus.splits.items()}, run)
    if settings.continue_from:
        return _as_before(corpus, load_model(RunFolder(settings.continue_from).model))
    words = (sentence.words for sentence in corpus.splits["train"])
    vocabulary = Vocabulary.of_sentences(words, settings.vocabulary_size, settings.word_count, settings.word_length)
    return TaggedSentences(corpus, vocabulary, corpus.tag_names)


def _as_before(corpus: TaggedCorpus, trained: Tagger) -> TaggedSentences:
    """Returns the sentences with the vocabulary and the tags of a trained model."""
    if new := [name for name in corpus.tag_names if name not in trained.tag_names]:
        raise UserError(
            f"{corpus.report.name}: expected the tags of the run to go on from, {', '.join(trained.tag_names)}; received {', '.join(new)}"
        )
    return TaggedSentences(corpus, Vocabulary.of_model(trained), list(trained.tag_names))


def _fingerprint(sentences: Sequence[Sentence]) -> str:
    return fingerprint([sentence.text for sentence in sentences], [" ".join(sentence.tags) for sentence in sentences])
