"""`toolkit predict` on runs of both kinds, with models that have learned nothing."""

import csv
import json

import numpy as np
import pytest

import toolkit
from recipes import frames, sentiment, translation
from tests.cli.shell import ROOT
from toolkit.cli import main
from toolkit.models import TextClassifier, Translator
from toolkit.run_folder import RunFolder
from toolkit.text.tokenizer import Tokenizer

LINES = ["one two three", "", "the cat sat on the mat", "a\x0bhouse\u2028b", " ", "two cats"]


def write_run(path, recipe, settings, tokenizer, model):
    run = RunFolder(path)
    run.open(recipe, settings)
    random = np.random.default_rng(0)
    model.set_weights([2 * random.normal(size=weights.shape) for weights in model.get_weights()])
    tokenizer.save(run.tokenizer)
    model.save(run.model)
    run.write_json(run.metrics, {"test": {"label_names": ["no", "yes"]}})


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run of each kind and a file of lines; the commands run in it."""
    folder = tmp_path_factory.mktemp("predict")
    tokenizer = Tokenizer.train(LINES, 300)
    translator = Translator(tokenizer.vocabulary_size, embedding_dim=8, units=8, encoder_layers=1, decoder_layers=1)
    translator.build(None)
    write_run(folder / "translator", "translation", translation.Settings(max_length=12, beam_width=3), tokenizer, translator)
    classifier = TextClassifier(tokenizer.vocabulary_size, ["no", "yes"], embedding_dim=4, units=3)
    write_run(folder / "classifier", "sentiment", sentiment.Settings(), tokenizer, classifier)
    RunFolder(folder / "frames").open("frames", frames.Settings())
    (folder / "texts").write_bytes("\r\n".join(LINES).encode())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture
def predict(folder, capsys):
    def predict(*argv, code=0):
        assert main(["predict", *argv]) == code
        out, err = capsys.readouterr()
        return err if code else out

    return predict


@pytest.mark.slow
def test_a_line_in_is_a_line_out(predict):
    out = predict("translator", "--input", "texts")
    answers = out.removesuffix("\n").split("\n")
    assert len(answers) == len(LINES)
    assert [index for index, answer in enumerate(answers) if not answer] == [1, 4]
    assert predict("translator", *LINES) == out
    assert predict("translator", "--input", "texts", "--batch-size", "1") == out


def test_json_lines_and_n_best(predict):
    records = list(map(json.loads, predict("translator", "--input", "texts", "--json", "--n-best", "2").splitlines()))
    assert [record["source"] for record in records] == LINES
    for record in records:
        assert record["translation"] == record["hypotheses"][0]["translation"]
        assert len(record["hypotheses"]) == (2 if record["source"].strip() else 1)
        assert np.shape(record["alignment"]) == ((len(record["tokens"]), len(record["source_tokens"])) if record["tokens"] else ())
    lines = predict("translator", "--input", "texts", "--n-best", "2").split("\n")
    expected = [f"{number} ||| {best['translation']} ||| " for number, record in enumerate(records, 1) for best in record["hypotheses"]]
    assert [line[: len(begin)] for line, begin in zip(lines, expected, strict=False)] == expected
    assert len(lines) == len(expected) + 1


def test_csv_to_a_file(predict, folder):
    assert predict("translator", "--input", "texts", "--format", "csv", "--output", "answers.csv") == ""
    with (folder / "answers.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["source"] for row in rows] == LINES


@pytest.mark.slow
def test_greedy_is_a_beam_of_one(predict):
    assert predict("translator", *LINES, "--greedy") == predict("translator", *LINES, "--beam-width", "1")


@pytest.mark.slow
def test_samples_differ_by_their_seed(predict):
    options = ("--sample", "--temperature", "2", "--top-k", "50", "--top-p", "0.9", "--seed")
    one, other = (predict("translator", *LINES, *options, seed) for seed in ("1", "2"))
    assert one != other
    assert one.count("\n") == other.count("\n") == len(LINES)


def test_a_prefix_begins_every_translation(predict):
    lines = predict("translator", "one", "two cats", "--prefix", "the cat", "--copy-unknown").splitlines()
    assert all(line.startswith("the cat") for line in lines)


def test_scores_of_given_translations(predict, folder):
    found = [json.loads(line) for line in predict("translator", *LINES, "--json", "--length-penalty", "0").splitlines()]
    (folder / "given").write_text("".join(record["translation"] + "\n" for record in found), encoding="utf-8")
    scores = list(map(float, predict("translator", "--input", "texts", "--score", "given").splitlines()))
    assert len(scores) == len(LINES)
    assert all(score < 0 for score in scores)
    (folder / "fewer").write_text("one\ntwo\n")
    assert "--score fewer: expected a line for each of the 6 texts, received 2" in predict(
        "translator", "--input", "texts", "--score", "fewer", code=2
    )


def test_a_long_line_is_cut_with_a_warning(folder, capsys):
    assert main(["predict", "translator", "one", "two cats " * 10_000]) == 0
    out, err = capsys.readouterr()
    assert out.count("\n") == 2
    assert "warning: line 2: too long, only its first 12 tokens are translated" in err


def test_a_classifier_labels_as_before(predict):
    lines = predict("classifier", "--input", "texts").splitlines()
    assert [line.partition("\t")[0] in ("no", "yes") for line in predict("classifier", *LINES).split("\n")[:-1]] == [True] * len(LINES)
    assert len(lines) == len(LINES)


@pytest.mark.slow
def test_labels_are_explained(predict):
    plain = [json.loads(line) for line in predict("classifier", *LINES, "--json").splitlines()]
    records = [json.loads(line) for line in predict("classifier", *LINES, "--json", "--explain").splitlines()]
    explanations = [record.pop("explanation") for record in records]
    assert records == plain
    for text, found in zip(LINES, explanations, strict=True):
        assert found["method"] == "integrated gradients"
        assert found["completeness_gap"] <= 0.01
        assert bool(found["tokens"]) == bool(text.split())
        assert all(token.keys() == {"token", "weight"} for token in found["tokens"])
    lines, explained = (predict("classifier", *LINES, *options).splitlines() for options in ([], ["--explain"]))
    assert [line.rsplit("\t", 1)[0].rstrip() for line in explained] == [line.rstrip() for line in lines]
    assert "cat" in explained[2].rsplit("\t", 1)[1] or "mat" in explained[2].rsplit("\t", 1)[1]
    rows = list(csv.reader(predict("classifier", *LINES, "--explain", "--format", "csv").splitlines()))
    assert rows[0][-1] == "explanation"
    assert rows[3][-1] == explained[2].rsplit("\t", 1)[1]


@pytest.mark.slow
def test_tokens_of_translations_are_explained(predict):
    texts = ("two cats", "")
    plain, records = (
        [json.loads(line) for line in predict("translator", *texts, "--json", "--n-best", "2", *options).splitlines()]
        for options in ([], ["--explain"])
    )
    explanations = [record.pop("explanation") for record in records]
    of_each = [[each.pop("explanation") for each in record["hypotheses"]] for record in records]
    assert explanations == [best for best, *_ in of_each]
    assert records == plain
    for record, parts in zip(records, explanations, strict=True):
        assert [part["answer"] for part in parts] == record["tokens"]
        for part in parts:
            assert (part["method"], part["completeness_gap"] < 0.05) == ("integrated gradients", True)
            assert [token["token"] for token in part["tokens"]] == record["source_tokens"]


def test_labels_of_an_export_are_explained_by_leaving_words_out(capsys):
    export, text = str(ROOT / "saved_models" / "sentiment" / "1" / "litert"), "A great film, not an awful one."
    assert main(["predict", export, text, "a great", "a", "--explain", "--json"]) == 0
    first, great, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert [token["token"] for token in first["explanation"]["tokens"]] == text.split()
    assert first["explanation"]["method"] == "occlusion"
    assert first["explanation"]["completeness_gap"] is None
    assert great["explanation"]["tokens"][1]["weight"] > abs(great["explanation"]["tokens"][0]["weight"])


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["frames", "--explain"], "--explain: expected one that labels texts or a run "),
        (["translator", "x", "--explain", "--score", "texts"], "--explain: expected no --score with it"),
        ([str(ROOT / "saved_models" / "translation" / "1" / "litert"), "x", "--explain"], "--explain: expected a run, received "),
        (
            ["classifier", "x", "--beam-width", "3"],
            "--beam-width: expected a run that translates or one that writes captions, received classifier",
        ),
        (["classifier", "x", "--copy-unknown"], "--copy-unknown: expected a run that translates"),
        (["translator", "x", "--greedy", "--sample"], "--greedy, --sample: expected one of them"),
        (["translator", "x", "--greedy", "--n-best", "2"], "--n-best: expected a beam search with it, received --greedy"),
        (["translator", "x", "--temperature", "2"], "--temperature: expected --sample with it, received a beam search"),
        (["translator", "x", "--n-best", "9"], "--n-best: expected an integer from 1 to 3"),
        (["translator", "x", "--beam-width", "0"], "--beam-width: expected an integer of at least 1"),
        (["translator", "x", "--sample", "--top-k", "999999"], "--top-k: expected an integer from 1 to"),
        (["translator", "x", "--score", "texts", "--seed", "1"], "--seed: expected no --score with it"),
        (["translator", "x", "--score", "nowhere"], "nowhere"),
    ],
)
def test_an_option_that_does_not_fit_is_named(predict, argv, message):
    err = predict(*argv, code=2)
    assert message in err
    assert err.count("\n") == 1


@pytest.mark.slow
def test_python_gets_the_same_answers(predict):
    run, options = toolkit.open("translator"), {"n_best": 2, "prefix": "the"}
    expected = predict("translator", *LINES, "--n-best", "2", "--prefix", "the", "--json")
    assert run.predict(LINES, **options) == list(map(json.loads, expected.splitlines()))
    assert run(LINES[0], **options)["translation"] == json.loads(expected.splitlines()[0])["translation"]
    assert run([], **options) == []


@pytest.mark.parametrize(
    ("items", "options", "message"),
    [
        (["x", 5], {}, "items[1]: expected a text, received 5"),
        (["x", float("nan")], {}, "items[1]: expected a text, received nan"),
        (np.array([["x"]]), {}, "items[0]: expected a text, received array(['x']"),
        (None, {}, "items: expected a text, or a list of them, received None"),
        (["x"], {"beam": 3}, "unknown option beam; did you mean beam_width?"),
        (["x"], {"max_tokens": 3}, "unknown option max_tokens; expected one of greedy, "),
        (["x"], {"beam_width": 2.5}, "beam_width: expected a whole number, received 2.5"),
        (["x"], {"beam_width": 0}, "beam_width: expected an integer of at least 1, received 0"),
        (["x"], {"temperature": 2}, "`temperature`: expected `sample` with it, received a beam search"),
        (["x"], {"batch_size": 0}, "batch_size: expected a positive integer, received 0"),
    ],
)
def test_python_is_told_what_does_not_fit(folder, items, options, message):
    with pytest.raises(toolkit.UserError) as error:
        toolkit.open("translator").predict(items, **options)
    assert message in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--keep-order"], "--keep-order: expected --engine with it, received none"),
        (["--master", "local"], "--master: expected --engine with it, received none"),
        (["--engine", "spark", "--output", "x"], "--engine: expected --input FILE, FOLDER or PATTERN with it, received standard input"),
        (["--engine", "spark", "--input", "texts"], "--engine: expected --output FOLDER with it, received standard output"),
        (["--engine", "spark", "--input", "texts", "--output", "classifier"], "--output classifier: expected a folder that does not exist"),
        (["--engine", "spark", "--input", "texts", "--output", "x"], "classifier: expected an exported model with --engine, found a run"),
    ],
)
def test_an_engine_is_refused_before_it_is_started(predict, words, message):
    assert message in predict("classifier", *words, code=2)


def test_rows_of_a_table_are_texts(predict, folder):
    (folder / "rows.csv").write_text('id,review\n1,"two\ncats"\n2,the mat\n')
    assert predict("classifier", "--input", "rows.csv", "--json") == predict("classifier", "two\ncats", "the mat", "--json")
    ids = predict("classifier", "--input", "rows.csv", "--text-column", "id", "--json")
    assert ids == predict("classifier", "1", "2", "--json")
