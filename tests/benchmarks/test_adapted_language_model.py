"""Records of language models that learn as they read, of a run that was trained for two steps."""

import pytest

import toolkit
from benchmarks.adapted_language_model import main
from benchmarks.records import load_records

pytestmark = pytest.mark.slow

SIZES = {"embedding_dim": 4, "units": 4, "num_layers": 1, "window": 8, "batch_size": 4}


def test_all_ways_are_of_one_text(tmp_path):
    (tmp_path / "text.txt").write_text("the cat sat on the mat and the dog on the rug\n" * 1200)
    run = toolkit.train("language_model", data=tmp_path / "text.txt", tokenizer="char", steps=2, run_dir=tmp_path / "run", **SIZES)
    records = main([str(tmp_path / "run"), "--set", "cats", "--cache", "50", "--results", str(tmp_path / "results")])
    static, cache, dynamic, both = records
    assert {record.name for record in load_records(tmp_path / "results")} == {record.name for record in records}
    (table,) = {record.table for record in records}
    assert table.startswith("Language models that learn as they read: cats, chosen on the first ")
    assert static.what == "the model as it is"
    assert cache.command.endswith("; toolkit evaluate RUN --cache 50")
    assert both.command.endswith("; toolkit evaluate RUN --dynamic --cache 50")
    nats = [record.scores["nats per token"] for record in records]
    assert max(nats[1:]) < nats[0]
    assert run.evaluate(dynamic=True).adapted.nats_per_token == dynamic.scores["nats per token"]
    assert run.evaluate().tokens > run.evaluate(cache=50).static.tokens  # whose beginning has chosen
