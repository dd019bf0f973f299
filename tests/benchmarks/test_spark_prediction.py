"""The benchmarks of Spark, with few lines, and the page that is made of their records."""

import pytest

from benchmarks import spark_prediction, spark_preparation
from benchmarks.records import ComparisonRecord, load_records
from benchmarks.spark_cluster import has_java
from benchmarks.spark_page import LINES, MEMORY, RATE, START, TABLE, spark_page

ROWS = {
    "one process": {LINES: 1000, START: 1.0, RATE: 5000, MEMORY: 0.2},
    "executors: 1": {LINES: 1000, START: 9.0, RATE: 4000, MEMORY: 0.7},
}


def test_the_page_has_ratios_and_what_more_executors_would_take():
    record = ComparisonRecord(name="x", table=TABLE, what="w", command="c", seed=0, minutes=1.0, settings={}, rows=ROWS)
    page = spark_page([record])
    assert "| executors: 1 | 1,000 | 9.0 | 4,000 | 0.80 | 0.70 |" in page
    assert "| 1,000 | 9 | 1 | 250 | 11 | 5 minutes |" in page
    assert "no record" in spark_page([]).lower()


@pytest.mark.covering
@pytest.mark.skipif(not has_java(), reason="there is no Java")
@pytest.mark.parametrize("benchmark", [spark_prediction, spark_preparation])
def test_a_few_lines_are_timed(benchmark, tmp_path):
    pytest.importorskip("pyspark")
    record = benchmark.main(["--lines", "500", "--rounds", "1", "--out", str(tmp_path)])
    assert list(record.rows) == ["one process", "executors: 1", "executors: 2"]
    assert all(value > 0 for row in record.rows.values() for value in row.values())
    assert load_records(tmp_path) == [record]
