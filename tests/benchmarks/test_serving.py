"""The benchmark of serving, on a model whose answers are known."""

import contextlib
import socket
import sys
from pathlib import Path

import pytest
from test_render import arguments, project  # noqa: F401

from benchmarks import serving
from benchmarks.records import SpeedRecord, load_records
from benchmarks.render import main as render
from benchmarks.serving_page import BATCHES, CLIENTS, SERVING, direct_row, ratios, server_row, serving_page

sys.path.append(str(Path(__file__).parents[1] / "serving"))

from tests.server.scripted_model import write_model

pytestmark = pytest.mark.slow

TEXTS = ["one", "two words", "three short words"]


@pytest.mark.covering
def test_a_served_model_is_measured(tmp_path):
    write_model(tmp_path / "small" / "1")
    case = serving.measure(tmp_path / "small", TEXTS, requests=40, seconds=20, processes=2)
    assert list(case) == [*map(server_row, CLIENTS), *map(direct_row, BATCHES)]
    assert all(values["calls"] == 40 for values in case.values())
    assert all(0 < values["p50 ms"] <= values["p99 ms"] for values in case.values())


def test_a_server_that_does_not_start_is_an_error(tmp_path):
    with pytest.raises(RuntimeError, match="expected the folder of an exported model"), serving.serving(tmp_path):
        pass


def test_a_refused_request_is_an_error():
    with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as nobody:
        port = nobody.getsockname()[1]
    with pytest.raises(RuntimeError, match="a request has failed"):
        serving.ask(f"http://127.0.0.1:{port}/v1/models/a:predict", TEXTS, clients=2, requests=4, seconds=9)


def test_the_first_text_is_of_median_length():
    assert serving.from_usual(["aaa", "a", "aaaa", "aa", "aaaaa"]) == ["aaa", "a", "aaaa", "aa", "aaaaa"]
    assert serving.from_usual(["aaaaa", "a", "aaa"]) == ["aaa", "aaaaa", "a"]


def test_what_is_recorded_of_calls():
    calls = [(0.0, 0.5), (0.1, 0.2), (0.2, 0.4)]
    values = serving.values_of(calls, texts=2)
    assert values == {"texts per second": 12.0, "p50 ms": 200.0, "p99 ms": 494.0, "first ms": 500.0, "calls": 3.0}


def record(**changes):
    case = {server_row(clients): {"texts per second": 100.0 * clients} for clients in CLIENTS}
    case |= {direct_row(batch): {"texts per second": 200.0 * batch / 4, "p50 ms": 10.0, "first ms": 15.0} for batch in BATCHES}
    values = {"name": "serving-a", "table": SERVING, "what": "a model", "command": "run", "seed": 0, "minutes": 0.1}
    return SpeedRecord(**values | {"measurements": {"a": case}} | changes)


def test_the_page_says_whether_it_is_as_asked():
    (case,) = record().measurements.values()
    assert ratios(case) == {"first / median": 1.5, "batch 32 / batch 1": 32.0}
    assert "| a model | 1.5 | 32 | yes |" in serving_page([record()])
    case[direct_row(1)]["first ms"] = 25.0
    assert "| a model | 2.5 | 32 | no |" in serving_page([record(measurements={"a": case})])
    assert "There is no record yet." in serving_page([])


def test_the_page_is_made_of_the_records(project):  # noqa: F811
    record().save(project / "results")
    assert render(arguments(project)) == 0
    assert "| server, 8 at a time | 800 |" in (project / "docs" / "serving_speed.md").read_text("utf-8")
    assert "server, 8 at a time" not in (project / "docs" / "speed.md").read_text("utf-8")
    assert SERVING in [each.table for each in load_records(project / "results")]
