import dataclasses

from benchmarks.curves import curves, scores_after
from benchmarks.language_model_table import language_model_table
from benchmarks.records import LanguageModelRecord, Record
from benchmarks.render import table

PROGRESS = [[1.0, 0.5], [4.9, 0.25], [20.0, 0.125], [31.0, 0.0625]]
SHARED = {"name": "n", "table": "t", "what": "mine", "command": "c", "seed": 0, "minutes": 33.0, "parameters": 1}


def test_a_score_is_that_of_the_last_validation_within_so_many_minutes():
    assert scores_after(PROGRESS) == [0.5, 0.25, 0.25, 0.125, None, None]
    assert scores_after([[6.0, 1.0], [16.0, 2.0]]) == [None, None, 1.0, None, None, None]


def test_curves_stand_below_the_table_of_a_kind():
    record = Record(**SHARED, metrics={"all": 0.9}, progress=PROGRESS)
    assert "| model | 2 minutes | 5 minutes | 15 minutes | 30 minutes | the end |" in table([record])
    assert "| mine | 50.0% | 25.0% | 25.0% | 12.5% | 6.2% |" in table([record])
    scores = {"nats per token": 1.0, "perplexity": 1.0, "bits per character": 1.0, "bits per byte": 1.0}
    model = LanguageModelRecord(**SHARED, scores=scores, progress=PROGRESS)
    assert "| mine | 0.500 | 0.250 | 0.250 | 0.125 | 0.062 |" in language_model_table([model])


def test_there_is_no_table_without_a_curve():
    record = Record(**SHARED, metrics={"all": 0.9})
    assert curves([record], "Accuracy", ".1f") == ""
    short = dataclasses.replace(record, progress=[[0.5, 0.5]])
    assert curves([short], "Accuracy", ".1f") == ""
    other = dataclasses.replace(record, what="other", progress=PROGRESS)
    assert "| mine |  |  |  |  | 0.5 |" in curves([short, other], "Accuracy", ".1f")
