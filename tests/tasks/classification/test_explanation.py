"""Explained labels of a tiny classifier with n-grams, a limit of what its recurrent layers read, and attention pooling."""

import numpy as np
import pytest

import toolkit
from recipes import sentiment
from toolkit.errors import UserError
from toolkit.layers import NgramLogits
from toolkit.models import TextClassifier
from toolkit.run_folder import RunFolder
from toolkit.tasks.classification.explanation import shares_of_tokens
from toolkit.tasks.classification.spelling import spelling_of
from toolkit.text.tokenizer import Tokenizer

TEXTS = ["one two three four five six", "the cat sat on the mat and the dog sat on the cat", "a dull film", "a superb film"]
LABELS = ["no", "yes", "none"]


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.train(TEXTS, 320)


@pytest.fixture(scope="module")
def run(tmp_path_factory, tokenizer):
    folder = RunFolder(tmp_path_factory.mktemp("explained") / "run")
    folder.open("sentiment", sentiment.Settings(max_length=8))
    model = TextClassifier(
        tokenizer.vocabulary_size, LABELS, embedding_dim=4, units=3, pooling="attention", ngrams=2, ngram_buckets=97, max_length=8
    )
    random = np.random.default_rng(0)
    for weight in model.trainable_weights:
        weight.assign(2 * random.normal(size=weight.shape))
    fill(model.get_layer("ngrams"), tokenizer, random)
    model.get_layer("fusion").scales.assign([0.7, 0.4])
    tokenizer.save(folder.tokenizer)
    model.save(folder.model)
    folder.write_json(folder.metrics, {"test": {"label_names": LABELS}, "history": []})
    folder.write_json(folder.samples, TEXTS)
    folder.write_json(folder.references, [LABELS[0]] * len(TEXTS))
    return toolkit.open(folder.path)


def fill(layer, tokenizer, random):
    """Gives the linear model weights; the word "superb" outweighs all others."""
    for table, squares in zip(layer.tables, layer.squares, strict=True):
        table.assign(random.normal(size=table.shape))
        squares.assign(random.uniform(0.5, 1, size=squares.shape))
    rows = np.array(layer.tables[0])
    rows[tokenizer.encode(["superb"])[0]] = [-60, 60, -60]
    layer.tables[0].assign(rows)
    layer.bias.assign(random.normal(size=len(LABELS)))
    layer.spelling.assign(spelling_of(tokenizer.pieces(range(tokenizer.vocabulary_size))))


@pytest.mark.parametrize("text", TEXTS)
def test_shares_of_tokens_add_up_to_the_logits_of_the_linear_model(run, tokenizer, text):
    layer, ids = run.model.get_layer("ngrams"), tokenizer.encode([text])[0]
    assert isinstance(layer, NgramLogits)
    shares = shares_of_tokens(layer, ids)
    np.testing.assert_allclose(shares.sum(0) + np.array(layer.bias), np.array(layer(ids[np.newaxis]))[0], rtol=1e-4, atol=1e-4)
    same = [np.flatnonzero(ids == token) for token in set(ids.tolist())]
    assert any(len(places) > 1 for places in same) or text != TEXTS[1]


@pytest.mark.slow
def test_all_tokens_are_explained_although_the_recurrent_part_reads_some(run, tokenizer):
    found = run.inspect("saliency", text=TEXTS[1]).as_dict()["examples"][0]
    ids = tokenizer.encode([TEXTS[1]])[0]
    assert len(ids) > 8
    assert found["tokens"] == tokenizer.pieces(ids)
    _, integrated, occlusion = found["attributions"]
    assert integrated["completeness_gap"] <= 0.01
    assert len(integrated["weights"]) == len(occlusion["weights"]) == len(ids)
    order = [LABELS.index(found[name]) for name in ("answer", "other")]
    logits = np.array(run.model(ids[np.newaxis]))[0]
    np.testing.assert_allclose(found["score"], logits[order[0]] - logits[order[1]], rtol=1e-4)


@pytest.mark.slow
def test_a_planted_word_changes_the_answer_when_it_is_left_out(run):
    finding = run.inspect("saliency", text="a superb film")
    found = finding.as_dict()["examples"][0]
    assert found["answer"] == "yes"
    assert [(flip["left_out"], flip["place"]) for flip in found["flips"]] == [("superb", 1)]
    assert f"without superb it is {found['flips'][0]['answer']}" in str(finding)
    assert found["flips"][0]["answer"] == run("a film")["label"]


def test_attention_pooling_is_seen(run, tokenizer):
    found = run.inspect("attention", text="a superb film").as_dict()["examples"][0]
    assert found["rows"] == ["yes"]
    assert found["columns"] == tokenizer.pieces(tokenizer.encode(["a superb film"])[0])
    np.testing.assert_allclose(np.sum(found["weights"]), 1, rtol=1e-5)
    assert np.ptp(found["weights"]) > 0.01


def test_a_text_has_one_label_to_look_at(run):
    with pytest.raises(UserError, match="hypothesis: expected 1 of a run that gives one answer, received 2"):
        run.inspect("attention", hypothesis=2)
