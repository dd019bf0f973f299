"""The benchmark of the recurrent layers, on rows of a few numbers."""

import dataclasses
import functools

import numpy as np
import pytest
import tensorflow as tf
from test_render import arguments, project  # noqa: F401

from benchmarks import recurrent_layers
from benchmarks.bucket_fit import STEPS, fit_over_buckets
from benchmarks.contenders import CONTENDERS, FLOOR, Unavailable, floor, load
from benchmarks.contenders.rows import GATES, ROWS, make_problem
from benchmarks.first_epoch import FITTED, first_epochs
from benchmarks.records import SpeedRecord, load_records
from benchmarks.render import main as render
from benchmarks.speed import holds, ratios
from benchmarks.speed_page import number
from benchmarks.turns import measure, require_agreement

pytestmark = pytest.mark.slow

TINY = {
    name: dataclasses.replace(
        row, batch=3, steps=5, features=4, units=6, shortest=2 if row.shortest else None, positions=7 if row.positions else 0
    )
    for name, row in ROWS.items()
}


@functools.cache
def answers(contender, name):
    """Outputs and gradient of a contender."""
    module, options = load(contender)
    steps = module.build(TINY[name], make_problem(TINY[name]), **options)
    return {"outputs": np.asarray(steps.forward()), "gradient": np.asarray(steps.training()[0])}


@pytest.mark.covering
@pytest.mark.parametrize("contender", [name for name in CONTENDERS if name not in FLOOR and name not in ("keras graph", "ours jit")])
@pytest.mark.parametrize("name", "abcd")  # e is a with another batch
def test_all_contenders_compute_the_same(name, contender):
    try:
        received = answers(contender, name)
    except Unavailable as reason:
        pytest.skip(str(reason))
    require_agreement({"keras graph": answers("keras graph", name), contender: received})
    row = TINY[name]
    assert received["gradient"].shape == (row.batch, row.steps, row.features)
    assert np.abs(received["gradient"]).max() > 0


def test_contenders_that_differ_are_named():
    right = {"outputs": np.ones(3), "gradient": np.ones(3)}
    wrong = right | {"gradient": np.array([1, 1, 1.01])}
    with pytest.raises(ValueError, match=r"ours and keras graph: expected the same gradient, received a difference of 1\.0e-02"):
        require_agreement({"keras graph": right, "ours": wrong})
    with pytest.raises(ValueError, match="expected the same outputs"):
        require_agreement({"keras graph": right, "ours": right | {"outputs": np.full(3, np.nan)}})


def test_lengths_are_padded_to_the_longest():
    row = dataclasses.replace(ROWS["b"], features=2, units=2)
    problem = make_problem(row)
    lengths = problem.mask.sum(axis=1)
    assert 20 <= lengths.min() < lengths.max() <= 200
    assert problem.inputs[0].shape == (32, lengths.max(), 2)
    assert all((np.diff(row_mask.astype(int)) <= 0).all() for row_mask in problem.mask)  # no token after padding


def expected_flops(row, time):
    """Two operations for each pair of an input or state and a gate, at every step; and the attention."""
    batch, features, units, gates = row.batch, row.features, row.units, GATES[row.kind] * row.units
    if row.kind == "bidirectional":
        return sum(2 * 2 * batch * time * (size + units) * gates for size in (features, 2 * units))
    if row.kind == "decoder":
        attention = 2 * units * row.positions  # scores and context
        return 2 * batch * time * ((features + 2 * units) * gates + attention + 2 * units * units)
    return 2 * batch * time * (features + units) * gates


@pytest.mark.parametrize("name", TINY)
@pytest.mark.parametrize("training", [False, True])
def test_the_floor_multiplies_what_the_equations_need(name, training, monkeypatch):
    row = TINY[name]
    plan = floor.make_plan(row, row.steps, training)
    multiplied = []
    matmul = tf.matmul

    def counting(left, right, transpose_a=False):
        result = matmul(left, right, transpose_a=transpose_a)
        multiplied.append(2 * int(tf.size(result)) * right.shape[-2])
        return result

    monkeypatch.setattr(tf, "matmul", counting)
    floor.run_plan(plan, floor.make_operands(plan))  # eagerly, so that every step of a loop is seen
    # Backward, each product gives two: one for the gradient of either side.
    assert sum(multiplied) == floor.flops(plan) == expected_flops(row, row.steps) * (3 if training else 1)


@pytest.mark.parametrize("contender", FLOOR)
def test_the_floor_gives_its_products(contender):
    row = TINY["d"]
    module, options = load(contender)
    steps = module.build(row, make_problem(row), **options)
    plan = floor.make_plan(row, row.steps, training=True)
    operands = iter(floor.make_operands(plan))
    products = [product for phase in plan for stage in phase for product in stage.products]
    for product, received in zip(products, steps.training(), strict=True):
        left, right = (next(operands).numpy() for _ in range(2))
        expected = (np.swapaxes(left, -1, -2) if product.transpose_left else left) @ right
        np.testing.assert_allclose(received, expected, rtol=0, atol=1e-5)  # single precision, numbers below one


def test_a_row_is_measured_printed_and_recorded(tmp_path, monkeypatch, capsys):
    chosen = ("keras graph", "floor graph")
    monkeypatch.setattr(recurrent_layers, "ROWS", TINY)
    monkeypatch.setattr(recurrent_layers, "CONTENDERS", {name: CONTENDERS[name] for name in chosen})
    (record,) = recurrent_layers.main(["--rows", "a", "--rounds", "2", "--out", str(tmp_path)])
    assert load_records(tmp_path) == [record]
    (case,) = record.measurements.values()
    assert tuple(case) == chosen
    assert all(0 < values[f"{step} ms, least"] <= values[f"{step} ms"] for values in case.values() for step in ("training", "forward"))
    assert case["keras graph"]["training, tracing and compiling s"] > 0
    assert "peak MiB" in case["keras graph"]
    assert "peak MiB" not in case["floor graph"]
    assert record.command == "python -m benchmarks.recurrent_layers --rows a --rounds 2"
    assert "| keras graph |" in capsys.readouterr().out


def test_a_contender_without_its_framework_is_left_out(tmp_path, monkeypatch):
    (tmp_path / "torch.py").write_text("raise ModuleNotFoundError('No module named torch', name='torch')\n")
    monkeypatch.syspath_prepend(tmp_path)  # the process of a contender inherits it
    said = []
    assert measure(TINY["a"], ["pytorch"], rounds=1, seed=0, threads=1, steps=["training"], say=said.append) == {}
    assert said == ["  pytorch does not take part: PyTorch is not installed (pip install torch)"]


@pytest.mark.covering
def test_the_tracing_of_a_fit_is_timed():
    values = fit_over_buckets("ours", [3], batch=2, seed=0, threads=2)
    assert values["tracing and compiling s"] == pytest.approx(values["of it training s"] + values["of it validation s"], rel=1e-3)
    # Tracing takes far longer than all the steps that follow.
    assert values["of it training s"] > 2 * (STEPS - 1) * values["training step ms"] / 1000


@pytest.mark.covering
def test_first_epochs_are_timed_in_turns():
    values = first_epochs([3, 5], rounds=1, seed=0, threads=2)
    assert tuple(values) == FITTED
    assert all(row["first epoch s"] > row["second epoch s"] > 0 for row in values.values())
    assert values["keras"]["first epoch, times as long as Keras's"] == 1


def test_unknown_rows_are_refused(capsys):
    with pytest.raises(SystemExit):
        recurrent_layers.main(["--rows", "a,z"])
    assert "expected letters of a, b, c, d, e, f, g, h with commas between, received 'a,z'" in capsys.readouterr().err


CASE = {
    "ours": {"training ms": 10.0, "forward ms": 4.0, "peak MiB": 90.0},
    "keras graph": {"training ms": 30.0, "forward ms": 5.0, "peak MiB": 80.0},
    "keras jit": {"training ms": 20.0, "forward ms": 6.0, "peak MiB": 100.0},
    "floor graph": {"training ms": 8.0},
    "floor jit": {"training ms": 5.0},
}


def test_ratios_are_to_the_better_of_stock_and_floor():
    assert ratios(CASE) == {
        "training: stock / ours": 2.0,
        "training: ours / floor": 2.0,
        "forward: stock / ours": 1.25,
        "memory: ours / stock": 0.9,  # of keras jit, which trains faster
    }
    assert ratios({"ours": CASE["ours"]}) == ratios({"keras graph": CASE["keras graph"]}) == {}


@pytest.mark.parametrize(
    ("stock", "floor_ratio", "verdict"),
    [(1.3, 1.5, True), (1.29, 1.2, True), (1.29, 1.21, False), (None, 1.2, True), (1.4, None, True), (None, None, None)],
)
def test_either_bound_will_do(stock, floor_ratio, verdict):
    found = {"training: stock / ours": stock, "training: ours / floor": floor_ratio}
    assert holds({name: ratio for name, ratio in found.items() if ratio is not None}) is verdict


@pytest.mark.parametrize(("value", "text"), [(None, ""), (0.12345, "0.123"), (12345.6, "12,300"), (3.0, "3"), (42.04, "42")])
def test_numbers(value, text):
    assert number(value) == text


def speed_record(**changes):
    values = {"name": "layers-a", "table": "recurrent layers", "what": "(a) LSTM", "command": "run", "seed": 0, "minutes": 1.0}
    return SpeedRecord(**values | {"measurements": {"(a) LSTM": CASE}} | changes)


def test_a_record_of_speed_comes_back_as_it_was_written(tmp_path):
    record = speed_record()
    record.save(tmp_path)
    assert load_records(tmp_path) == [record]
    assert record.versions["tensorflow"].startswith("2.")


def test_the_page_of_speed_is_made_of_records(project):  # noqa: F811
    speed_record().save(project / "results")
    speed_record(name="layers-f", what="(f) growth", measurements={"64 steps": CASE, "128 steps": CASE}).save(project / "results")
    assert render(arguments(project)) == 0
    page = (project / "docs" / "speed.md").read_text()
    assert "| (a) LSTM | 2 | 2 |  | 1.25 |  | 0.9 | yes |" in page
    assert "## (a) LSTM\n\n|  | training ms | forward ms | peak MiB |\n" in page
    assert "| floor jit | 5 |  |  |\n" in page
    assert "| 128 steps | ours | 10 | 4 | 90 |\n" in page
    assert "pytorch" not in page
    assert "(a) LSTM" not in (project / "docs" / "results.md").read_text()


def test_without_records_the_page_says_so(project):  # noqa: F811
    render(arguments(project))
    assert "There is no record yet." in (project / "docs" / "speed.md").read_text()
