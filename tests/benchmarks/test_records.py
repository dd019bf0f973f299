import dataclasses

import pytest

from benchmarks.records import Record, load_records


def record(**changes) -> Record:
    values = {
        "name": "a",
        "table": "MR",
        "what": "a model",
        "command": "run",
        "seed": 0,
        "minutes": 0.5,
        "parameters": 10,
        "peak_memory_gib": 2.0,
    }
    return Record(**values | {"metrics": {"accuracy": 0.5}} | changes)


def test_a_record_comes_back_as_it_was_written(tmp_path):
    records = [record(references=[{"what": "paper", "metrics": {"accuracy": 0.7}}]), record(name="b", seed=1)]
    for each in reversed(records):
        each.save(tmp_path)
    assert load_records(tmp_path) == records


def test_a_record_says_where_it_was_measured():
    measured = dataclasses.asdict(record())
    assert measured["commit"]
    assert measured["versions"]["tensorflow"].startswith("2.")
    assert measured["hardware"]["logical_cores"] >= 1
    assert measured["hardware"]["memory_gib"] > 0
    assert measured["hardware"]["processor"]


@pytest.mark.parametrize("content", ["{", "[]", '{"name": "a"}', '{"surprise": 1}'])
def test_a_file_that_is_no_record_is_named(tmp_path, content):
    (tmp_path / "wrong.json").write_text(content)
    with pytest.raises(ValueError, match=r"wrong\.json: expected a record"):
        load_records(tmp_path)
