import numpy as np
import pytest

from toolkit.decoding import Search, score
from toolkit.models import Translator
from toolkit.tasks.translation.functions import translator_runner
from toolkit.tasks.translation.text_translator import TextTranslator
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["one two three", "the cat sat on the mat", "", "a house", " \t ", "two cats in three houses and a mat", "one two three"]
MAX_LENGTH = 12
TOLERANCE = 1e-4  # float32 sums over up to forty tokens


def translator_of(model, tokenizer, search=None, **options):
    return TextTranslator(translator_runner(model, tokenizer, search), tokenizer, tokenizer, **{"max_length": MAX_LENGTH, **options})


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS, 300)


@pytest.fixture(scope="module")
def model(tokenizer):
    model = Translator(tokenizer.vocabulary_size, embedding_dim=8, units=8, encoder_layers=1, decoder_layers=1)
    model.build(None)
    random = np.random.default_rng(0)
    model.set_weights([2 * random.normal(size=weights.shape) for weights in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def make(model, tokenizer):
    """Makes a translator for a search, but only once."""
    made = {}

    def make(**search):
        key = tuple(search.items())
        if key not in made:
            made[key] = translator_of(model, tokenizer, Search(**search))
        return made[key]

    return make


def test_translations_come_in_the_order_of_the_texts_whatever_the_batches(make):
    translator = make(beam_width=3, n_best=3)
    together = translator.translate(TEXTS)
    assert [translation.source for translation in together] == TEXTS
    assert together[0].text == together[-1].text
    assert len({translation.text for translation in together}) > 3  # or else any order is right
    translator.batch_size = 2
    in_twos = translator.translate(TEXTS)
    translator.batch_size = 64
    alone = [translator.translate([text])[0] for text in TEXTS]
    for other in (in_twos, alone):
        for one, two in zip(together, other, strict=True):
            assert [best.text for best in one.hypotheses] == [best.text for best in two.hypotheses]
            assert one.source_tokens == two.source_tokens
            for best, same in zip(one.hypotheses, two.hypotheses, strict=True):
                assert best.score == pytest.approx(same.score, abs=TOLERANCE)
                if best.alignment is not None:
                    np.testing.assert_allclose(best.alignment, same.alignment, atol=TOLERANCE)


def test_a_blank_text_has_an_empty_translation(make):
    for blank in make(beam_width=3, n_best=3).translate(["", " \t "]):
        assert blank.text == ""
        assert [best.tokens for best in blank.hypotheses] == [[]]
    assert make(beam_width=3, n_best=3).translate([]) == []


def test_tokens_alignments_and_scores_belong_together(make, model, tokenizer):
    translation = make(beam_width=3, n_best=3).translate(TEXTS)[5]
    assert translation.source_tokens == [*tokenizer.pieces(tokenizer.encode([TEXTS[5]])[0])[: MAX_LENGTH - 1], "</s>"]
    scores = [best.score for best in translation.hypotheses]
    assert len(scores) == 3
    assert scores == sorted(scores, reverse=True)
    for best in translation.hypotheses:
        assert best.alignment.shape == (len(best.tokens), len(translation.source_tokens))
        np.testing.assert_allclose(best.alignment.sum(-1), 1, atol=TOLERANCE)
        assert "</s>" not in best.tokens


def test_a_beam_of_one_is_greedy(make):
    one, greedy = make(beam_width=1).translate(TEXTS), make(method="greedy").translate(TEXTS)
    assert [each.text for each in one] == [each.text for each in greedy]


@pytest.mark.slow
def test_a_wider_beam_finds_what_is_at_least_as_probable(make):
    narrow, wide = (make(beam_width=width, length_penalty=0.0).translate(TEXTS[:2]) for width in (1, 8))
    for one, other in zip(narrow, wide, strict=True):
        assert other.hypotheses[0].score >= one.hypotheses[0].score - TOLERANCE


def test_scores_are_those_of_decoding_step_by_step(make, model, tokenizer):
    targets = ["a mat", "", "three cats", "one two", "the house", "in", "the the the the the the the the the the the the the"]
    scores = make(method="greedy").score(TEXTS, targets)
    for text, target, found in zip(TEXTS, targets, scores, strict=True):
        if not text.strip():
            continue  # outside of a graph Keras warns of the softmax over one position
        source = np.append(tokenizer.encode([text])[0][: MAX_LENGTH - 1], tokenizer.end_id)[np.newaxis].astype("int32")
        ids = np.append(tokenizer.encode([target])[0], tokenizer.end_id)[np.newaxis, :MAX_LENGTH]
        expected = score(model.step, model.encode(source), ids, tokenizer.begin_id).scores[0]
        assert found == pytest.approx(float(expected), abs=TOLERANCE)


def test_a_prefix_begins_its_translation(make, tokenizer):
    prefixes = ["the", "", "two houses", "", "a", "cat sat on the mat " * 9, "one"]
    translations = make(beam_width=3, n_best=3).translate(TEXTS, prefixes)
    free = make(beam_width=3, n_best=3).translate(TEXTS)
    for text, prefix, translation, unforced in zip(TEXTS, prefixes, translations, free, strict=True):
        begun = tokenizer.pieces(tokenizer.encode([prefix])[0])
        if text.strip():
            assert all(best.tokens[: len(begun)] == begun for best in translation.hypotheses)
        if not prefix:
            assert translation.text == unforced.text


def test_a_seed_repeats_its_samples(make):
    same = [make(method="sample", seed=3).translate(TEXTS) for _ in range(2)]
    other = make(method="sample", seed=4).translate(TEXTS)
    texts, again, different = ([each.text for each in translations] for translations in (*same, other))
    assert texts == again
    assert texts != different


def test_no_translation_is_longer_than_its_own_source_allows(make):
    translator = make(method="greedy", max_length_factor=0.0, min_length=7)
    lengths = [len(each.hypotheses[0].tokens) for each in translator.translate(TEXTS) if each.source.strip()]
    assert set(lengths) <= {7, 8, 9}  # ten with the end


def test_a_long_source_is_cut_and_says_so(make):
    translator = make(beam_width=3, n_best=3)
    short, long = translator.translate(["the cat", "the cat " * 1000])
    assert (short.cropped, long.cropped) == (False, True)
    assert len(long.source_tokens) == MAX_LENGTH
    assert long.source_tokens[-1] == "</s>"


def test_a_model_without_attention_gives_no_alignments_and_copies_nothing(tokenizer):
    model = Translator(tokenizer.vocabulary_size, embedding_dim=8, units=8, encoder_layers=1, decoder_layers=1, attention="none")
    model.build(None)
    translator = translator_of(model, tokenizer, Search(method="greedy"), aligns=False)
    assert translator.translate(["one"])[0].hypotheses[0].alignment is None
    with pytest.raises(ValueError, match="`copy_unknown` must be False for a model without attention"):
        translator_of(model, tokenizer, aligns=False, copy_unknown=True)


@pytest.mark.slow
def test_unknown_words_are_copied(model):
    words = Tokenizer.train(["one two three"], 20, byte_fallback=False)
    size = words.vocabulary_size
    small = Translator(size, embedding_dim=8, units=8, encoder_layers=1, decoder_layers=1)
    small.build(None)
    bias = np.zeros(size, "float32")
    bias[words.unk_id] = 100.0  # it says nothing else
    small.output_bias.assign(bias)
    texts = ["one XQZ!", "Zebra"]
    options = Search(method="greedy", max_length_factor=0.0)
    plain, copying = (translator_of(small, words, options, copy_unknown=copy) for copy in (False, True))
    assert all("\u2047" in each.text for each in plain.translate(texts))
    for text, each in zip(texts, copying.translate(texts), strict=True):
        best = each.hypotheses[0]
        copied = best.text.split()
        assert len(copied) == len(best.tokens)
        assert set(copied) <= set(text.split())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"max_length": 1}, "`max_length` must be an integer of at least 2"),
        ({"batch_size": 0}, "`batch_size` must be a positive integer"),
        ({"search": Search(method="sample", top_k=5000)}, "`top_k` must be an integer from 1 to"),
    ],
)
def test_wrong_arguments(model, tokenizer, options, message):
    with pytest.raises(ValueError, match=message):
        translator_of(model, tokenizer, **options)


def test_wrong_numbers_of_texts(make):
    with pytest.raises(ValueError, match=r"`prefixes` must have one entry for each of the 1 texts\. Received: 2"):
        make(method="greedy").translate(["a"], ["b", "c"])
    with pytest.raises(ValueError, match=r"`targets` must have one entry for each of the 1 sources\. Received: 0"):
        make(method="greedy").score(["a"], [])
