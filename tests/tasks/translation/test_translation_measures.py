import itertools
import json
import logging
import math
import os
import subprocess
import sys

import numpy as np
import pytest
import sacrebleu
from hypothesis import given
from hypothesis import strategies as st

from toolkit.errors import UserError
from toolkit.evaluation.mistakes import EXCERPT_LENGTH, MISTAKES_SHOWN
from toolkit.json_text import to_json
from toolkit.tasks.translation.measures import LEAST_SENTENCES, LENGTH_BUCKETS, TranslationResult, evaluate_translations

WORDS = ["the", "a", "dog", "cat", "Bird", "runs", "sees,", "quickly,", "now.", "not!", "two"]


def sentences(count, seed, longest=15):
    random = np.random.default_rng(seed)
    return [" ".join(random.choice(WORDS, length)) for length in random.integers(1, longest + 1, count)]


def damaged(texts, seed):
    """Returns the texts with some words replaced, and a few texts emptied."""
    random = np.random.default_rng(seed)
    kept = [" ".join(word if random.random() < 0.8 else "wrong" for word in text.split()) for text in texts]
    return ["" if random.random() < 0.05 else text for text in kept]


@pytest.fixture(scope="module")
def case():
    references = sentences(300, seed=0)
    return sentences(300, seed=2), damaged(references, seed=1), references


@pytest.mark.parametrize("tokenize", ["13a", "none", "char", "intl", "zh"])
@pytest.mark.parametrize("lowercase", [False, True])
def test_scores_and_signatures_are_those_of_sacrebleu(case, tokenize, lowercase):
    sources, hypotheses, references = case
    result = evaluate_translations(sources, hypotheses, references, tokenize=tokenize, lowercase=lowercase)
    assert result.bleu == sacrebleu.corpus_bleu(hypotheses, [references], tokenize=tokenize, lowercase=lowercase, force=True).score
    assert result.ter == sacrebleu.corpus_ter(hypotheses, [references]).score
    assert 0 < result.bleu < 100
    settings = {f"case:{'lc' if lowercase else 'mixed'}", "nrefs:1", f"version:{sacrebleu.__version__}"}
    assert settings | {f"tok:{tokenize}"} < set(result.signatures["bleu"].split("|"))
    assert settings < set(result.signatures["chrf"].split("|"))
    assert "tok:tercom" in result.signatures["ter"].split("|")
    if not lowercase:
        assert result.chrf == sacrebleu.corpus_chrf(hypotheses, [references]).score


def test_a_perfect_translation_has_the_best_of_all_scores():
    references = sentences(50, seed=3)
    result = evaluate_translations(references, [f" {text}\t" for text in references], references)
    assert (result.bleu, result.chrf, result.ter) == pytest.approx((100, 100, 0))
    assert (result.exact_match, result.length_ratio, result.mistakes) == (1, 1, [])
    assert all(group["bleu"] == pytest.approx(100) for group in result.bleu_by_length)


def test_nothing_said_has_the_worst_of_all_scores():
    references = sentences(50, seed=3)
    result = evaluate_translations(references, [""] * 50, references)
    assert (result.bleu, result.chrf, result.ter) == (0, 0, 100)
    assert (result.exact_match, result.length_ratio) == (0, 0)


def test_empty_lines_on_all_sides_are_exact():
    result = evaluate_translations([""], [""], [""])
    assert (result.exact_match, result.sentences, result.mistakes) == (1, 1, [])
    assert result.bleu_by_length == [{"shortest": 0, "longest": 0, "sentences": 1, "bleu": 0}]


def test_lowercase_makes_case_count_nowhere():
    references = sentences(50, seed=3)
    hypotheses = [text.upper() for text in references]
    exact = evaluate_translations(references, hypotheses, references, lowercase=True)
    assert (exact.bleu, exact.chrf, exact.exact_match, exact.mistakes) == (pytest.approx(100), pytest.approx(100), 1, [])
    assert evaluate_translations(references, hypotheses, references).exact_match == 0


@pytest.mark.parametrize("count", [1, 19, 39, 40, 300])
def test_groups_by_length_hold_each_sentence_once(case, count):
    sources, hypotheses, references = (side[:count] for side in case)
    groups = evaluate_translations(sources, hypotheses, references).bleu_by_length
    lengths = [len(source.split()) for source in sources]
    assert len(groups) <= LENGTH_BUCKETS
    assert len(groups) == 1 or all(group["sentences"] >= LEAST_SENTENCES for group in groups)
    assert all(before["longest"] < after["shortest"] for before, after in itertools.pairwise(groups))
    assert (groups[0]["shortest"], groups[-1]["longest"]) == (min(lengths), max(lengths))
    for group in groups:
        inside = [i for i, length in enumerate(lengths) if group["shortest"] <= length <= group["longest"]]
        assert group["sentences"] == len(inside)
        expected = sacrebleu.corpus_bleu([hypotheses[i] for i in inside], [[references[i] for i in inside]], force=True)
        assert group["bleu"] == expected.score


def test_there_are_several_groups_of_like_size(case):
    sizes = [group["sentences"] for group in evaluate_translations(*case).bleu_by_length]
    assert len(sizes) > LENGTH_BUCKETS / 2
    assert max(sizes) < 4 * min(sizes)


@given(st.lists(st.integers(0, 40), min_size=1, max_size=200))
def test_groups_cover_any_lengths(lengths):
    texts = [" ".join("a" * length) for length in lengths]
    groups = evaluate_translations(texts, texts, texts, tokenize="none").bleu_by_length
    assert sum(group["sentences"] for group in groups) == len(lengths)
    assert len(groups) <= LENGTH_BUCKETS
    assert len(groups) == 1 or min(group["sentences"] for group in groups) >= LEAST_SENTENCES


def test_mistakes_are_the_lowest_chrf_the_worst_first(case):
    mistakes = evaluate_translations(*case).mistakes
    scores = {pair: sacrebleu.sentence_chrf(pair[0], [pair[1]]).score for pair in zip(*case[1:], strict=True) if pair[0] != pair[1]}
    received = [mistake.chrf for mistake in mistakes]
    assert received == sorted(received)
    assert len(received) == MISTAKES_SHOWN
    assert all(mistake.chrf == scores[mistake.hypothesis, mistake.reference] for mistake in mistakes)
    assert max(received) <= sorted(sacrebleu.sentence_chrf(h, [r]).score for h, r in zip(*case[1:], strict=True))[MISTAKES_SHOWN - 1]
    assert all((mistake.source, mistake.hypothesis, mistake.reference) in list(zip(*case, strict=True)) for mistake in mistakes)


def test_a_mistake_of_any_length_is_shown_shortly():
    (mistake,) = evaluate_translations(["x" * 10_000], ["y" * 10_000], ["z" * 10_000]).mistakes
    assert {len(text) for text in (mistake.source, mistake.hypothesis, mistake.reference)} == {EXCERPT_LENGTH}


def test_perplexity_is_the_exponential_of_the_mean():
    result = evaluate_translations(["a"], ["a"], ["a"], nats=20 * math.log(7), tokens=20)
    assert (result.perplexity, result.tokens) == (pytest.approx(7), 20)
    assert "7.00  of 20 tokens" in str(result)
    without = evaluate_translations(["a"], ["a"], ["a"])
    assert (without.perplexity, without.tokens) == (None, None)
    assert "perplexity" not in str(without)


def test_the_result_goes_through_json(case):
    result = evaluate_translations(*case, nats=3.5, tokens=2)
    assert TranslationResult.from_dict(json.loads(json.dumps(result.as_dict(), allow_nan=False))) == result


def test_the_table_has_the_scores_with_their_signatures(case):
    result = evaluate_translations(*case)
    lines = [line.split() for line in str(result).splitlines()]
    assert lines[:4] == [
        ["sentences", "300"],
        ["BLEU", f"{result.bleu:.2f}", result.signatures["bleu"]],
        ["chrF", f"{result.chrf:.2f}", result.signatures["chrf"]],
        ["TER", f"{result.ter:.2f}", result.signatures["ter"]],
    ]


def test_only_tokenized_text_under_a_tokenizer_gives_a_warning(caplog):
    tokenized = ["a dog runs ."] * 150  # sacreBLEU warns from 100 such lines on
    plain = ["a dog runs."] * 150
    with caplog.at_level(logging.WARNING):
        evaluate_translations(tokenized, tokenized, tokenized, tokenize="none")
        evaluate_translations(plain, tokenized, plain)
        assert not caplog.records
        evaluate_translations(tokenized, tokenized, tokenized)
    (record,) = caplog.records
    assert "150 of 150" in record.getMessage()
    assert 'tokenize="none"' in record.getMessage()


@pytest.mark.parametrize(
    ("nats", "shown"), [(4622215.5, "infinite"), (math.inf, "infinite"), (math.nan, "infinite"), (7000.0, "1.01e+304")]
)
def test_a_model_that_has_diverged_is_measured(nats, shown):
    """What a translator of `--learning-rate 50` gave: millions of nats for ten tokens."""
    result = evaluate_translations(["a"], ["a"], ["a"], nats=nats, tokens=10)
    assert f"perplexity    {shown}  of 10 tokens" in str(result)
    assert TranslationResult.from_dict(json.loads(to_json(result.as_dict()))) == result


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sources": [], "hypotheses": [], "references": []}, "at least one sentence"),
        ({"hypotheses": ["one"]}, "2 sources, 1 hypotheses and 2 references"),
        ({"references": ["one"] * 3}, "2 sources, 2 hypotheses and 3 references"),
        ({"references": "ab"}, "`references` must be a list of strings. Received: references='ab'"),
        ({"hypotheses": ["a", None]}, "`hypotheses` must be a list of strings. Received: entries of type NoneType"),
        ({"tokenize": "words"}, "`tokenize` must be one of .*13a.*Received: tokenize='words'"),
        ({"nats": 1.0}, "given together"),
        ({"tokens": 1}, "given together"),
        ({"nats": -1.0, "tokens": 1}, "nats=-1"),
        ({"nats": 0.0, "tokens": 0}, "tokens=0"),
    ],
)
def test_bad_arguments_are_named(change, message):
    arguments = {"sources": ["a", "b"], "hypotheses": ["a", "b"], "references": ["a", "b"]} | change
    with pytest.raises(ValueError, match=message):
        evaluate_translations(**arguments)


def test_a_tokenizer_that_is_not_installed_is_one_line_for_the_user():
    try:
        import MeCab  # noqa: F401
    except ImportError:
        with pytest.raises(UserError, match=r'tokenizer "ja-mecab".*pip install sacrebleu\[ja\]$'):
            evaluate_translations(["a"], ["a"], ["a"], tokenize="ja-mecab")
    else:
        pytest.skip("MeCab is installed")


def test_importing_it_does_not_import_sacrebleu():
    program = "import sys, toolkit.tasks.translation.measures; sys.exit('sacrebleu' in sys.modules or 'tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], env=os.environ, check=False).returncode == 0
