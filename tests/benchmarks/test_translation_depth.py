import dataclasses

import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks import translation_depth
from benchmarks.records import load_records
from benchmarks.render import main as render
from benchmarks.translation_depth import CONFIGURATIONS, SMALL, main
from recipes.translation import RECIPE

ROW = {"exact_match": 0.5, "bleu": 70.0, "perplexity": 2.0, "parameters": 1000, "minutes": 1.5}


@pytest.fixture
def trained(monkeypatch):
    """The names of configurations that were trained; training itself is the recipe's, which has its own tests."""
    names = []

    def train(configuration, shared):
        names.append(configuration.name)
        return ROW | {"bleu": 70.0 + len(names)}

    monkeypatch.setattr(translation_depth, "train", train)
    return names


def test_the_configurations_are_settings_of_the_recipe():
    assert len(CONFIGURATIONS) == 9 + 9 - 1  # one stands in both grids
    for configuration in CONFIGURATIONS.values():
        dataclasses.replace(RECIPE.presets["quick"], **SMALL, **dataclasses.asdict(configuration))


def test_what_the_record_holds_is_not_trained_again(tmp_path, trained):
    out = ["--out", str(tmp_path)]
    main(["--only", "gru-2-2-dot,lstm-1-1-dot", *out])
    assert trained == ["gru-2-2-dot", "lstm-1-1-dot"]
    record = main(["--only", "lstm-2-2-dot,gru-2-2-dot", *out])
    assert trained == ["gru-2-2-dot", "lstm-1-1-dot", "lstm-2-2-dot"]
    assert list(record.rows) == ["lstm-1-1-dot", "lstm-2-2-dot", "gru-2-2-dot"]  # in the order of the table
    assert [row["bleu"] for row in record.rows.values()] == [72.0, 73.0, 71.0]
    assert record.minutes == 4.5
    assert load_records(tmp_path) == [record]


def test_other_settings_are_not_mixed_in(tmp_path, trained):
    main(["--only", "lstm-1-1-dot", "--out", str(tmp_path)])
    with pytest.raises(ValueError, match="move it away"):
        main(["--only", "lstm-2-2-dot", "--epochs", "2", "--out", str(tmp_path)])
    assert trained == ["lstm-1-1-dot"]


def test_an_unknown_configuration_is_refused(capsys):
    with pytest.raises(SystemExit):
        main(["--only", "lstm-3-3-dot"])
    assert "received 'lstm-3-3-dot'" in capsys.readouterr().err


def test_the_page_has_the_grid_and_the_rows(project, trained):  # noqa: F811
    main(
        [
            "--only",
            "lstm-1-1-dot,lstm-4-2-dot,gru-2-2-none",
            "--data",
            "/a/b.en,/a/b.de",
            "--set",
            "mine",
            "--out",
            str(project / "results"),
        ]
    )
    assert render(arguments(project)) == 0
    page = (project / "docs" / "translation_depth.md").read_text()
    assert "| encoder 1 | 71.0 |  |  |\n| encoder 2 |  |  |  |\n| encoder 4 |  | 72.0 |  |\n" in page
    assert "| gru, 2 + 2 layers, attention none | 50.0 | 73.0 | 2 | 1,000 | 1.5 |" in page
    assert "--data b.en,b.de --set mine`" in page
    assert "/a/" not in page


def test_without_a_record_the_page_says_so(project):  # noqa: F811
    render(arguments(project))
    assert "There is no record yet." in (project / "docs" / "translation_depth.md").read_text()


@pytest.mark.covering
def test_a_configuration_is_trained_by_the_recipe(tmp_path):
    lines = [f"{a} {b} {c}" for a in "abcdef" for b in "ghijkl" for c in "mnopqr"]
    (tmp_path / "pairs.tsv").write_text("".join(f"{line}\t{line[::-1]}\n" for line in lines))
    shared = SMALL | {"units": 8, "embedding_dim": 4, "vocabulary_size": 300, "epochs": 1, "data": str(tmp_path / "pairs.tsv")}
    row = translation_depth.train(CONFIGURATIONS["lstm-1-1-dot"], shared)
    assert row.keys() == ROW.keys()
    assert row["perplexity"] > 1
