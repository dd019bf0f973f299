import numpy as np
import pytest
from sacrebleu.metrics import BLEU

from toolkit.evaluation.bleu import bleu_counts, bleu_of


def sentences(seed, number=40):
    generator = np.random.default_rng(seed)
    return [" ".join(generator.choice(list("abcd"), generator.integers(0, 9))) for _ in range(number)]


@pytest.mark.parametrize(("smoothed", "method"), [(True, "exp"), (False, "none")])
def test_sums_give_what_sacrebleu_gives(smoothed, method):
    metric, hypotheses, references = BLEU(smooth_method=method), sentences(0), [sentences(1), [None, *sentences(2)[1:]]]
    counts = bleu_counts(metric, hypotheses, references)
    for rows in (range(40), range(7), [3], []):
        if len(rows):
            expected = metric.corpus_score([hypotheses[row] for row in rows], [[given[row] for row in rows] for given in references]).score
        else:
            expected = 0.0
        assert bleu_of(counts[list(rows)].sum(0), smoothed=smoothed) == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_lower_orders():
    hypotheses, references = sentences(0), [sentences(1)]
    counts = bleu_counts(BLEU(), hypotheses, references)
    for order in (1, 2, 3):
        expected = BLEU(max_ngram_order=order).corpus_score(hypotheses, references).score
        assert bleu_of(counts.sum(0), order) == pytest.approx(expected)


def test_many_sums_at_once_and_no_match_at_all():
    counts = bleu_counts(BLEU(), ["a b c d e", "x y z w"], [["a b c d e", "a b c d"]])
    np.testing.assert_allclose(bleu_of(counts), [100, 0])
