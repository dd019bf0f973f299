from benchmarks.publish_model import card_values
from recipes.language_model import RECIPE
from toolkit.run_folder import RunFolder


def test_a_card_says_what_was_chosen(tmp_path):
    run = RunFolder(tmp_path / "run")
    run.open(RECIPE.name, RECIPE.presets["quick"])
    run.keep_chosen({"vocabulary_size": 2000, "epochs": 2})
    run.model.write_bytes(b"")
    run.write_json(run.metrics, {"parameters": 1, "minutes": 4.5, "cores": 2, "versions": {"keras": "3"}})
    values = card_values("reviews", run)
    assert (values["vocabulary_size"], values["epochs"], values["units"]) == (2000, 2, 320)
    assert values["command"] == "toolkit train language_model"
