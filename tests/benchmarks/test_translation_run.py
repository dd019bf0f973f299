import dataclasses
import json

import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks.records import TranslationRecord, load_records
from benchmarks.render import main as render
from benchmarks.translation_run import MULTI30K, main, scores
from benchmarks.translation_table import score, translation_table
from toolkit.cli.recipes import find_recipe
from toolkit.run_folder import RunFolder
from toolkit.tasks.translation.measures import evaluate_translations

RECIPE = find_recipe("translation")
RESULT = evaluate_translations(["a b c d e", "f"], ["v w x y z", "u"], ["v w x y z", "t"], nats=6.0, tokens=3)


def finished_run(folder) -> RunFolder:
    run = RunFolder(folder / "mine")
    data = f"train={folder}/train.en,{folder}/train.de,test={folder}/test.en,{folder}/test.de"
    run.open(RECIPE.name, dataclasses.replace(RECIPE.presets["full"], data=data, seed=3))
    run.write_json(run.data_report, {"name": data})
    history = [{"seconds": 60.0, "val_bleu": 7.004}, {"seconds": 120.6, "val_bleu": 9.0}]
    metrics = {"minutes": 2.5, "parameters": 1000, "peak_memory_gib": 1.25, "test": RESULT.as_dict(), "history": history}
    run.write_json(run.metrics, metrics)
    return run


def test_a_finished_run_becomes_a_record(tmp_path):
    record = main([str(finished_run(tmp_path).path), "--results", str(tmp_path / "results")])
    assert (record.name, record.what, record.seed) == ("mine", "recipe translation, preset full", 3)
    assert (record.minutes, record.parameters, record.peak_memory_gib) == (2.5, 1000, 1.25)
    assert record.table == "train=train.en,train.de,test=test.en,test.de"
    assert record.command == f"toolkit train translation --preset full --seed 3 --data {record.table}"
    assert record.scores == scores(RESULT.as_dict())
    assert record.scores["exact match"] == 0.5
    assert record.signature == RESULT.signatures["bleu"]
    assert record.references == []
    assert record.progress == [[1.0, 7.004], [2.01, 9.0]]
    assert load_records(tmp_path / "results") == [record]
    assert record.versions["sacrebleu"].startswith("2.")


def test_another_evaluation_of_the_run(tmp_path):
    run = finished_run(tmp_path)
    other = evaluate_translations(["a"], ["X y z a b"], ["x y z a b"], lowercase=True)
    (tmp_path / "other.json").write_text(json.dumps(other.as_dict()))
    options = ["--result", str(tmp_path / "other.json"), "--table", MULTI30K, "--name", "n", "--what", "w"]
    record = main([str(run.path), *options, "--results", str(tmp_path / "results")])
    assert (record.name, record.what, record.table) == ("n", "w", MULTI30K)
    assert "perplexity" not in record.scores
    assert record.scores["BLEU"] == pytest.approx(100)
    assert record.references[0]["scores"] == {"BLEU": 39.0}


def test_examples_stand_below_the_table():
    shared = {"table": "t", "seed": 0, "minutes": 1.0, "parameters": 1, "scores": {"BLEU": 1.0}, "signature": "s", "command": "c"}
    record = TranslationRecord(name="n", what="mine", **shared, examples=[{"source": "a | b", "translation": "c"}])
    assert r"| a \| b | c |" in translation_table([record])
    assert "held-out" not in translation_table([dataclasses.replace(record, examples=[])])


def translation_record(**changes):
    values = {"name": "n", "table": "set", "what": "a model", "command": "run", "seed": 0, "minutes": 12.0, "parameters": 1000}
    values |= {"scores": {"BLEU": 38.24, "TER": 40.0, "exact match": 0.955, "perplexity": 8.128}, "signature": "nrefs:1|case:lc"}
    return TranslationRecord(**values | changes)


def test_the_table_has_the_highest_bleu_first_and_a_reference_once():
    references = [{"what": "paper", "scores": {"BLEU": 39.0}}]
    records = [translation_record(references=references), translation_record(what="b", scores={"BLEU": 40.1}, references=references)]
    rows = translation_table(records).splitlines()
    assert rows[0] == "| model | BLEU | TER | exact match | perplexity | parameters | minutes | GiB | BLEU is |"
    assert rows[2:] == [
        "| b | 40.1 |  |  |  | 1,000 | 12.0 |  | `nrefs:1 case:lc` |",
        "| *paper* | 39.0 |  |  |  |  |  |  |  |",
        "| a model | 38.2 | 40.0 | 95.5 % | 8.13 | 1,000 | 12.0 |  | `nrefs:1 case:lc` |",
    ]


def test_a_score_that_is_not_there_is_empty():
    assert score("BLEU", None) == ""


def test_translations_stand_in_the_results(project):  # noqa: F811
    translation_record().save(project / "results")
    assert render(arguments(project)) == 0
    results = (project / "docs" / "results.md").read_text()
    assert results.index("## MR") < results.index("## set\n\n| model | BLEU |")
