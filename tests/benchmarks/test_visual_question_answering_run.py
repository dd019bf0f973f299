from benchmarks.records import load_records
from benchmarks.visual_question_answering_run import main
from toolkit.cli.recipes import find_recipe
from toolkit.run_folder import RunFolder

RECIPE = find_recipe("visual_question_answering")


def test_a_finished_run_becomes_a_record_beside_what_the_questions_alone_tell(tmp_path):
    run = RunFolder(tmp_path / "mine")
    run.open(RECIPE.name, RECIPE.presets["quick"])
    run.write_json(run.data_report, {"name": "easy-vqa"})
    test = {"accuracy": 0.99, "unseen_accuracy": 0.9, "question_alone": 0.67}
    run.write_json(run.metrics, {"minutes": 2.5, "parameters": 1000, "peak_memory_gib": 1.25, "test": test})
    record = main([str(run.path), "--results", str(tmp_path / "results")])
    assert (record.table, record.what) == ("easy-vqa", "recipe visual_question_answering, preset quick")
    assert record.metrics == {"all questions": 0.99, "questions not in training": 0.9}
    assert record.references[0]["metrics"] == {"all questions": 0.67}
    assert load_records(tmp_path / "results") == [record]
