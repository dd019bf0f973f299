import keras
import numpy as np
import pytest
import tensorflow as tf
from sentences import lines

import toolkit
from benchmarks.language_model_probe import StateReader, fit_probe, main
from benchmarks.records import load_records
from toolkit.models.language_model import LanguageModel
from toolkit.run_folder import RunFolder


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = RunFolder(tmp_path_factory.mktemp("probe") / "run")
    folder.path.mkdir()
    tokenizer = toolkit.Tokenizer.train([text for _, _, text in map(_parts, lines(300, 0))], 300)
    tokenizer.save(folder.tokenizer)
    keras.utils.set_random_seed(0)
    model = LanguageModel(tokenizer.vocabulary_size, embedding_dim=8, units=16, num_layers=1, cell="lstm")
    model.build(None)
    model.save(folder.model)
    return folder


def _parts(line):
    return line.rstrip("\n").partition(" ")


def test_what_is_read_is_the_mean_over_the_steps(run):
    texts = ["", *[text for _, _, text in map(_parts, lines(3, 1))]]
    model, tokenizer = keras.saving.load_model(run.model), toolkit.Tokenizer.load(run.tokenizer)
    found = StateReader(run)(texts)
    np.testing.assert_array_equal(found[0], 0)
    for text, row in zip(texts[1:], found[1:], strict=True):
        states, _ = model(tf.constant([tokenizer.encode([text])[0]]), return_features=True)
        np.testing.assert_allclose(row, tf.reduce_mean(states[0], 0), rtol=0, atol=1e-5)  # single precision


def test_the_validation_split_chooses_the_strength():
    rng = np.random.default_rng(0)
    features = rng.normal(size=(200, 20))
    labels = (features[:, 0] > 0).astype(int)
    noisy = np.where(rng.random(200) < 0.3, 1 - labels, labels)
    chosen = fit_probe((features[:100], noisy[:100]), (features[100:], labels[100:]), strengths=(1e-3, 1e-1, 1e3))
    scores = {
        C: fit_probe((features[:100], noisy[:100]), (features[100:], labels[100:]), [C]).score(features[100:], labels[100:])
        for C in (1e-3, 1e-1, 1e3)
    }
    assert scores[chosen[-1].C] == max(scores.values())
    assert len(set(scores.values())) > 1


def test_it_stands_beside_the_classifier_that_starts_from_the_same_model(run, tmp_path):
    data = tmp_path / "opinions.tsv"
    data.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for label, _, text in map(_parts, lines(300, 0))), "utf-8")
    record = main([str(run.path), "--what", "of a small one", "--data", str(data), "--training-examples", "50", "--results", str(tmp_path)])
    assert record.table == "opinions.tsv, 50 training texts"
    assert record.what == "logistic regression on the mean state of a small one"
    assert record.command == "python -m benchmarks.language_model_probe RUN --training-examples 50 --data opinions.tsv"
    assert record.metrics["all"] > 0.6  # even random states tell good words from bad ones
    assert load_records(tmp_path) == [record]
