"""What the measuring of frames has seen of each sequence, for the report of its run."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.evaluation.measured import Example, Measured, Ratio, by_length, worst_first
from toolkit.tasks.frames.predictor import Tagged
from toolkit.tasks.frames.sequences import UNKNOWN, FrameSequences

NOTE = "Whole sequences are drawn, as the frames of one are not independent of each other."
MOST_FRAMES = 12  # of a sequence that is shown
MOST_LABELS = 40


def measured_sequences(sequences: FrameSequences, tagged: Sequence[Tagged]) -> Measured:
    """Returns what became of each sequence; frames of which nobody has said what they are do not count.

    Args:
        sequences: The sequences with their true labels.
        tagged: What was said of each.
    """
    truths = [labels for _, labels in sequences.each()]
    known = np.array([sum(label != UNKNOWN for label in labels) for labels in truths])
    hits = _hits(truths, [each.labels for each in tagged])
    accuracy, all_right = Ratio("accuracy of the frames", hits, known), (hits == known)[known > 0]
    alone = [Ratio("the same, each frame seen alone", _hits(truths, [each.alone for each in tagged]), known)] if tagged[0].alone else []
    labels, counts = np.unique([label for label in sequences.labels if label != UNKNOWN], return_counts=True)
    names = sorted(labels[np.argsort(-counts, kind="stable")][:MOST_LABELS].tolist())

    def of_label(name: str) -> Ratio:
        wanted = [[label if label == name else UNKNOWN for label in row] for row in truths]
        there = np.array([row.count(name) for row in truths])
        return Ratio("share of the frames that is found", _hits(wanted, [each.labels for each in tagged]), there)

    def picture(row: int) -> bytes:
        start = sequences.starts[row]
        frames = sequences.pixels[start : start + min(sequences.lengths[row], MOST_FRAMES)]
        return to_png(np.concatenate([*frames], axis=1))

    return Measured(
        "sequences",
        scores=[accuracy, *alone, Ratio("sequences without a wrong label", all_right)],
        slices={
            "frames in the sequence": by_length(accuracy.of, sequences.lengths),
            "label": {name: of_label(name) for name in names},
        },
        worst=worst_first(known - hits, hits < known),
        example=lambda row: Example(
            sequences.names[row], " ".join(label or "?" for label in truths[row]), " ".join(tagged[row].labels), known[row] - hits[row]
        ),
        picture=picture,
        worst_are=f"sequences with the most wrong labels, and their first {MOST_FRAMES} frames",
        score="wrong labels",
        note=NOTE,
    )


def _hits(truths: Sequence[Sequence[str]], given: Sequence[Sequence[str]]) -> np.ndarray:
    """Returns how many labels of each sequence are right, of those that are known."""
    pairs = zip(truths, given, strict=True)
    return np.array([sum(true == said != UNKNOWN for true, said in zip(row, other, strict=True)) for row, other in pairs])
