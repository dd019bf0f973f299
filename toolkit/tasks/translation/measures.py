"""How good translations are: from hypotheses and references to numbers."""

import dataclasses
import logging
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from toolkit.arguments import check_choice
from toolkit.errors import UserError
from toolkit.evaluation.likelihood import perplexity_of, perplexity_text
from toolkit.evaluation.mistakes import EXCERPT_LENGTH, MISTAKES_SHOWN
from toolkit.html import Shown

LENGTH_BUCKETS = 8
LEAST_SENTENCES = 20

_log = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class Mistranslation:
    """One translation that is not the reference. The texts are cut to `EXCERPT_LENGTH` characters.

    Attributes:
        source: What was translated.
        reference: The translation that was expected.
        hypothesis: The translation that was given.
        chrf: chrF of this sentence, from 0 to 100.
    """

    source: str
    reference: str
    hypothesis: str
    chrf: float


@dataclasses.dataclass(frozen=True)
class TranslationResult(Shown):
    """What `evaluate_translations` found.

    Attributes:
        sentences: Number of sentences.
        bleu: BLEU of all sentences together, from 0 to 100.
        chrf: chrF of all sentences together, from 0 to 100.
        ter: Translation edit rate: edits for every 100 words of the references, so less is better. Case makes no difference to it.
        signatures: Of `"bleu"`, `"chrf"` and `"ter"`: sacreBLEU's signature, which says exactly what was measured.
        exact_match: Share of hypotheses that are the reference, but for white space at the ends.
        length_ratio: Words of the hypotheses over words of the references, as BLEU counts them. Below 1, BLEU has a penalty.
        perplexity: Of the references' tokens under the model, infinite where that is too large for a number; `None` if it was not
            measured.
        tokens: Number of tokens that the perplexity is of, or `None`.
        bleu_by_length: For groups of sentences by the length of the source, from short to long: `shortest` and `longest` in words,
            `sentences` and `bleu`.
        mistakes: The translations with the lowest chrF, at most `MISTAKES_SHOWN`, the worst first.

    Source: Post 2018, "A call for clarity in reporting BLEU scores"; Papineni et al. 2002 for BLEU; Popović 2015 for chrF; Snover et al.
    2006 for the translation edit rate.
    """

    sentences: int
    bleu: float
    chrf: float
    ter: float
    signatures: dict[str, str]
    exact_match: float
    length_ratio: float
    perplexity: float | None
    tokens: int | None
    bleu_by_length: list[dict[str, float]]
    mistakes: list[Mistranslation]

    def as_dict(self) -> dict[str, Any]:
        """Returns plain lists, dicts and numbers, ready for JSON."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> "TranslationResult":
        """Makes a result from what `as_dict` returned; a perplexity of tokens that JSON has no number for is infinite."""
        perplexity = math.inf if values["perplexity"] is None and values["tokens"] else values["perplexity"]
        mistakes = [Mistranslation(**mistake) for mistake in values["mistakes"]]
        return cls(**{**values, "perplexity": perplexity, "mistakes": mistakes})

    def __str__(self) -> str:
        """Returns a short table for the terminal."""
        rows = [
            ("sentences", f"{self.sentences:,}", ""),
            ("BLEU", f"{self.bleu:.2f}", self.signatures["bleu"]),
            ("chrF", f"{self.chrf:.2f}", self.signatures["chrf"]),
            ("TER", f"{self.ter:.2f}", self.signatures["ter"]),
            ("exact match", f"{self.exact_match:.2%}", ""),
            ("length ratio", f"{self.length_ratio:.3f}", ""),
            *([] if self.perplexity is None else [("perplexity", perplexity_text(self.perplexity), f"of {self.tokens:,} tokens")]),
        ]
        names, values = (max(map(len, column)) for column in list(zip(*rows, strict=True))[:2])
        return "\n".join(f"{name:<{names}}  {value:>{values}}  {note}".rstrip() for name, value, note in rows)


def evaluate_translations(
    sources: Sequence[str],
    hypotheses: Sequence[str],
    references: Sequence[str],
    *,
    tokenize: str = "13a",
    lowercase: bool = False,
    nats: float | None = None,
    tokens: int | None = None,
) -> TranslationResult:
    """Compares translations with one reference for each, by sacreBLEU.

    Args:
        sources: What was translated.
        hypotheses: The translations. One may be empty.
        references: What they should be.
        tokenize: How BLEU splits text into words: a tokenizer of sacreBLEU, such as `"13a"`, `"intl"`, `"zh"` or `"char"`, or `"none"` for
            texts whose tokens have spaces between them already.
        lowercase: Whether case makes no difference to BLEU, chrF and exact matches.
        nats: Negative log-likelihood of the references under the model, as `corpus_nats` gives it; of a model that has diverged it may
            be infinite or no number.
        tokens: Number of tokens that `nats` is the sum over.

    Returns:
        The metrics.

    Raises:
        ValueError: There is no sentence, or the arguments do not fit together.
        UserError: `tokenize` needs something that is not there: a package, or a file from the network.
    """
    _check_texts(sources, hypotheses, references)
    _check_likelihood(nats, tokens)
    _warn_if_tokenized(references, tokenize)
    metrics = _metrics(tokenize, lowercase)
    scores = {name: metric.corpus_score(hypotheses, [references]) for name, metric in metrics.items()}
    exact = exact_matches(hypotheses, references, lowercase)
    return TranslationResult(
        sentences=len(sources),
        **{name: score.score for name, score in scores.items()},
        signatures={name: metric.get_signature().format() for name, metric in metrics.items()},
        exact_match=sum(exact) / len(exact),
        length_ratio=scores["bleu"].ratio,
        perplexity=None if tokens is None else perplexity_of(nats, tokens),
        tokens=tokens,
        bleu_by_length=_bleu_by_length(metrics["bleu"], sources, hypotheses, references),
        mistakes=_mistakes(metrics["chrf"], sources, hypotheses, references, exact),
    )


def _check_texts(sources: Sequence[str], hypotheses: Sequence[str], references: Sequence[str]) -> None:
    for name, texts in (("sources", sources), ("hypotheses", hypotheses), ("references", references)):
        others = {type(text).__name__ for text in texts if not isinstance(text, str)}
        if isinstance(texts, str) or others:
            received = f"{name}={texts[:50]!r}" if isinstance(texts, str) else f"entries of type {', '.join(sorted(others))}"
            raise ValueError(f"Argument `{name}` must be a list of strings. Received: {received}")
    if not len(sources) == len(hypotheses) == len(references):
        raise ValueError(
            "Arguments `sources`, `hypotheses` and `references` must have one entry for each sentence. "
            f"Received: {len(sources)} sources, {len(hypotheses)} hypotheses and {len(references)} references"
        )
    if not len(sources):
        raise ValueError("Argument `sources` must hold at least one sentence. Received: none")


def _check_likelihood(nats: float | None, tokens: int | None) -> None:
    if nats is None and tokens is None:
        return
    if nats is None or tokens is None or tokens < 1 or nats < 0:
        raise ValueError(
            f"Arguments `nats` and `tokens` must be given together, `tokens` positive and `nats` not negative. Received: nats={nats}, "
            f"tokens={tokens}"
        )


def _warn_if_tokenized(references: Sequence[str], tokenize: str) -> None:
    """Says in the words of this project what sacreBLEU would say in those of its own."""
    separate = sum(reference.rstrip().endswith(" .") for reference in references)
    if tokenize != "none" and separate > len(references) / 2:
        _log.warning(
            '%d of %d references end in " .", so they are tokenized already; with tokenize="none" BLEU counts their tokens as they are',
            separate,
            len(references),
        )


def bleu_metric(tokenize: str = "13a", lowercase: bool = False):
    """Returns sacreBLEU's `BLEU`, with its default settings but for the arguments, so that scores can be compared.

    Args:
        tokenize: As in `evaluate_translations`.
        lowercase: As in `evaluate_translations`.

    Raises:
        ValueError: sacreBLEU has no such tokenizer.
        UserError: The tokenizer needs something that is not there: a package, or a file from the network.
    """
    from sacrebleu.metrics import BLEU  # imported here: a program that measures nothing need not wait for it

    check_choice("tokenize", tokenize, BLEU.TOKENIZERS)
    try:
        return BLEU(tokenize=tokenize, lowercase=lowercase, force=True)  # force: without its warning, see `_warn_if_tokenized`
    except (ImportError, OSError, RuntimeError) as error:
        raise UserError(f'sacreBLEU cannot use its tokenizer "{tokenize}": {" ".join(str(error).split())}') from error


def _metrics(tokenize: str, lowercase: bool) -> dict:
    from sacrebleu.metrics import CHRF, TER

    return {"bleu": bleu_metric(tokenize, lowercase), "chrf": CHRF(lowercase=lowercase), "ter": TER()}


def exact_matches(hypotheses: Sequence[str], references: Sequence[str], lowercase: bool) -> list[bool]:
    """Returns of each translation whether it is the reference, but for white space at the ends.

    Args:
        hypotheses: The translations.
        references: The references.
        lowercase: Whether case makes no difference.
    """
    return [_bare(each, lowercase) == _bare(reference, lowercase) for each, reference in zip(hypotheses, references, strict=True)]


def _bare(text: str, lowercase: bool) -> str:
    text = text.strip()
    return text.lower() if lowercase else text


def _bleu_by_length(bleu, sources: Sequence[str], hypotheses: Sequence[str], references: Sequence[str]) -> list[dict[str, float]]:
    lengths = np.array([len(source.split()) for source in sources])
    last = _last_lengths(lengths)
    bucket = np.searchsorted(last, lengths)
    groups = [np.flatnonzero(bucket == number) for number in range(len(last))]
    return [
        {
            "shortest": int(lengths[group].min()),
            "longest": int(lengths[group].max()),
            "sentences": len(group),
            "bleu": bleu.corpus_score([hypotheses[i] for i in group], [[references[i] for i in group]]).score,
        }
        for group in groups
    ]


def _last_lengths(lengths: np.ndarray) -> list[int]:
    """Returns the longest length of each group, for at most `LENGTH_BUCKETS` groups of about the same number of sentences.

    A group has `LEAST_SENTENCES` at least, or is the only one. All sentences of one length are in one group.
    """
    wanted = max(len(lengths) / LENGTH_BUCKETS, LEAST_SENTENCES)
    last, count = [], 0
    for length, sentences in zip(*np.unique(lengths, return_counts=True), strict=True):
        count += sentences
        if count >= wanted:
            last.append(int(length))
            count = 0
    if 0 < count < LEAST_SENTENCES:
        last = last[:-1]  # too few are left over: they join the group before
    return last if last and last[-1] == lengths.max() else [*last, int(lengths.max())]


def _mistakes(
    chrf, sources: Sequence[str], hypotheses: Sequence[str], references: Sequence[str], exact: Sequence[bool]
) -> list[Mistranslation]:
    wrong = np.flatnonzero(~np.array(exact))
    scores = np.array([chrf.sentence_score(hypotheses[i], [references[i]]).score for i in wrong])
    worst = np.argsort(scores, kind="stable")[:MISTAKES_SHOWN]
    texts = [[column[i][:EXCERPT_LENGTH] for column in (sources, references, hypotheses)] for i in wrong[worst]]
    return [Mistranslation(*three, float(score)) for three, score in zip(texts, scores[worst], strict=True)]
