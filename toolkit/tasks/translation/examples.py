"""What the measuring of a translator has seen of each sentence, for the report of its run."""

from collections.abc import Sequence

import numpy as np

from toolkit.data.parallel_texts.parallel_corpus import ParallelSplit
from toolkit.evaluation.bleu import bleu_counts, bleu_of
from toolkit.evaluation.bootstrap import ratio_of_sums
from toolkit.evaluation.measured import Example, Measured, Ratio, Resampled, by_length, worst_first
from toolkit.tasks.translation.measures import TranslationResult, bleu_metric, exact_matches

CANDIDATES = 1000
"""Of the translations, those that share the fewest words with their references: among them are the worst by chrF, which takes longer."""


def measured_translations(
    split: ParallelSplit,
    hypotheses: Sequence[str],
    result: TranslationResult,
    nats: np.ndarray,
    tokens: np.ndarray,
    *,
    tokenize: str,
    lowercase: bool,
) -> Measured:
    """Returns what became of each sentence.

    Args:
        split: Sources and references.
        hypotheses: The translations.
        result: What was measured of all of them.
        nats: Of pairs, in any order, `[pairs]`.
        tokens: Likewise.
        tokenize: As in `evaluate_translations`.
        lowercase: Likewise.
    """
    from sacrebleu.metrics import CHRF  # imported here: a program that measures nothing need not wait for it

    chrf, counts = CHRF(lowercase=lowercase), bleu_counts(bleu_metric(tokenize, lowercase), hypotheses, [split.targets])
    exact = np.array(exact_matches(hypotheses, split.targets, lowercase))

    def bleu(rows: np.ndarray) -> Resampled:
        some = counts[rows]
        return Resampled("BLEU", float(bleu_of(some.sum(0))), len(some), lambda draws: bleu_of(draws @ some), percent=False, most=100)

    shared = counts[:, 0] / np.maximum(np.maximum(counts[:, -2], counts[:, -1]), 1)
    candidates = worst_first(-shared, ~exact)[:CANDIDATES]
    scores = {int(row): chrf.sentence_score(hypotheses[row], [split.targets[row]]).score for row in candidates}
    per_token = ratio_of_sums(nats, tokens)
    return Measured(
        "sentences",
        scores=[
            bleu(np.arange(len(counts))),
            Ratio("exact match", exact),
            Ratio("words for each word of the reference", counts[:, -2], counts[:, -1], percent=False),
            Resampled("perplexity", result.perplexity, len(nats), lambda draws: np.exp(per_token(draws)), percent=False),
        ],
        slices={"words in the source": by_length(bleu, [len(source.split()) for source in split.sources])},
        worst=sorted(scores, key=scores.__getitem__),
        example=lambda row: Example(split.sources[row], split.targets[row], hypotheses[row], scores[row]),
        worst_are="translations that share least with their references, by chrF",
        score="chrF",
        note="chrF and TER are measured of all sentences together, and have none here.",
    )
