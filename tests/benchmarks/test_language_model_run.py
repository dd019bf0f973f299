import dataclasses

import keras
import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks.language_model_run import TEMPERATURE, TINYSHAKESPEARE, main
from benchmarks.language_model_table import language_model_table
from benchmarks.records import LanguageModelRecord, load_records
from benchmarks.render import main as render
from toolkit.cli.recipes import find_recipe
from toolkit.evaluation.likelihood import Likelihood
from toolkit.models.language_model import LanguageModel
from toolkit.run_folder import RunFolder
from toolkit.text.exact_tokenizer import train_exact_tokenizer

RECIPE = find_recipe("language_model")
RESULT = Likelihood(nats=30.0, tokens=20, characters=40, bytes=50)


def finished_run(folder) -> RunFolder:
    run = RunFolder(folder / "mine")
    run.open(RECIPE.name, dataclasses.replace(RECIPE.presets["full"], data=f"{folder}/input.txt", tokenizer="char", seed=3))
    run.write_json(run.data_report, {"name": f"{folder}/input.txt"})
    metrics = {"minutes": 2.5, "parameters": 1000, "peak_memory_gib": 1.25, "test": RESULT.as_dict()}
    run.write_json(run.metrics, metrics | {"measured": "validation", "continuous": True})
    return run


def test_a_finished_run_becomes_a_record(tmp_path):
    record = main([str(finished_run(tmp_path).path), "--results", str(tmp_path / "results")])
    assert (record.name, record.what, record.seed) == ("mine", "recipe language_model, preset full", 3)
    assert (record.minutes, record.parameters, record.peak_memory_gib) == (2.5, 1000, 1.25)
    assert record.table == "input.txt, char tokens, validation split"
    assert record.command == "toolkit train language_model --preset full --seed 3 --data input.txt --tokenizer char"
    assert list(record.scores) == ["nats per token", "perplexity", "bits per character", "bits per byte"]
    assert (record.scores["nats per token"], record.scores["bits per byte"]) == (1.5, RESULT.bits_per_byte)
    assert (record.references, record.samples) == ([], [])
    assert load_records(tmp_path / "results") == [record]


@pytest.mark.slow
def test_samples_are_written_by_the_model_and_come_again(tmp_path):
    run = finished_run(tmp_path)
    text = "to be or not\n"
    run.write_json(run.samples, [text])
    tokenizer = train_exact_tokenizer([text])
    tokenizer.save(run.tokenizer)
    keras.utils.set_random_seed(0)
    model = LanguageModel(tokenizer.vocabulary_size, embedding_dim=4, units=4, num_layers=1)
    model.build(None)
    model.save(run.model)
    options = [str(run.path), "--results", str(tmp_path / "results"), "--samples", "2", "--tokens", "30"]
    first, again = main(options).samples, main(options).samples
    assert first == again
    assert [(sample["prompt"], sample["temperature"], sample["seed"]) for sample in first] == [
        ("to be or not", TEMPERATURE, 0),
        ("to be or not", TEMPERATURE, 1),
    ]
    assert first[0]["text"] != first[1]["text"]
    (other,) = main([*options, "--samples", "1", "--prompt", "not", "--table", TINYSHAKESPEARE]).samples
    assert other["prompt"] == "not"


def language_model_record(**changes):
    values = {"name": "n", "table": "set", "what": "a model", "command": "run", "seed": 0, "minutes": 12.0, "parameters": 1000}
    scores = {"nats per token": 1.46, "perplexity": 4.306, "bits per character": 2.1063, "bits per byte": 2.1}
    return LanguageModelRecord(**values | {"scores": scores, "peak_memory_gib": 1.5} | changes)


def test_the_table_has_the_fewest_nats_first_and_a_reference_once():
    references = [
        {"what": "far", "scores": {"nats per token": 1.4697}, "parameters": 10_600_000},
        {"what": "near", "scores": {"nats per token": 1.4586}, "minutes": 34.0},
    ]
    better = language_model_record(what="b", scores={"nats per token": 1.42}, references=references)
    rows = language_model_table([language_model_record(references=references), better]).splitlines()
    assert rows[0] == "| model | nats per token | perplexity | bits per character | bits per byte | parameters | minutes | GiB |"
    assert rows[2:] == [
        "| b | 1.4200 |  |  |  | 1,000 | 12.0 | 1.5 |",
        "| *near* | 1.4586 |  |  |  |  | 34.0 |  |",
        "| a model | 1.4600 | 4.306 | 2.1063 | 2.1000 | 1,000 | 12.0 | 1.5 |",
        "| *far* | 1.4697 |  |  |  | 10,600,000 |  |  |",
    ]


@pytest.mark.parametrize(
    ("prompt", "text", "shown"),
    [
        ("A:", "\n\nno `|` ```end\n", "\nTemperature 0.8, seed 1, after `A:`:\n\n    A:\n\n    no `|` ```end\n"),
        ("", "word " * 40, f"\nTemperature 0.8, seed 1, with no prompt:\n\n    {'word ' * 21}word\n    {'word ' * 17}word\n"),
    ],
)
def test_samples_stand_below_the_table_as_code(prompt, text, shown):
    sample = {"prompt": prompt, "text": text, "temperature": 0.8, "seed": 1}
    page = language_model_table([language_model_record(samples=[sample]), language_model_record(what="b")])
    assert page.endswith(f"|\n\nWhat *a model* writes after a prompt, whatever comes of it:\n{shown}")


def test_language_models_stand_in_the_results(project):  # noqa: F811
    language_model_record().save(project / "results")
    assert render(arguments(project)) == 0
    assert "## set\n\n| model | nats per token |" in (project / "docs" / "results.md").read_text()
