import pytest

from benchmarks.records import TheoryRecord, load_records
from benchmarks.theory import NAMES
from benchmarks.theory.experiment import (
    CONFIRMED,
    NOT_CONFIRMED,
    OPPOSITE,
    Comparison,
    different,
    finding_of,
    load,
    mean,
    values,
    verdict_of,
    where,
)

RECORDS = [record for record in load_records() if isinstance(record, TheoryRecord)]
HOLDS, NEITHER, REVERSED = Comparison("a", [3, 4], [1, 2]), Comparison("b", [1, 3], [2, 4]), Comparison("c", [1, 2], [3, 4])


def test_a_comparison_holds_if_it_does_so_in_all_seeds():
    assert [comparison.sign for comparison in (HOLDS, NEITHER, REVERSED)] == [1, 0, -1]
    assert Comparison("a tie", [1], [1]).sign == 0
    assert HOLDS.sentence() == "a: 3 to 4 against 1 to 2, holds"
    assert REVERSED.sentence() == "c: 1 to 2 against 3 to 4, is the other way round"


@pytest.mark.parametrize(
    ("comparisons", "verdict"),
    [
        ([HOLDS, HOLDS], CONFIRMED),
        ([REVERSED, REVERSED], OPPOSITE),
        ([HOLDS, REVERSED], NOT_CONFIRMED),
        ([HOLDS, NEITHER], NOT_CONFIRMED),
        ([NEITHER], NOT_CONFIRMED),
    ],
)
def test_a_verdict_is_that_of_all_comparisons(comparisons, verdict):
    assert verdict_of(comparisons) == verdict


def test_a_finding_counts():
    assert finding_of([HOLDS, NEITHER, REVERSED]) == "1 of 3 comparisons hold in all seeds, and the reverse of 1."


def test_rows_are_chosen_by_their_factors():
    rows = [{"cell": cell, "seed": seed, "nats": seed + 1.0} for cell in "ab" for seed in (0, 1)]
    assert different(rows, "cell") == ["a", "b"]
    assert where(rows, cell="b", seed=1) == [rows[3]]
    assert values(rows, "nats", cell="a") == [1.0, 2.0]
    assert mean(rows, "nats", cell="a") == 1.5
    with pytest.raises(ValueError, match=r"expected rows with \{'cell': 'c'\}, found none"):
        values(rows, "nats", cell="c")


@pytest.mark.parametrize("name", NAMES)
def test_an_experiment_says_what_it_is(name):
    experiment = load(name)
    assert experiment.name == name
    assert all((experiment.title, experiment.claim, experiment.source, experiment.rule, experiment.setting, experiment.factors))
    assert len(set(experiment.seeds)) == len(experiment.seeds) >= 2


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_what_a_record_says_follows_from_its_rows(record):
    experiment = load(record.name.removeprefix("theory-"))
    comparisons = experiment.compare(record.rows)
    assert (record.verdict, record.finding) == (verdict_of(comparisons), finding_of(comparisons))
    assert record.comparisons == [comparison.sentence() for comparison in comparisons]
    assert (record.claim, record.rule, record.setting) == (experiment.claim, experiment.rule, experiment.setting)
