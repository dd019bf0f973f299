"""From the data settings of a recipe to batches of sequences, with the report kept in the run folder."""

import hashlib
from dataclasses import dataclass

import numpy as np

from toolkit.data.batching.batch_plan import BatchPlan
from toolkit.data.labeled_texts.labels import sort_labels
from toolkit.data.reading.reading import Reading
from toolkit.models import load_model
from toolkit.run_folder import RunFolder
from toolkit.tasks.data_report import fingerprint, keep_report
from toolkit.tasks.frames.batches import FrameBatches
from toolkit.tasks.frames.corpus import FrameCorpus, make_corpus, read_corpus
from toolkit.tasks.frames.files import Form
from toolkit.tasks.frames.sequences import FrameSequences
from toolkit.tasks.frames.settings import FrameSettings
from toolkit.tasks.known_labels import check_labels

STEP = 16  # frames from one length that batches are filled up to, to the next


@dataclass(frozen=True)
class Frames:
    """What a model trains on.

    Attributes:
        corpus: The sequences by split.
        label_names: The labels, in the order of their numbers.
        channels: Channels of the frames.
    """

    corpus: FrameCorpus
    label_names: list[str]
    channels: int

    def batches(self, split: str, settings: FrameSettings, replicas: int) -> FrameBatches:
        """Returns the batches of a split; those of `"train"` are shuffled.

        Args:
            split: Name of the split.
            settings: How long and how many sequences a batch has.
            replicas: Number of replicas.
        """
        s, sequences = settings, self.corpus.splits[split].cut(settings.max_length)
        longest = int(sequences.lengths.max())
        boundaries = [*range(STEP, longest, STEP), longest]
        options = {"rows_per_batch": s.batch_size, "seed": s.seed, "shuffle": split == "train", "multiple_of": replicas}
        return FrameBatches(sequences, self.label_names, BatchPlan(sequences.lengths, boundaries, **options))


def form_of(settings: FrameSettings) -> Form:
    """Returns how files are read, as the settings say."""
    columns = {"sequence": settings.sequence_column, "image": settings.image_column, "label": settings.label_column}
    return Form(settings.images, columns, Reading.of(settings))


def corpus_of(settings: FrameSettings) -> FrameCorpus:
    """Reads or makes sequences, as the settings say.

    Raises:
        UserError: They cannot be read.
    """
    s = settings
    if s.data is None:
        return make_corpus(s.sequences, s.image_size, s.channels, s.seed)
    return read_corpus(s.data, form_of(s), s.image_size, s.channels)


def read_frames(settings: FrameSettings, run: RunFolder) -> Frames:
    """Reads sequences of frames and their labels.

    Args:
        settings: Where they come from.
        run: The run folder.

    Raises:
        UserError: The data cannot be read, have labels that training has not, or have changed since the run was started.
    """
    corpus = corpus_of(settings)
    if settings.continue_from:
        label_names = list(load_model(RunFolder(settings.continue_from).model).label_names)
    else:
        label_names = sort_labels(corpus.splits["train"].known)
    for split, sequences in corpus.splits.items():
        check_labels(f"{corpus.report.name}, {split}", sequences.known, label_names)
    keep_report(corpus.report, {split: _fingerprint(sequences) for split, sequences in corpus.splits.items()}, run)
    return Frames(corpus, label_names, settings.channels)


def _fingerprint(sequences: FrameSequences) -> str:
    seen = hashlib.sha256(sequences.pixels.tobytes() + sequences.lengths.astype(np.int64).tobytes())
    return fingerprint(sequences.labels, start=seen.digest())
