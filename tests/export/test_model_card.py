from types import SimpleNamespace

from toolkit.export.model_card import write_model_card

EXPORTER = SimpleNamespace(task="translation", request="{}", limits="", summary=str, model=SimpleNamespace(count_params=lambda: 10))
REPORT = SimpleNamespace(rows=lambda: [["", "MB"], ["SavedModel", "1.0"]], notes=list, compared=3)
FIRST = {"run": "first", "epochs": 6, "data": "a.csv", "continued_from": None}


def card(folder, **facts):
    write_model_card(folder, EXPORTER, REPORT, folder / "model", facts)
    return (folder / "README.md").read_text("utf-8")


def test_the_card_names_the_runs_that_a_training_went_on_from(tmp_path):
    second = {"run": "second", "epochs": 1, "data": "b.csv", "continued_from": FIRST}
    expected = "It went on from the run `second` (1 epoch on b.csv), which went on from the run `first` (6 epochs on a.csv)."
    assert expected in card(tmp_path, continued_from=second)


def test_the_card_of_a_training_from_the_start_says_nothing_of_it(tmp_path):
    assert "went on from" not in card(tmp_path, continued_from=None, settings={"units": 8})
