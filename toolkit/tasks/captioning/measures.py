"""How good captions are: from those of a model and of people to numbers."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from toolkit.evaluation.mistakes import EXCERPT_LENGTH, MISTAKES_SHOWN
from toolkit.html import Shown
from toolkit.tasks.captioning.cider import CiderD
from toolkit.tasks.captioning.corpus import as_compared
from toolkit.tasks.captioning.files import Captioned
from toolkit.text.words import words_of

ORDERS = 4  # of BLEU


@dataclasses.dataclass(frozen=True)
class CaptionResult(Shown):
    """What `evaluate_captions` found of captions that were written freely, word after word.

    Attributes:
        images: Number of images.
        references: Number of captions that people gave to them.
        bleu: BLEU-1 to BLEU-4 of all images together, from 0 to 100, against all references of each.
        cider: CIDEr-D, the mean over the images, a hundred times what the authors' code gives.
        chrf: chrF of all images together, from 0 to 100, against the best reference of each.
        exact_match: Share of the captions that are, word for word, one of the references.
        unseen_images: Number of images none of whose references occurs in training; `None` where the training captions are not known.
        unseen_exact_match: Share of their captions that are one of the references; `None` if there is no such image.
        different: Number of different captions.
        copied: Share of the captions that occur in training, word for word; `None` likewise.
        length: Mean number of words of a caption.
        mistakes: The captions with the lowest CIDEr-D, the worst first: `image`, `caption`, `reference` and `cider`.

    Source: Papineni et al. 2002 for BLEU, by sacreBLEU, of lower-case words without marks, as captions are measured; see `CiderD`; Popović
    2015 for chrF.
    """

    images: int
    references: int
    bleu: list[float]
    cider: float
    chrf: float
    exact_match: float
    unseen_images: int | None
    unseen_exact_match: float | None
    different: int
    copied: float | None
    length: float
    mistakes: list[dict[str, Any]]

    def as_dict(self) -> dict[str, Any]:
        """Returns plain lists, dicts and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "CaptionResult":
        """Makes a result from what `as_dict` returned."""
        return cls(**values)

    def __str__(self) -> str:
        """Returns a short table for the terminal."""
        rows = [(f"BLEU-{order}", f"{score:.1f}", "") for order, score in enumerate(self.bleu, start=1)]
        rows[0] = (*rows[0][:2], f"of {self.images:,} images with {self.references:,} captions by people")
        rows += [("CIDEr-D", f"{self.cider:.1f}", ""), ("chrF", f"{self.chrf:.1f}", "")]
        rows.append(("exact match", f"{self.exact_match:.1%}", "of one of the captions by people"))
        if self.unseen_exact_match is not None:
            note = f"of the {self.unseen_images:,} images whose captions do not occur in training"
            rows.append(("", f"{self.unseen_exact_match:.1%}", note))
        copied = "" if self.copied is None else f"; {self.copied:.1%} of the captions occur in training"
        rows.append(("different", f"{self.different:,}", f"captions, of {self.length:.1f} words in the mean{copied}"))
        names, values = (max(map(len, column)) for column in list(zip(*rows, strict=True))[:2])
        return "\n".join(f"{name:<{names}}  {value:>{values}}  {note}".rstrip() for name, value, note in rows)


def evaluate_captions(images: Sequence[Captioned], captions: Sequence[str], trained: set[str] | None = None) -> CaptionResult:
    """Compares captions with those of people.

    Args:
        images: The images with the captions of people; at least one.
        captions: What was written of each. One may be empty.
        trained: The captions of training, as `as_compared` has them, if they are known.

    Raises:
        ValueError: There is no image, or not a caption of each.
    """
    if not images or len(images) != len(captions):
        raise ValueError("Arguments `images` and `captions` must have the same length, and at least one item.")
    written = [as_compared(caption) for caption in captions]
    references = [[as_compared(caption) for caption in each.captions] for each in images]
    exact = [caption in given for caption, given in zip(written, references, strict=True)]
    unseen = [] if trained is None else [is_exact for is_exact, given in zip(exact, references, strict=True) if trained.isdisjoint(given)]
    scores = cider_scores(references, written)
    return CaptionResult(
        images=len(images),
        references=sum(map(len, references)),
        bleu=[bleu_metric(order).corpus_score(written, by_place(references)).score for order in range(1, ORDERS + 1)],
        cider=_mean(scores),
        chrf=_chrf(written, references),
        exact_match=_mean(exact),
        unseen_images=None if trained is None else len(unseen),
        unseen_exact_match=_mean(unseen) if unseen else None,
        different=len({*written}),
        copied=None if trained is None else _mean([caption in trained for caption in written]),
        length=_mean([len(caption.split()) for caption in written]),
        mistakes=_mistakes(images, captions, scores, exact),
    )


def cider_scores(references: Sequence[Sequence[str]], captions: Sequence[str]) -> list[float]:
    """Returns the CIDEr-D of each caption.

    Args:
        references: Of each image the captions of people.
        captions: What was written of each.
    """
    measure = CiderD([[words_of(caption) for caption in given] for given in references])
    return measure.scores([words_of(caption) for caption in captions])


def bleu_metric(order: int) -> Any:
    """Returns sacreBLEU's `BLEU` of captions as `as_compared` has them, up to an order, without smoothing."""
    from sacrebleu.metrics import BLEU  # imported here: a program that measures nothing need not wait for it

    return BLEU(tokenize="none", max_ngram_order=order, smooth_method="none", force=True)


def _chrf(captions: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    from sacrebleu.metrics import CHRF

    return CHRF().corpus_score(captions, by_place(references)).score


def by_place(references: Sequence[Sequence[str]]) -> list[list[str | None]]:
    """Returns all first references, all second ones and so on, as sacreBLEU wants them, `None` where an image has fewer."""
    most = max(map(len, references))
    return [[given[place] if place < len(given) else None for given in references] for place in range(most)]


def _mistakes(images: Sequence[Captioned], captions: Sequence[str], scores: Sequence[float], exact: Sequence[bool]) -> list[dict]:
    wrong = sorted((row for row, is_exact in enumerate(exact) if not is_exact), key=lambda row: scores[row])[:MISTAKES_SHOWN]
    return [
        {
            "image": images[row].image.name,
            "caption": captions[row][:EXCERPT_LENGTH],
            "reference": images[row].captions[0][:EXCERPT_LENGTH],
            "cider": scores[row],
        }
        for row in wrong
    ]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
