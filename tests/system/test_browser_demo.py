"""The page in `examples/web`, in a real browser, beside Python."""

import json
import os
import shutil
import subprocess
import time

import numpy as np
import pytest

from tests.system.browser import IN_A_BROWSER, WEB, build_page, random_weights, served
from toolkit.decoding import Search
from toolkit.models import TextClassifier, Translator
from toolkit.tasks.classification.exporter import ClassifierExporter
from toolkit.tasks.classification.functions import classifier_runner
from toolkit.tasks.classification.predictor import Predictor
from toolkit.tasks.hard_texts import HARD_TEXTS
from toolkit.tasks.translation.exporter import TranslatorExporter
from toolkit.tasks.translation.functions import translator_runner
from toolkit.tasks.translation.text_translator import TextTranslator
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

CLASSIFIER_LENGTH, TRANSLATOR_LENGTH = 20, 12
LABELS = ["negative", "positive", "neither"]
SEARCH = Search(beam_width=3, max_length_factor=1.3, no_repeat_ngrams=2)
TEXTS = [
    "a film that stays with you",
    "Dull, from the FIRST minute to the last",
    "\uff26ull \ufb01lm",
    "naïve \U0001f600 שלום",
    "good " * 40,
]
SOURCES = ["the cat sees a small house", "she does not see it", "Two dogs.", "\U0001f600 \u2028 x", "a b c d e f g h i j k l m n o p"]
TARGETS = ["le chat voit une petite maison", "elle ne la voit pas", "deux chiens", "un été à la mer"]
STRINGS = [
    *HARD_TEXTS,
    *TEXTS,
    *SOURCES,
    *TARGETS,
    " two  spaces ",
    "e\u0301 \u2581 a\u2581b",
    "-" * 40,
    "a\0b",
    "tab\tand\nline",
    "zzz qqq zzz",
]

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def classifier():
    tokenizer = Tokenizer.train(TEXTS, 330, model_type="unigram")
    model = TextClassifier(tokenizer.vocabulary_size, LABELS, embedding_dim=6, units=4)
    return random_weights(model, seed=4, scale=0.8), tokenizer


@pytest.fixture(scope="module")
def translator():
    tokenizers = Tokenizer.train(SOURCES, 300), Tokenizer.train(TARGETS, 285, model_type="unigram")
    sizes = {"embedding_dim": 8, "units": 8, "encoder_layers": 1, "decoder_layers": 1}
    model = Translator(tokenizers[0].vocabulary_size, target_vocabulary_size=tokenizers[1].vocabulary_size, **sizes)
    model.build(None)
    random_weights(model, seed=3, scale=1.2)
    bias = model.output_bias.numpy()
    bias[tokenizers[1].end_id] = 3  # so that translations end before they have to
    model.output_bias.assign(bias)
    return model, *tokenizers


@pytest.fixture(scope="module")
def built(web, classifier, translator):
    """The page with both models."""
    exports = {
        "labels": ClassifierExporter(*classifier, CLASSIFIER_LENGTH),
        "words": TranslatorExporter(*translator, TRANSLATOR_LENGTH, SEARCH),
    }
    return build_page(web, exports, TEXTS)


def check_labels(page, classifier):
    model, tokenizer = classifier
    expected = Predictor(classifier_runner(model), LABELS, tokenizer, CLASSIFIER_LENGTH).predict(TEXTS)
    assert len(set(expected.labels)) > 1  # or else any answer is right
    for text, label, scores in zip(TEXTS, expected.labels, expected.probabilities, strict=True):
        answer = page("ask", text=text)
        assert (answer["state"], answer["result"]) == ("answered", label)
        # Single precision, in another order of additions.
        np.testing.assert_allclose([answer["objects"][0][name] for name in LABELS], scores, rtol=0, atol=1e-5)
        assert ("too long" in answer["note"]) == (len(classifier[1].encode([text])[0]) > CLASSIFIER_LENGTH)


def check_translations(page, translator):
    greedy = Search(method="greedy", max_length_factor=SEARCH.max_length_factor, no_repeat_ngrams=SEARCH.no_repeat_ngrams)
    model, *tokenizers = translator
    expected = TextTranslator(translator_runner(model, tokenizers[1], greedy), *tokenizers, TRANSLATOR_LENGTH).translate(SOURCES)
    assert len({translation.text for translation in expected}) == len(SOURCES)
    pieces = translator[2].pieces(range(translator[2].vocabulary_size))
    for source, translation in zip(SOURCES, expected, strict=True):
        answer = page("ask", text=source)
        assert (answer["state"], answer["result"]) == ("answered", translation.text)
        assert [pieces[int(token)] for token in answer["tokens"].split()] == translation.hypotheses[0].tokens
        # Single precision; a state that is off by a rounding is read again at the next step.
        np.testing.assert_allclose(answer["alignments"], translation.hypotheses[0].alignment, rtol=0, atol=1e-4)
        assert ("too long" in answer["note"]) == translation.cropped


def test_the_page_answers_as_python_does_with_and_without_a_network(built, page, classifier, translator):
    with served(built) as url:
        assert "without a network" in page("open", url=url)["status"]
        check_labels(page, classifier)
        page("choose", model="words")
        check_translations(page, translator)
        assert page("ask", text=" \u3000\n")["status"] == "There is no text yet."
        assert page("hosts") == [url.split("/")[2]]  # nothing is asked of anybody else
    page("open", url=url)  # the server has stopped
    check_labels(page, classifier)
    page("choose", model="words")
    check_translations(page, translator)


def test_texts_are_tokenized_as_in_python(built, page):
    tokenizers = {
        **{model_type: Tokenizer.train(STRINGS, 700, model_type=model_type) for model_type in ("bpe", "unigram", "char")},
        "cased": Tokenizer.train(STRINGS, 700, normalization="nmt_nfkc"),
        "without_bytes": Tokenizer.train(TEXTS, 60, model_type="unigram", byte_fallback=False),
        **{f"exact_{model_type}": train_exact_tokenizer(TEXTS, model_type, 300) for model_type in ("bpe", "char", "word")},
    }
    with served(built) as url:
        page("open", url=url)
        for name, tokenizer in tokenizers.items():
            tokenizer.save(built / f"{name}.model")
            answer = page("tokenize", url=f"{name}.model", texts=[*STRINGS, "\ud800 x"])
            ids = [ids.tolist() for ids in tokenizer.encode([*STRINGS, "\ud800 x"])]
            assert answer["ids"] == ids, name
            assert answer["decoded"] == [tokenizer.decode(row) for row in ids], name
            assert answer["pieces"] == tokenizer.pieces(range(tokenizer.vocabulary_size)), name


@pytest.mark.parametrize(
    ("file", "content", "words"),
    [
        ("models/labels/model_static.tflite", None, "model_static.tflite is not there"),
        ("models/labels/model_static.tflite", b"no model", "is no LiteRT model"),
        ("models/labels/tokenizer.model", b"\x0a\xff", "is no whole SentencePiece model"),
        ("models/labels/model.json", b"{", "model.json is damaged"),
        ("models/labels/model.json", b'{"task": "language_model"}', "no use for a model for language_model"),
        ("models.json", b"[]", "no model on this page"),
        ("lib/wasm", None, "LiteRT could not be loaded"),
    ],
)
def test_what_is_wrong_is_said_in_words(built, page, tmp_path, file, content, words):
    shutil.copytree(built, tmp_path / "dist", copy_function=os.link)
    damaged = tmp_path / "dist" / file
    damaged.rename(tmp_path / "whole")
    if content is not None:
        damaged.write_bytes(content)
    with served(tmp_path / "dist") as url:
        told = [page("open", url=url), page("ask", text=TEXTS[0])]
        if content is not None:
            damaged.unlink()
        (tmp_path / "whole").rename(damaged)
        os.utime(damaged, (time.time() + 60,) * 2)  # or else the server says that it is still what it was within this second
        mended = page("ask", text=TEXTS[0])
    assert [each["state"] for each in told] == ["failed", "failed"]
    assert all(words in each["status"] for each in told)
    assert mended["state"] == "answered"


@pytest.mark.parametrize(
    ("content", "words"), [(None, "expected an export"), ({"task": "language_model"}, "this one is for language_model")]
)
def test_a_page_is_not_built_of_anything_else(web, tmp_path, content, words):
    if content:
        (tmp_path / "model.json").write_text(json.dumps(content))
    process = subprocess.run(["node", "build.js", str(tmp_path)], cwd=web, capture_output=True, encoding="utf-8", check=False)
    assert process.returncode == 2
    assert words in process.stderr
    assert len(process.stderr.splitlines()) == 1


def test_the_lock_file_names_no_registry():
    assert "resolved" not in (WEB / "package-lock.json").read_text("utf-8")
