from sentences import lines

import benchmarks.few_labels
from benchmarks.few_labels import main
from benchmarks.records import load_records
from toolkit.data.labeled_texts.corpus import read_corpus


def test_each_thing_that_was_tried_has_a_record(tmp_path, monkeypatch):
    rows = [line.rstrip("\n").partition(" ") for line in lines(300, 0)]
    data = tmp_path / "opinions.tsv"
    data.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for label, _, text in rows), "utf-8")
    corpus = read_corpus(str(data))
    monkeypatch.setattr(benchmarks.few_labels, "read_corpus", lambda _: corpus)
    records = main(["--training-examples", "40", "--seeds", "2", "--results", str(tmp_path / "results")])
    assert len(records) == len(benchmarks.few_labels.WHAT)
    assert {record.name: record for record in load_records(tmp_path / "results")} == {record.name: record for record in records}
    for record in records:
        assert record.metrics["all"] > 0.9  # a word says it
        assert record.what.endswith("mean of 2 seeds")
