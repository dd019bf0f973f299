"""`toolkit predict` on a run of a language model that has learned nothing."""

import csv
import io
import json
import math
import os
import pty
import threading

import numpy as np
import pytest

from recipes import language_model
from toolkit.cli import main
from toolkit.data.running_text.documents import Documents
from toolkit.data.running_text.token_file import TokenFile
from toolkit.models.language_model import LanguageModel
from toolkit.run_folder import RunFolder
from toolkit.text.exact_tokenizer import train_exact_tokenizer
from toolkit.text.tokenizer import Tokenizer

TEXT = "the cat sat on the mat.\nthe end"
SHORT = ("--max-tokens", "12")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run and files of lines; the commands run in it."""
    folder = tmp_path_factory.mktemp("language_model")
    run = RunFolder(folder / "run")
    run.open("language_model", language_model.Settings(tokenizer="char"))
    tokenizer = train_exact_tokenizer([TEXT], "char")
    model = LanguageModel(tokenizer.vocabulary_size, embedding_dim=4, units=4, num_layers=1)
    model.build(None)
    random = np.random.default_rng(0)
    model.set_weights([2 * random.normal(size=weights.shape) for weights in model.get_weights()])
    bias = np.array(model.output_bias)
    bias[tokenizer.end_id] = -100  # as if it were trained on one continuous text
    model.output_bias.assign(bias)
    tokenizer.save(run.tokenizer)
    model.save(run.model)
    run.write_json(run.metrics, {"continuous": True})
    (folder / "lines").write_bytes(b"the cat\r\n\nthe mat\r\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        yield folder


@pytest.fixture
def predict(folder, capsys):
    def predict(*argv, code=0):
        assert main(["predict", "run", *argv]) == code
        out, err = capsys.readouterr()
        return err if code else out

    return predict


def test_a_prompt_and_what_follows_it(predict):
    out = predict("the cat", *SHORT)
    assert out.startswith("the cat")
    assert len(out) == len("the cat") + 12 + 1
    [record] = map(json.loads, predict("the cat", *SHORT, "--json").splitlines())
    assert out == f"{record['prompt']}{record['text']}\n"
    assert (record["sample"], record["reason"], len(record["tokens"])) == (1, "length", 12)
    assert sum(record["log_probabilities"]) == pytest.approx(record["score"], abs=0.001)  # rounded to four places
    assert predict("the cat", *SHORT, "--seed", "1") != out


@pytest.mark.slow
def test_several_prompts_and_samples_are_kept_apart(predict):
    options = ("--samples", "2", *SHORT, "--temperature", "2")
    records = [json.loads(line) for line in predict("--input", "lines", *options, "--json").splitlines()]
    assert [(record["prompt"], record["sample"]) for record in records] == [
        (line, sample) for line in ("the cat", "", "the mat") for sample in (1, 2)
    ]
    texts = [f"{record['prompt']}{record['text']}" for record in records]
    assert predict("--input", "lines", *options) == "\n--------------------\n".join(texts) + "\n"
    rows = list(csv.DictReader(io.StringIO(predict("--input", "lines", *options, "--format", "csv"))))
    assert [row["text"] for row in rows] == [record["text"] for record in records]
    assert len(set(texts)) == 6


def test_who_types_a_prompt_that_cannot_be_read_may_try_again(folder, capsys, monkeypatch):
    ours, theirs = pty.openpty()
    os.write(ours, "Zoë\nthe\n\x04".encode())  # Ctrl-D
    with os.fdopen(theirs) as terminal, monkeypatch.context() as patch:
        patch.setattr("sys.stdin", terminal)
        assert main(["predict", "run", *SHORT]) == 0
    os.close(ours)
    out, err = capsys.readouterr()
    assert "never trained on: 'Z', 'ë'" in err
    assert out.startswith("the")


def test_a_terminal_sees_the_same_text_as_it_is_written(predict, monkeypatch):
    options = ("the", "cat", "--samples", "2", *SHORT)
    expected = predict(*options)
    ours, theirs = pty.openpty()
    seen = []
    reader = threading.Thread(target=lambda: seen.append(_read(ours, expected.count("\n"))))
    reader.start()
    with os.fdopen(theirs, "w") as terminal:
        monkeypatch.setattr("sys.stdout", terminal)
        assert main(["predict", "run", *options]) == 0
        reader.join(20)
    os.close(ours)
    assert seen[0].replace("\r\n", "\n") == expected


def _read(descriptor, lines):
    text = b""
    while text.count(b"\n") < lines:
        text += os.read(descriptor, 1024)
    return text.decode()


def test_stop_strings_with_escapes(predict):
    free = predict("the", "--max-tokens", "60", "--temperature", "9")
    assert "\n" in free[:-1]
    stopped = predict("the", "--max-tokens", "60", "--temperature", "9", "--stop", "never", "--stop", r"\n")
    assert stopped == free[: free.index("\n") + 1]


def test_the_next_tokens(predict):
    [record] = map(json.loads, predict("the", "--next", "3", "--json").splitlines())
    header, *lines = predict("the", "--next", "3").splitlines()
    assert header == '"the"'
    bars = [line.count("█") for line in lines]
    assert [json.loads(line.split("  ")[-1]) for line in lines] == [each["token"] for each in record["next"]]
    expected = [40 * each["probability"] / record["next"][0]["probability"] for each in record["next"]]
    np.testing.assert_allclose(bars, expected, atol=0.51)  # a bar has whole characters
    rows = list(csv.DictReader(io.StringIO(predict("the", "", "--next", "3", "--format", "csv"))))
    assert [row["prompt"] for row in rows] == ["the"] * 3 + [""] * 3


@pytest.mark.slow
def test_the_next_tokens_are_explained(predict):
    for prompt in ("the cat ", ""):
        plain, record = (json.loads(predict(prompt, "--next", "3", "--json", *options)) for options in ([], ["--explain"]))
        explanations = [token.pop("explanation") for token in record["next"]]
        assert record == plain
        for explanation in explanations:
            assert [token["token"] for token in explanation["tokens"]] == ["<s>", *prompt]
            assert explanation["completeness_gap"] < 0.05
        assert explanations[0]["score"] >= 0 >= explanations[1]["score"]
    rows = list(csv.DictReader(io.StringIO(predict("the cat", "--next", "3", "--explain", "--format", "csv"))))
    lines = predict("the cat", "--next", "3", "--explain").splitlines()[1:]
    assert [line.split("  ")[-1] for line in lines] == [row["explanation"] for row in rows]
    assert all("the " in row["explanation"] and "cat " in row["explanation"] for row in rows)


def test_what_is_written_is_not_explained(predict):
    message = "--explain: expected --next with it, whose tokens are explained, received none"
    assert message in predict("the", "--explain", code=2)
    assert message in predict("the", "--explain", "--score", code=2)


def test_scores_of_lines(predict):
    out = predict("--score", "--input", "lines")
    assert predict("--score", "lines") == predict("the cat", "", "the mat", "--score") == out
    first, empty, _ = [line.split("\t") for line in out.splitlines()]
    nats, per_token, perplexity, bits = map(float, first[:4])
    assert first[4] == "the cat"
    assert per_token == pytest.approx(nats / 7, abs=1e-4)
    assert perplexity == pytest.approx(math.exp(nats / 7), rel=1e-3)
    assert bits == pytest.approx(nats / 7 / math.log(2), abs=1e-4)
    assert empty == ["0.0000", "nan", "nan", "nan", ""]
    records = [json.loads(line, parse_constant=pytest.fail) for line in predict("--score", "lines", "--json").splitlines()]
    assert records[0]["nats"] == nats
    assert records[1] == {"text": "", "nats": 0, **dict.fromkeys(("nats_per_token", "perplexity", "bits_per_character"))} | dict.fromkeys(
        ("tokens", "characters", "bytes"), 0
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["the", "--temperature", "-1"], "--temperature: expected a finite number of at least 0"),
        (["the", "--top-p", "0"], "--top-p: expected a number greater than 0 and at most 1"),
        (["the", "--top-p", "1.5"], "--top-p: expected"),
        (["the", "--top-k", "0"], "--top-k: expected an integer of at least 1"),
        (["the", "--top-k", "1000"], "--top-k: expected an integer from 1 to"),
        (["the", "--samples", "0"], "--samples: expected"),
        (["the", "--max-tokens", "0"], "--max-tokens: expected"),
        (["the", "--stop", ""], "--stop: expected"),
        (["the", "--next", "0"], "--next: expected an integer from 1 to"),
        (["the", "--next", "3", "--seed", "0"], "--seed: expected no --next with it"),
        (["the", "--score", "--temperature", "0"], "--temperature: expected no --score with it"),
        (["the", "--next", "3", "--score"], "expected no --score with it"),
        (["the", "--score", "lines"], "--score lines: expected one source of texts"),
        (["--score", "nowhere"], "nowhere: expected a file of texts"),
        (
            ["the", "--beam-width", "3"],
            "--beam-width: expected a run that translates or one that writes captions, received run, a run of a language model",
        ),
        (["Zoë"], "the prompt 'Zoë' has characters that the model was never trained on: 'Z', 'ë'"),
    ],
)
def test_an_option_that_does_not_fit_is_named(predict, argv, message):
    err = predict(*argv, code=2)
    assert message in err
    assert err.count("\n") == 1


@pytest.fixture
def with_tokens(folder):
    """The tokens that a training would have read."""
    tokenizer = Tokenizer.load(folder / "run" / "tokenizer.model")
    paths = [folder / "run" / "tokens" / name for name in ("train", "validation")]
    for path in paths:
        path.parent.mkdir(exist_ok=True)
        TokenFile.make(path, Documents([lambda: iter([[TEXT * 20]])]), tokenizer)
    (folder / "book").write_text("the mat sat on the cat.\n" * 20)
    yield
    for path in paths:
        path.unlink()


@pytest.mark.slow
def test_it_answers_after_it_has_learned_from_a_text_and_the_run_has_not(predict, with_tokens):
    ask = ("the mat sat on the cat.", "--json", "--score")
    learned, itself = (json.loads(predict(*ask, *words))["nats"] for words in (("--learn-from", "book"), ()))
    assert learned < itself - 1


@pytest.mark.slow
def test_it_writes_what_it_has_learned(predict, with_tokens):
    assert predict("the cat", *SHORT, "--learn-from", "book") != predict("the cat", *SHORT)


def test_it_is_measured_while_it_learns(with_tokens, capsys):
    assert main(["evaluate", "run", "--data", "book", "--cache", "30", "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["adapted"]["nats"] < result["static"]["nats"]
    assert result["ways"]["cache"]["size"] == 30
    assert result["chosen_on"] == f"the first {20 * len(TEXT):,} tokens of the validation text"


def test_what_it_is_to_learn_from_has_to_be_there(predict, with_tokens):
    assert predict("the", "--learn-from", "nowhere", code=2).startswith("toolkit: error: --learn-from: expected a file or a ")
    assert "--explain: expected no --learn-from with it" in predict("t", "--next", "2", "--explain", "--learn-from", "book", code=2)


def test_without_the_tokens_of_the_training_it_is_said_how_they_come_back(predict):
    err = predict("the", "--learn-from", "lines", code=2)
    assert "run/tokens/train: expected the tokens that the training read" in err
    assert "`toolkit evaluate run` makes them again" in err
