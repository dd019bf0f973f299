from sentences import lines

from benchmarks.records import load_records
from benchmarks.sentiment_baseline import main


def test_the_baseline_reads_what_the_recipe_reads(tmp_path):
    rows = [line.rstrip("\n").partition(" ") for line in lines(300, 0)]
    data = tmp_path / "opinions.tsv"
    data.write_text("text\tlabel\n" + "".join(f"{text}\t{label}\n" for label, _, text in rows), "utf-8")
    record = main(["--data", str(data), "--name", "opinions", "--results", str(tmp_path / "results")])
    assert record.metrics == {"all": 1.0}
    assert record.command == "python -m benchmarks.sentiment_baseline --data opinions.tsv"
    assert record.table == "opinions.tsv"
    assert load_records(tmp_path / "results") == [record]
