from benchmarks.records import TheoryRecord
from benchmarks.textbooks_page import textbooks_page


def theory_record(**changes):
    rows = [
        {"cell": cell, "length": 1000, "seed": seed, "nats": nats + seed / 10, "parameters": 1234, "curve": [1, 2], "example": "a text"}
        for cell, nats in (("gru", 1.5), ("lstm", 2.0))
        for seed in (0, 1)
    ]
    values = {
        "name": "theory-depth",
        "table": "t",
        "what": "Depth",
        "command": "run depth",
        "seed": 0,
        "minutes": 2.5,
        "seeds": [0, 1],
        "claim": "Deep is good.",
        "source": "Somebody 1999",
        "rule": "One is above the other.",
        "setting": "A task of 3 steps. More.",
        "verdict": "the opposite here",
        "finding": "0 of 1 hold.",
        "comparisons": ["a is above b: 1 against 2, is the other way round"],
        "factors": ["cell", "length"],
        "rows": rows,
    }
    return TheoryRecord(**values | changes)


def test_an_experiment_has_its_claim_verdict_figure_and_table():
    page = textbooks_page([theory_record()])
    assert "| Depth | Deep is good. | **the opposite here** |" in page
    assert "Deep is good. (Somebody 1999)\n\n**The opposite here.** 0 of 1 hold.\n\n* a is above b: 1 against 2" in page
    assert "![Depth: what was measured](theory/depth.png)" in page
    assert "Seeds 0, 1; 2.5 minutes." in page
    assert "| cell | length | nats | parameters |" in page
    assert "| gru | 1,000 | 1.55 ± 0.07 | 1,234 |" in page
    assert "* gru, 1,000: `a text`" in page
    assert "`run depth`, seed 0" in page


def test_what_did_not_end_in_a_number_is_said():
    rows = [{"cell": cell, "length": 1, "seed": seed, "nats": nats} for cell, seed, nats in (("a", 0, 1.0), ("a", 1, None), ("b", 0, None))]
    page = textbooks_page([theory_record(rows=rows)])
    assert "| a | 1 | 1 (1 of 2 seeds) |" in page
    assert "| b | 1 |  |" in page


def test_rows_stand_in_the_order_of_their_factors():
    rows = [{"cell": cell, "length": length, "seed": 0, "nats": 1.0} for length in (1, 2) for cell in "ba"]
    lines = textbooks_page([theory_record(rows=rows)]).splitlines()
    assert [line[:9] for line in lines if line.startswith(("| a", "| b"))] == ["| b | 1 |", "| b | 2 |", "| a | 1 |", "| a | 2 |"]


def test_experiments_stand_in_their_order():
    page = textbooks_page([theory_record(), theory_record(name="theory-gradients", what="Gradients")])
    assert page.index("## Gradients") < page.index("## Depth")


def test_without_a_record_the_page_says_so():
    assert "There is no record yet." in textbooks_page([])
