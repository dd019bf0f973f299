"""Training that goes on from a finished run."""

import dataclasses
import json
import typing
from types import SimpleNamespace

import numpy as np
import pytest
import yaml

from tests.recipes.commands import call
from tests.recipes.reviews import write_reviews
from tests.recipes.sentences import pairs, write_sentences
from tests.recipes.shapes import write_captioned_shapes, write_shape_sequences, write_shapes
from toolkit.cli.recipes import RECIPES, find_recipe, make_run
from toolkit.errors import UserError
from toolkit.run_folder import RunFolder
from toolkit.tasks.continuation import Continuation
from toolkit.tasks.tagging.vocabulary import Vocabulary

TINY = {
    "captioning": {"image_size": 16, "filters": 2, "embedding_dim": 4, "units": 4, "epochs": 1, "batch_size": 8},
    "sentiment": {
        **{"vocabulary_size": 300, "max_length": 64, "embedding_dim": 8, "units": 8, "segment_length": 32, "tokens_per_batch": 2048},
        **{"tokenizer": "bpe", "epochs": 1, "learning_rate": 0.03},
    },
    "translation": {
        **{"vocabulary_size": 330, "max_length": 30, "embedding_dim": 8, "units": 8, "encoder_layers": 1, "decoder_layers": 1},
        **{"separate_vocabularies": True, "epochs": 1, "batch_size": 64, "source": "en", "target": "fr", "monitor": "loss"},
    },
    "language_model": {
        **{"tokenizer": "char", "embedding_dim": 8, "units": 8, "num_layers": 2, "batch_size": 8, "window": 16, "epochs": 1},
        **{"tokens_per_epoch": None, "validation_tokens": None},
    },
    "tagging": {"embedding_dim": 8, "units": 8, "character_dim": 4, "character_units": 4, "word_length": 4, "epochs": 1, "batch_size": 8},
    "frames": {"image_size": 16, "filters": 2, "frame_units": 4, "units": 4, "epochs": 1, "batch_size": 8},
    "glimpses": {"image_size": 16, "glimpse_units": 4, "units": 4, "epochs": 1, "batch_size": 8},
    "drawing": {
        **{"image_size": 16, "glimpses": 2, "read_size": 3, "write_size": 3, "units": 4, "latent_dim": 2},
        **{"epochs": 1, "batch_size": 8},
    },
    "visual_question_answering": {"image_size": 16, "filters": 2, "embedding_dim": 4, "units": 4, "epochs": 1, "batch_size": 8},
}


def settings_of(recipe, **changes):
    return dataclasses.replace(find_recipe(recipe).presets["quick"], **TINY[recipe] | changes)


def write_run(path, recipe="sentiment", finished=True, **changes):
    """Writes the files of a run that say what it is, without a model."""
    run = RunFolder(path)
    run.open(recipe, settings_of(recipe, **changes))
    if finished:
        run.write_json(run.metrics, {"history": [{"epoch": 1}, {"epoch": 2}], "test": {"label_names": ["neg", "pos"]}})
        run.write_json(run.data_report, {"name": "/home/me/reviews.csv"})
    return run


# === Settings ===


def test_settings_are_those_of_the_run_unless_they_are_given(tmp_path):
    run = write_run(tmp_path / "run", data="a.csv", init_from="runs/words")
    origin = Continuation.of(find_recipe("sentiment"), str(run.path))
    assert origin.settings == settings_of("sentiment", data="a.csv", continue_from=str(run.path))  # weights come from the run alone
    wanted = dataclasses.replace(origin.settings, epochs=5, data="b.csv", class_weights="balanced")
    origin.check(wanted, RunFolder(tmp_path / "new"))
    line = origin.describe(wanted)
    assert line.startswith(f"{run.path}, after 2 epochs; ")
    assert {*line.split("; ")[1].split(", ")} == {"epochs 1 → 5", "data a.csv → b.csv", "class_weights null → balanced"}


def test_what_nobody_has_said_stays_as_it_was(tmp_path):
    origin = Continuation.of(find_recipe("sentiment"), str(write_run(tmp_path / "run").path))
    origin.check(dataclasses.replace(origin.settings, vocabulary_size=None), RunFolder(tmp_path / "new"))


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (
            ["sentiment", "--continue-from", "nothing"],
            "--continue-from: nothing: expected the folder of a training run, found no such folder",
        ),
        (["sentiment", "--continue-from", "unfinished"], "--continue-from: unfinished: this training is not finished"),
        (["translation", "--continue-from", "run"], "expected a run of the recipe translation, received one of sentiment"),
        (
            ["sentiment", "--continue-from", "run", "--run-dir", "./run/"],
            "--continue-from: expected another folder than that of the new run",
        ),
        (["sentiment", "--continue-from", "run", "--units", "16", "--cell=gru"], "units 8 → 16, cell lstm → gru;"),
        (["sentiment", "--continue-from", "run", "--preset", "full"], "vocabulary_size 300 → 30000"),
        (["sentiment", "--continue-from", "run", "--tokenizer", "char"], "tokenizer bpe → char;"),
        (["sentiment", "--continue-from", "run", "--tokenizer-model", "x.model"], "--tokenizer-model: expected none with --continue-from"),
        (["sentiment", "--continue-from", "run", "--init-from", "run"], "--init-from: expected none with --continue-from"),
        (["sentiment", "--continue-from"], "--continue-from: expected a value"),
        (
            ["sentiment", "--run-dir", "run", "--config", "run.yaml", "--epochs", "4"],
            "epochs 1 → 4); to train its model further, add --continue-from run",
        ),
        (["sentiment", "--run-dir", "unfinished", "--config", "run.yaml", "--epochs", "4"], "epochs 1 → 4); give another --run-dir"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_line_and_nothing_is_written(tmp_path, monkeypatch, capsys, argv, message):
    monkeypatch.chdir(tmp_path)
    write_run("run")
    write_run("unfinished", finished=False)
    (tmp_path / "run.yaml").write_text(yaml.safe_dump(TINY["sentiment"]))
    before = sorted(tmp_path.rglob("*"))
    code, _, err = call(capsys, "train", *argv)
    assert code == 2
    assert message in err
    assert err.count("\n") == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_a_record_has_names_and_no_folders(tmp_path):
    run = write_run(tmp_path / "second")
    run.write_json(run.metrics, {"history": [{}], "continued_from": {"run": "first", "epochs": 2, "data": "a.csv", "continued_from": None}})
    record = Continuation.of(find_recipe("sentiment"), str(run.path)).record()
    assert record == {
        **{"run": "second", "epochs": 1, "data": "reviews.csv"},
        "continued_from": {"run": "first", "epochs": 2, "data": "a.csv", "continued_from": None},
    }


# === Which settings weights hang on ===


class Read:
    """Settings that note which of them are asked for."""

    def __init__(self, settings):
        self.settings, self.names = settings, {}

    def __getattr__(self, name):
        self.names[name] = True
        return getattr(self.settings, name)


def tokenized(recipe):
    tokenizer = SimpleNamespace(vocabulary_size=20)
    if recipe == "translation":
        return SimpleNamespace(source_tokenizer=tokenizer, target_tokenizer=tokenizer, shares_vocabulary=True)
    if recipe == "tagging":
        return SimpleNamespace(vocabulary=Vocabulary([f"w{number}" for number in range(11)], ["w", "1"], 4), tag_names=["N", "V"])
    if recipe == "captioning":
        return SimpleNamespace(words=[f"w{number}" for number in range(9)])
    if recipe == "frames":
        return SimpleNamespace(label_names=["circle", "square"], channels=1)
    if recipe == "glimpses":
        return SimpleNamespace(label_names=["circle", "square"], side=16, channels=1, objects=1)
    if recipe == "drawing":
        return SimpleNamespace(side=16, frequencies=np.full((16, 16), 0.3))
    if recipe == "visual_question_answering":
        return SimpleNamespace(vocabulary=SimpleNamespace(words=[f"w{number}" for number in range(11)]), answers=["no", "yes"])
    return SimpleNamespace(tokenizer=tokenizer, label_names=["neg", "pos"])


def others(settings, name):
    """Returns settings of which one has another value, for each value that may be tried."""
    value, hint = getattr(settings, name), typing.get_type_hints(type(settings))[name]
    parts = [part for part in (hint, *typing.get_args(hint)) if typing.get_origin(part) is typing.Literal]
    choices = [choice for part in parts for choice in typing.get_args(part)]
    if choices:
        values = [choice for choice in choices if choice != value]
    elif isinstance(value, bool):
        values = [not value]
    elif isinstance(value, float) or float in typing.get_args(hint):
        values = [0.5]
    else:
        values = [0 if name == "ngrams" else 2 * (value or 4)]
    return [dataclasses.replace(settings, **{name: value}) for value in values]


def answers(recipe, model):
    tokens = np.array([[4, 9, 5, 11, 7, 3, 0, 0], [6, 6, 12, 3, 0, 0, 0, 0]], np.int32)
    if recipe == "tagging":
        characters = np.ones((*tokens.shape, model.word_length), np.int32) * (tokens > 0)[..., np.newaxis]
        return np.asarray(model({"tokens": tokens, "characters": characters}))
    images = np.random.default_rng(0).uniform(0, 255, (2, 16, 16, 3)).astype(np.float32)
    if recipe == "frames":
        frames = np.stack([images[..., :1], images[::-1, ..., :1]], 1)
        return np.asarray(model({"images": frames, "lengths": np.array([2, 1], np.int32)})["logits"])
    if recipe == "glimpses":
        return np.asarray(model(images[..., :1])["logits"])
    if recipe == "drawing":
        from toolkit.layers.recurrent.time_loop import backend

        noise = np.ones((2, *model.noise_shape), np.float32)
        with backend("graph"):  # XLA would take longer than all models
            return np.asarray(model({"images": images[..., :1], "noise": noise})["canvases"])
    if recipe in ("captioning", "visual_question_answering"):
        return np.asarray(model({"images": images, "tokens": tokens[:, np.newaxis]})["logits"])
    outputs = model((tokens, tokens)) if recipe == "translation" else model(tokens)
    return np.asarray(outputs[0] if recipe == "language_model" else outputs)


@pytest.mark.slow
@pytest.mark.parametrize("recipe", RECIPES)
def test_weights_fit_all_settings_but_the_fixed_ones(recipe):
    """A setting that the model reads is fixed exactly if with another value the weights do not fit, or mean something else."""
    from toolkit.models import start_from_model

    made, data = find_recipe(recipe), tokenized(recipe)
    free = {"sentiment": {"segment_length": None, "ngrams": 2, "ngram_buckets": 64}, "translation": {"encoder_cell": None}}  # of others
    base = settings_of(recipe, **free.get(recipe, {}))
    read = Read(base)
    trained = made.build_model(read, data)
    expected = answers(recipe, trained)

    def keeps(settings):
        model = made.build_model(settings, data)
        try:
            start_from_model(model, trained)
        except ValueError:
            return False
        return np.array_equal(answers(recipe, model), expected)

    names = set(read.names) - {
        "init_from",
        "seed",
        "backbone",
        "backbone_weights",
        "fine_tune",
    }  # the last three need other images and weights
    kept = {name: all(map(keeps, others(base, name))) for name in names}
    of_the_model = set(made.fixed) & names
    assert {name for name, is_kept in kept.items() if not is_kept} == of_the_model
    assert len(of_the_model) >= 5


# === Training ===


def train(path, recipe, **changes):
    task = make_run(find_recipe(recipe), settings_of(recipe, **changes), RunFolder(path))
    task.train()
    return task


def weights_of(task):
    """What gradient descent has learned; the rest is found anew at the end of each training."""
    return [np.asarray(variable) for variable in task.load_model().trainable_weights]


DATA = {
    **{"sentiment": "reviews.csv", "translation": "", "language_model": "text.txt", "tagging": "tagged.txt"},
    **{"captioning": "captioned/captions.tsv", "visual_question_answering": "shapes/table.tsv", "frames": "sequences/frames.tsv"},
    **{"glimpses": "shapes/labels.tsv", "drawing": "shapes"},
}
"""What each recipe learns from, in the folder of `runs`."""

TOKENIZED = ("sentiment", "translation")  # the two ways in which a run keeps tokenizers; what others do with other data is alike
ALIKE = {"captioning", "visual_question_answering", "frames"}  # to others in how they are resumed: they draw nothing but dropout


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """A folder with data; `finished` trains in it."""
    folder = tmp_path_factory.mktemp("runs")
    write_reviews(folder / "reviews.csv", 200)
    write_sentences(folder)
    (folder / "text.txt").write_text("\n".join(source for source, _ in pairs()) + "\n", "utf-8")
    write_tagged(folder / "tagged.txt", "cat")
    write_shapes(folder / "shapes")
    write_captioned_shapes(folder / "captioned")
    write_shape_sequences(folder / "sequences")
    return folder


def finished(runs, recipe):
    """The finished run of a recipe, which is trained once."""
    if not (runs / recipe).exists():
        train(runs / recipe, recipe, data=str(runs / DATA[recipe]))
    return runs / recipe


def write_tagged(path, noun):
    sentences = (f"the D\n{noun}{number} N\nsleeps V\n\n" for number in range(100))
    path.write_text("".join(sentences), "utf-8")


def new_data(runs, folder, recipe):
    """Writes data of which the finished run has seen nothing, in the same language, with the labels in another order."""
    if recipe == "sentiment":
        lines = [f"{['superb', 'dull'][number % 2]} thing {number}\t{['pos', 'neg'][number % 2]}\n" for number in range(100)]
        (folder / "new.tsv").write_text("text\tlabel\n" + "".join(lines), "utf-8")
        return folder / "new.tsv"
    if recipe == "translation":
        lines = [f"a dog {number}\tun chien {number}\n" for number in range(100)]
        (folder / "new.tsv").write_text("en\tfr\n" + "".join(lines), "utf-8")
        return folder / "new.tsv"
    if recipe == "tagging":
        write_tagged(folder / "new.txt", "horse")
        return folder / "new.txt"
    if recipe == "captioning":
        write_captioned_shapes(folder / "pictures", seed=1)
        return folder / "pictures/captions.tsv"
    if recipe == "frames":
        write_shape_sequences(folder / "pictures", seed=1)
        return folder / "pictures"
    if recipe in ("visual_question_answering", "glimpses", "drawing"):
        write_shapes(folder / "pictures", seed=1)
        return folder / "pictures" / {"glimpses": "labels.tsv", "visual_question_answering": "table.tsv", "drawing": ""}[recipe]
    (folder / "new.txt").write_text("the sad horse eats\n" * 100, "utf-8")
    return folder / "new.txt"


@pytest.mark.slow
@pytest.mark.parametrize("recipe", [pytest.param(name, marks=() if name in TOKENIZED else pytest.mark.covering) for name in RECIPES])
def test_other_data_are_learned_from_the_tokenizers_and_weights_of_the_run(runs, tmp_path, capsys, recipe):
    before = weights_of(make_run(find_recipe(recipe), settings_of(recipe), RunFolder(finished(runs, recipe))))
    data, origin = str(new_data(runs, tmp_path, recipe)), str(finished(runs, recipe))
    # Steps too small to see: what the new run ends with is what it started with.
    task = train(tmp_path / "new", recipe, data=data, continue_from=origin, learning_rate=1e-9)
    assert f"{origin}, after 1 epoch; " in capsys.readouterr().out
    for one, other in zip(before, weights_of(task), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)
    tokenizers = sorted(path.name for path in finished(runs, recipe).glob("*tokenizer.model"))
    assert tokenizers == sorted(path.name for path in (tmp_path / "new").glob("*tokenizer.model"))
    for name in tokenizers:
        assert (tmp_path / "new" / name).read_bytes() == (finished(runs, recipe) / name).read_bytes()
    metrics = json.loads((tmp_path / "new" / "metrics.json").read_text())
    assert metrics["continued_from"]["run"] == recipe
    assert metrics["continued_from"]["epochs"] == 1
    assert task.evaluate().as_dict() == metrics["test"]


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe", [pytest.param(name, marks=pytest.mark.covering if name in (*ALIKE, "tagging") else ()) for name in RECIPES]
)
def test_an_interrupted_training_goes_on_to_the_same_bits(runs, tmp_path, monkeypatch, recipe):
    from tests.training.interruptions import interrupt_at

    changes = {
        "data": str(new_data(runs, tmp_path, recipe)),
        "continue_from": str(finished(runs, recipe)),
        "epochs": 3,
        "checkpoint_seconds": 0,
    }
    whole = train(tmp_path / "whole", recipe, **changes)
    interrupt_at(monkeypatch, 3)
    with pytest.raises(KeyboardInterrupt):
        train(tmp_path / "parts", recipe, **changes)
    parts = train(tmp_path / "parts", recipe, **changes)
    for one, other in zip(weights_of(whole), weights_of(parts), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("labels", "note"),
    [
        (["good", "bad", "so so"], 'labels "neg", "pos" → "bad", "good", "so so": the output layer starts anew'),
        (["pos", "fine"], 'labels "neg", "pos" → "fine", "pos": the output layer starts anew'),
    ],
)
def test_other_labels_get_an_output_of_their_own(runs, tmp_path, capsys, labels, note):
    lines = [f"some text {number}\t{labels[number % len(labels)]}\n" for number in range(120)]
    (tmp_path / "new.tsv").write_text("text\tlabel\n" + "".join(lines), "utf-8")
    origin = finished(runs, "sentiment")
    before = weights_of(make_run(find_recipe("sentiment"), settings_of("sentiment"), RunFolder(origin)))
    task = train(tmp_path / "new", "sentiment", data=str(tmp_path / "new.tsv"), continue_from=str(origin), learning_rate=1e-9)
    assert note in capsys.readouterr().out
    after = weights_of(task)
    assert task.load_model().label_names == sorted(labels)
    for one, other in zip(before[:-2], after[:-2], strict=True):  # the last two are the output's
        np.testing.assert_allclose(other, one, atol=1e-6)
    assert after[-1].shape == (len(labels),)
    assert not np.allclose(after[-2][:, :2], before[-2], atol=1e-3)


@pytest.mark.slow
def test_fewer_labels_leave_the_output_as_it_is(tmp_path, capsys):
    lines = [f"some text {number}\t{'abc'[number % 3]}\n" for number in range(150)]
    for name, kept in (("all", "abc"), ("some", "ac")):
        (tmp_path / f"{name}.tsv").write_text("text\tlabel\n" + "".join(line for line in lines if line[-2] in kept), "utf-8")
    first = train(tmp_path / "first", "sentiment", data=str(tmp_path / "all.tsv"))
    capsys.readouterr()
    second = train(tmp_path / "second", "sentiment", data=str(tmp_path / "some.tsv"), continue_from=str(first.run.path), learning_rate=1e-9)
    assert 'no text is labeled "b"; the model still can answer that' in capsys.readouterr().out
    assert second.load_model().label_names == ["a", "b", "c"]
    for one, other in zip(weights_of(first), weights_of(second), strict=True):
        np.testing.assert_allclose(other, one, atol=1e-6)
    assert set(json.loads(second.run.references.read_text())) == {"a", "c"}
    assert second.evaluate().as_dict() == second.run.read_metrics()["test"]


@pytest.mark.slow
def test_what_a_model_card_is_told_has_no_folders(runs, tmp_path, monkeypatch):
    told = {}
    monkeypatch.setattr("toolkit.tasks.training_run.export", lambda *_, facts, **__: told.update(facts))
    task = train(tmp_path / "tuned", "sentiment", data=str(runs / "reviews.csv"), continue_from=str(finished(runs, "sentiment")))
    task.export(tmp_path / "exports", "tuned")
    assert told["continued_from"] == {"run": "sentiment", "epochs": 1, "data": "reviews.csv", "continued_from": None}
    assert str(runs) not in str(told)


def test_a_run_that_cannot_go_on_leaves_no_folder(tmp_path):
    run = write_run(tmp_path / "run")
    wanted = settings_of("sentiment", continue_from=str(run.path), units=16)
    with pytest.raises(UserError, match="units 8 → 16"):
        make_run(find_recipe("sentiment"), wanted, RunFolder(tmp_path / "new")).train()
    assert not (tmp_path / "new").exists()
