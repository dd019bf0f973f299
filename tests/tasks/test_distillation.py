"""What a model learns from the answers of others."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.cli import main
from toolkit.cli.recipes import find_recipe, make_run
from toolkit.models import Translator
from toolkit.models.ensemble import Ensemble
from toolkit.run_folder import RunFolder
from toolkit.training.losses import accuracy, cross_entropy

TINY = {
    "sentiment": {
        "embedding_dim": 8,
        "units": 6,
        "epochs": 3,
        "vocabulary_size": 300,
        "ngram_buckets": 64,
        "baseline": False,
        "minutes": None,
    },
    "tagging": {"units": 6, "embedding_dim": 8, "epochs": 2, "minutes": None},
    "translation": {
        "units": 8,
        "embedding_dim": 8,
        "epochs": 2,
        "vocabulary_size": 300,
        "minutes": None,
        "encoder_layers": 1,
        "decoder_layers": 1,
    },
}


# === Parts ===


def test_an_ensemble_gives_the_mean_of_the_probabilities():
    keras.utils.set_random_seed(0)
    models = [Translator(20, embedding_dim=4, units=4, encoder_layers=1, decoder_layers=1) for _ in range(3)]
    for model in models:
        model.build(None)
    source, tokens = tf.constant([[5, 6, 3], [7, 3, 0]]), tf.constant([2, 2])
    ensemble = Ensemble(models)
    logits, state = ensemble.step(tokens, ensemble.encode(source))
    each = [tf.nn.softmax(model.step(tokens, model.encode(source))[0]) for model in models]
    np.testing.assert_allclose(tf.exp(logits), np.mean(each, axis=0), rtol=1e-5)
    assert len(state) == 3
    with pytest.raises(ValueError, match="`models` must be at least one model"):
        Ensemble([])


def test_labels_may_be_probabilities():
    logits = tf.constant([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]])
    soft = np.array([[0.2, 0.5, 0.3], [0.6, 0.4, 0.0]])
    log_p = np.log(tf.nn.softmax(logits))
    np.testing.assert_allclose(cross_entropy(tf.constant(soft, tf.float32), logits), -(soft * log_p).sum(1), rtol=1e-6)
    np.testing.assert_allclose(cross_entropy(tf.constant([1, 0]), logits), [-log_p[0, 1], -log_p[1, 0]], rtol=1e-6)
    assert list(accuracy(tf.constant(soft, tf.float32), logits).numpy()) == [1, 0]
    assert list(accuracy(tf.constant([1, 2]), logits).numpy()) == [1, 1]


# === Runs ===


def write_data(folder):
    words = ["cat", "dog", "horse", "house", "tree", "car"]
    rows = [
        f"the {word} {film} {number},{label}" for word, label in (("good", "yes"), ("bad", "no")) for film in words for number in range(12)
    ]
    (folder / "reviews.csv").write_text("\n".join(["text,label", *rows]))
    (folder / "plain.txt").write_text("".join(f"a good {word} {n}\n" for word in words for n in range(5)))
    sentences = [f"the DET\n{one} NOUN\nsees VERB\na DET\n{other} NOUN\n\n" for one in words for other in words]
    (folder / "tagged.txt").write_text("".join(sentences))
    (folder / "pairs.tsv").write_text("".join(f"the {word} {n}\tle {word} {n}\n" for word in words for n in range(20)))


DATA = {"sentiment": "reviews.csv", "tagging": "tagged.txt", "translation": "pairs.tsv"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("distilled")
    write_data(folder)
    return folder


def trained(folder, recipe, name, **changes):
    made = find_recipe(recipe)
    settings = type(made.presets["quick"])(**{"data": str(folder / DATA[recipe]), **TINY[recipe], **changes})
    task = make_run(made, settings, RunFolder(folder / name))
    task.train()
    return task


@pytest.fixture(scope="module")
def teachers(folder):
    """Makes two finished runs of a recipe, once."""
    made = {}

    def teachers(recipe):
        if recipe not in made:
            made[recipe] = [trained(folder, recipe, f"{recipe}-{seed}", seed=seed).run.path for seed in (0, 1)]
        return made[recipe]

    return teachers


@pytest.mark.slow
@pytest.mark.parametrize("recipe", ["sentiment", "translation", pytest.param("tagging", marks=pytest.mark.covering)])
def test_a_model_learns_from_two_runs_by_the_command(folder, teachers, recipe, capsys):
    runs = teachers(recipe)
    more = ["--unlabelled", str(folder / "plain.txt")] if recipe == "sentiment" else []
    run = folder / f"{recipe}-student"
    assert main(["distill", *map(str, runs), "--run-dir", str(run), "--seed", "5", "--export-dir", str(folder / "exports"), *more]) == 0
    out = capsys.readouterr().out
    assert f"teachers   {runs[0]}, {runs[1]}" in out
    student = RunFolder(run)
    assert student.read_metrics()["parameters"] == RunFolder(runs[0]).read_metrics()["parameters"]
    assert student.read_config()["settings"]["distill_from"] == ",".join(map(str, runs))
    if recipe != "tagging":
        assert student.tokenizer.read_bytes() == RunFolder(runs[0]).tokenizer.read_bytes()
    card = next((folder / "exports" / run.name).glob("*/README.md")).read_text()
    assert str(folder) not in card


@pytest.mark.slow
def test_soft_labels_are_shares_of_labels_and_of_means(folder, teachers):
    runs = teachers("sentiment")
    changes = {"distill_from": ",".join(map(str, runs)), "distill_share": 0.25, "unlabelled": str(folder / "plain.txt")}
    made = find_recipe("sentiment")
    settings = type(made.presets["quick"])(data=str(folder / DATA["sentiment"]), **TINY["sentiment"], **changes)
    task = make_run(made, settings, RunFolder(folder / "soft"))
    task.run.open(made.name, settings)
    task.teachers.give_tokenizers(task.run)
    data = task._distilled(task.read_data(), task.teachers)
    texts = data.corpus.splits["train"].texts
    means = np.mean([[*answers(run, texts)] for run in runs], axis=0)
    hard = np.eye(2)[data.corpus.splits["train"].labels]
    np.testing.assert_allclose(data.soft_labels[: len(texts)], 0.75 * hard + 0.25 * means, atol=1e-4)
    assert len(data.soft_labels) == len(texts) + 30
    np.testing.assert_allclose(data.soft_labels.sum(1), 1, rtol=1e-5)
    _, labels, weights = data.to_learn_from(None)
    assert labels is data.soft_labels
    assert len(weights) == len(labels)


def answers(run, texts):
    import toolkit

    opened = toolkit.open(run)
    names = opened.metrics["test"]["label_names"]
    return ([answer["probabilities"][name] for name in names] for answer in opened(texts))


@pytest.mark.slow
def test_mistakes_are_named_before_anything_is_read(folder, teachers, capsys):
    def refused(*words):
        assert main([*map(str, words)]) == 2
        return capsys.readouterr().err

    first, second = teachers("sentiment")
    other = teachers("tagging")[0]
    assert "expected the folders of finished runs first, received --seed" in refused("distill", "--seed", "3")
    assert f"{other}: expected a run of the recipe sentiment, received one of tagging" in refused("distill", first, other)
    assert "nowhere" in refused("distill", folder / "nowhere")
    assert "expected other folders than that of the new run" in refused("distill", first, second, "--run-dir", first)
    assert "vocabulary_size" in refused("distill", first, "--vocabulary-size", "77", "--run-dir", folder / "x")
    assert "distill_share" in refused("distill", first, "--distill-share", "2", "--run-dir", folder / "x").replace("-", "_")
    assert not (folder / "x").exists()
