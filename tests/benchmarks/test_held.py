from benchmarks.held import TESTS, counts, name_of
from benchmarks.held_page import held_page
from benchmarks.records import HeldRecord

REPORT = """<testsuites><testsuite>
<testcase name="test_what_is_offered_is_exported[sentiment-0]"/>
<testcase name="test_what_is_offered_is_exported[sentiment-1]"><failure message="left out"/></testcase>
<testcase name="test_every_cell_is_trained_and_exported[language_model-gru]"><error message="a fixture"/></testcase>
<testcase name="test_random_corruptions_are_noticed"><properties>
<property name="corruptions" value="500"/><property name="noticed" value="498"/><property name="without effect" value="2"/>
</properties></testcase>
<testcase name="test_something_else"/>
</testsuite></testsuites>"""

MORE = '<testsuites><testsuite><testcase name="test_what_changes_the_operators_is_exported[sentiment-0]"/></testsuite></testsuites>'


def test_what_was_tried_and_what_held_is_counted():
    assert counts(REPORT) == {
        "configurations of sentiment that export everything, all pairs": {"tried": 2, "held": 1},
        "configurations of language_model that export everything, each cell": {"tried": 1, "held": 0},
        "random changes of exports that are noticed": {"tried": 500, "held": 498},
        "random changes that are without effect, provably": {"tried": 500, "held": 2},
    }
    assert counts(MORE) == {"configurations of sentiment that export everything, slow tests": {"tried": 1, "held": 1}}


def test_each_part_has_a_record_of_its_own():
    assert name_of("tests/system/test_settings_and_exports.py::every_cell and tagging") == "held-system-every-cell-and-tagging"
    assert len({name_of(tests) for tests in TESTS}) == len(TESTS)


def test_the_page_has_each_count():
    rows = {"these": {"tried": 1500, "held": 1499}}
    record = HeldRecord(name="held", table="", what="tests/a.py::b", command="c", seed=0, minutes=9.5, rows=rows)
    page = held_page([record])
    assert "| these | 1,500 | 1,499 |" in page
    assert "| `tests/a.py::b` | 9.5 |" in page
    assert "no record" in held_page([])
