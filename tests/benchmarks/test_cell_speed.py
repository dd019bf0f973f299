"""The benchmark of the cells without a product in their loop, on a few numbers."""

import dataclasses

import numpy as np
import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks import cell_speed
from benchmarks.cell_speed import LAYER_ROW, VARIANTS
from benchmarks.cell_speed_page import LANGUAGE_MODEL, LAYER, LITERT, QUALITY, cell_speed_page, floor_of, ratio_rows
from benchmarks.contenders import floor, ours
from benchmarks.contenders.rows import make_problem
from benchmarks.records import ComparisonRecord, SpeedRecord, load_records
from benchmarks.render import main as render
from toolkit.cells import without_product

ROW = dataclasses.replace(LAYER_ROW, batch=4, steps=5, features=4, units=6)


def record(table, measurements):
    return SpeedRecord(name="a", table=table, what="what", command="command", seed=0, minutes=1.0, measurements=measurements)


def test_a_layer_is_compared_with_the_better_of_the_others_and_its_floor():
    case = {"gru": 30, "gru, keras graph": 60, "gru, keras jit": 45, "gru, floor jit": 24, "sru": 10, floor_of("sru"): 8}
    rows = ratio_rows(record(LAYER, {"layer": {name: {"ms": value} for name, value in case.items()}})).splitlines()
    assert rows[2:] == ["| gru | 1 | 1.5 |  | 1.25 |", "| sru | 3 | 4.5 |  | 1.25 |"]


def test_a_language_model_is_compared_with_the_gru():
    case = {"gru": {"tokens per second": 100}, "sru": {"tokens per second": 250}}
    assert ratio_rows(record(LANGUAGE_MODEL, {"characters": case})).splitlines()[2:] == ["| gru | 1 |", "| sru | 2.5 |"]


def test_milliseconds_are_shown_by_length():
    measurements = {"64 tokens": {"sru, int8": {"ms": 0.5}}, "128 tokens": {"sru, int8": {"ms": 1.1}}}
    table = ratio_rows(record(LITERT, measurements)).splitlines()
    assert table[0] == "| ms | 64 tokens | 128 tokens | 128 tokens / 64 tokens |"
    assert table[2] == "| sru, int8 | 0.5 | 1.1 | 2.2 |"


def test_the_page_says_where_there_is_no_record():
    assert cell_speed_page([], []).count("There is no record yet.") == 5


def test_qualities_are_means_over_seeds_the_best_first():
    rows = {
        f"{cell}, seed {seed}": {"nats per character": nats, "units": 8, "parameters": 1000, "minutes": 5.0}
        for cell, seed, nats in (("gru", 0, 1.5), ("sru", 0, 1.4), ("sru", 1, 1.44))
    }
    record = ComparisonRecord(name="a", table=QUALITY, what="text", command="c", seed=0, minutes=1.0, settings={}, rows=rows)
    lines = [line for line in cell_speed_page([], [record]).splitlines() if line.startswith(("| sru", "| gru"))]
    assert lines == ["| sru | 1.420 | 0.028 | 5.0 | 8 | 1,000 | 2 |", "| gru | 1.500 |  | 5.0 | 8 | 1,000 | 1 |"]


def test_every_cell_and_variant_is_measured():
    assert set(VARIANTS) < set(without_product())


@pytest.mark.slow
@pytest.mark.parametrize("cell", ["sru", "min_gru"])
def test_a_step_and_its_floor_have_the_same_sizes(cell):
    row = dataclasses.replace(ROW, kind=cell)
    problem = make_problem(row)
    steps, least = ours.build(row, problem, jit=False), floor.build(row, problem, jit=True)
    outputs = np.asarray(steps.forward())
    assert outputs.shape == (4, 5, 6)
    assert np.abs(outputs).max() > 0
    assert [written.shape for written in least.forward()] == [(4, 5, 6)] * (2 if cell == "sru" else 1)
    δx, δ_kernel, *_ = least.training()
    assert δx.shape == (20, 4)
    assert np.asarray(steps.training()[0]).shape == (4, 5, 4)
    assert δ_kernel.shape == steps.training()[1].shape


@pytest.mark.slow
def test_models_of_other_cells_have_as_many_parameters():
    from benchmarks.language_model_speed import CHARACTERS
    from benchmarks.language_models.equal_parameters import parameters_of, with_parameters

    gru = dataclasses.replace(CHARACTERS, cell="gru", units=32)
    wanted = parameters_of(gru)
    found = with_parameters(dataclasses.replace(gru, cell="qrnn"), wanted)
    assert found.units % 8 == 0
    assert parameters_of(found) == pytest.approx(wanted, rel=0.1)
    more, fewer = (parameters_of(dataclasses.replace(found, units=found.units + by)) for by in (8, -8))
    assert fewer < wanted < more


@pytest.mark.slow
def test_records_are_written_and_shown(project, monkeypatch, capsys):  # noqa: F811
    monkeypatch.setattr(cell_speed, "BY_LENGTH", (4, 8))
    monkeypatch.setattr(cell_speed, "VOCABULARY", 20)
    monkeypatch.setattr(cell_speed, "UNITS", 4)
    cell_speed.main(["--measure", "litert", "--cells", "min_gru", "--rounds", "2", "--out", str(project / "results")])
    [written] = [record for record in load_records(project / "results") if isinstance(record, SpeedRecord)]
    assert list(written.measurements) == ["4 tokens", "8 tokens"]
    assert list(written.measurements["4 tokens"]) == [
        f"{cell}, {form}" for cell in ("lstm", "gru", "min_gru") for form in ("float32", "int8")
    ]
    assert "--measure litert --cells min_gru --rounds 2" in written.command
    render(arguments(project))
    assert "min_gru, int8" in (project / "docs" / "cell_speed.md").read_text()
