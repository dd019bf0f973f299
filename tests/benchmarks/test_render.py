import pytest
from test_records import record

from benchmarks.headlines import HEADLINES, headlines, percent
from benchmarks.records import load_records
from benchmarks.render import BEGIN, END, between_markers, main, table

REFERENCES = [{"what": "paper", "metrics": {"accuracy": 0.761}}]


@pytest.fixture
def project(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    record(references=REFERENCES).save(tmp_path / "results")
    return tmp_path


def arguments(project, *more):
    return ["--root", str(project), "--results", str(project / "results"), *more]


def test_the_pages_of_this_project_are_current():
    assert main(["--check"]) == 0


def test_pages_are_made_of_records_and_stay_as_they_are(project):
    assert main(arguments(project, "--check")) == 1
    assert main(arguments(project)) == 0
    assert main(arguments(project, "--check")) == 0
    readme = (project / "README.md").read_text()
    assert readme.startswith(f"before\n{BEGIN}\n|  | measure |")
    assert readme.endswith(f"{END}\nafter\n")
    results = (project / "docs" / "results.md").read_text()
    assert "| *paper* | 76.1 |" in results
    assert "`run`, seed 0" in results


def test_a_new_record_makes_the_pages_stale(project, capsys):
    main(arguments(project))
    record(name="b").save(project / "results")
    assert main(arguments(project, "--check")) == 1
    assert "results.md: not what the records give" in capsys.readouterr().err


def test_the_best_stands_first_and_a_reference_once():
    records = [record(references=REFERENCES), record(what="better", metrics={"accuracy": 0.9, "spread": 0.012}, references=REFERENCES)]
    rows = table(records[::-1]).splitlines()
    assert [row.split("|")[1].strip() for row in rows] == ["model", "---", "better", "*paper*", "a model"]
    assert rows[2] == "| better | 90 | 1.2 | 10 | 0.5 | 2.0 |"
    assert rows[4] == "| a model | 50 |  | 10 | 0.5 | 2.0 |"


def test_a_headline_has_its_spread_over_seeds_and_what_it_is_compared_with():
    first = HEADLINES[0]
    seeds = [
        record(table=first.table, what=f"{first.what}{seed}", metrics={"imdb": share}) for seed, share in (("", 0.90), (", seed 1", 0.91))
    ]
    other = record(table=first.table, what=f"{first.other}, of words", metrics={"imdb": 0.85})
    assert first.row([*seeds, other]) == [first.title, first.measure, "90.5", "90 to 91, 2 seeds", f"85 {first.named}"]
    assert first.row(seeds[:1]) == [first.title, first.measure, "90", "one seed", ""]
    assert first.row([other]) is None


def test_every_headline_has_its_row():
    rows = headlines(load_records()).splitlines()[2:]
    assert [row.split("|")[1].strip() for row in rows[:-1]] == [headline.title for headline in HEADLINES]
    assert all(row.split("|")[5].strip() for row in rows)


def test_a_mean_says_of_how_many_seeds():
    of_reviews = {"table": "movie_reviews/1.0.0", "metrics": {"all": 0.875, "imdb": 0.9}}
    quick = "recipe sentiment, preset quick"
    mean, other = record(**of_reviews, what=f"{quick}, mean of 3 seeds"), record(**of_reviews, name="b", what=f"{quick}, mean pooling")
    assert "| Sentiment of all default reviews | accuracy, % | 87.5 | mean of 3 seeds |" in headlines([mean, other])
    assert "Sentiment" not in headlines([other])


@pytest.mark.parametrize(("share", "text"), [(0.90466, "90.47"), (0.761, "76.1"), (1.0, "100"), (None, "")])
def test_percent(share, text):
    assert percent(share) == text


@pytest.mark.parametrize("text", ["", BEGIN, f"{BEGIN}{END}{END}"])
def test_missing_markers_are_an_error(text):
    with pytest.raises(ValueError, match="expected one line"):
        between_markers(text, "new")
