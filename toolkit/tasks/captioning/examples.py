"""What the measuring of captions has seen of each image, for the report of its run."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.images.decoding import to_png
from toolkit.data.images.image_set import ImageSet
from toolkit.evaluation.bleu import ORDERS, bleu_counts, bleu_of
from toolkit.evaluation.measured import Example, Measured, Ratio, Resampled, by_length, worst_first
from toolkit.tasks.captioning.corpus import as_compared
from toolkit.tasks.captioning.files import Captioned
from toolkit.tasks.captioning.measures import bleu_metric, by_place, cider_scores

NOTE = "How rare words are, by which CIDEr-D weighs them, is taken as fixed; chrF is measured of all captions together, and has none here."


def measured_captions(images: Sequence[Captioned], captions: Sequence[str], read: ImageSet) -> Measured:
    """Returns what became of each image.

    Args:
        images: The images with the captions of people.
        captions: What was written of each.
        read: The pixels.
    """
    written = [as_compared(caption) for caption in captions]
    references = [[as_compared(caption) for caption in each.captions] for each in images]
    exact = np.array([caption in given for caption, given in zip(written, references, strict=True)], bool)
    scores, counts = np.array(cider_scores(references, written)), bleu_counts(bleu_metric(ORDERS), written, by_place(references))
    cider = Ratio("CIDEr-D", scores, percent=False)
    lengths = [np.mean([len(caption.split()) for caption in given]) for given in references]
    return Measured(
        "images",
        scores=[cider, *(_bleu(order, counts) for order in range(1, ORDERS + 1)), Ratio("exact match", exact)],
        slices={"words of a person's caption": by_length(cider.of, np.rint(lengths).astype(int))},
        worst=worst_first(-scores, ~exact),
        example=lambda row: Example(images[row].image.name, " / ".join(images[row].captions), captions[row], scores[row]),
        picture=lambda row: to_png(read.pixels[read.rows[images[row].image]]),
        worst_are="captions that share least with those of people",
        score="CIDEr-D",
        note=NOTE,
    )


def _bleu(order: int, counts: np.ndarray) -> Resampled:
    value = float(bleu_of(counts.sum(0), order, smoothed=False))
    return Resampled(
        f"BLEU-{order}", value, len(counts), lambda draws: bleu_of(draws @ counts, order, smoothed=False), percent=False, most=100
    )
