import pytest

from toolkit.data.reading.columns import Columns
from toolkit.errors import UserError


def test_usual_names_are_found():
    assert Columns().resolve(["id", "Sentence", "sentiment"], "f") == Columns("Sentence", "sentiment", None)
    assert Columns().resolve(["source", "label", "text"], "f") == Columns("text", "label", "source")


def test_the_plain_name_wins_over_its_synonyms():
    assert Columns().resolve(["review", "text", "label"], "f").text == "text"


def test_chosen_names_win():
    assert Columns("a", "b", "c").resolve(["a", "b", "c", "text", "label"], "f") == Columns("a", "b", "c")


@pytest.mark.parametrize(
    ("columns", "names", "message"),
    [
        (Columns(), ["body", "review", "label"], r'f: "body", "review" could all be the text column; choose one with --text-column'),
        (Columns(), ["text", "stars"], r'f: expected a column with the label, found "text", "stars"; say which with --label-column'),
        (Columns(source="site"), ["text", "label"], r'f: there is no source column "site", only "text", "label"'),
    ],
)
def test_doubt_is_an_error(columns, names, message):
    with pytest.raises(UserError, match=message):
        columns.resolve(names, "f")


def test_a_column_may_be_given_by_its_number():
    names = ["", "text", "5", "text"]
    assert Columns("1", 3, "5").resolve(names, "f") == Columns("1", "5", "5")  # 5 is a name here
    assert Columns(4, 1).resolve(names, "f") == Columns("4", "1", None)
    for number in ("0", "6", "-1"):
        with pytest.raises(UserError, match=f'f: there is no text column "{number}", only "1", "2", "5", "4"; change --text-column'):
            Columns(number, "1").resolve(names, "f")


ROWS = [{"a": f"some text {number}", "b": "xy"[number % 2], "c": f"{number}"} for number in range(8)]


def test_of_two_columns_the_one_with_few_values_is_the_label():
    assert Columns().resolve(["a", "b"], "f", ROWS) == Columns("a", "b", None)
    assert Columns().resolve(["c", "b", "a"], "f", ROWS) == Columns("a", "b", None)  # c counts the rows
    assert Columns(text="a").resolve(["a", "b"], "f", ROWS).label == "b"
    assert Columns(label="b").resolve(["a", "b"], "f", ROWS).text == "a"
    assert Columns().resolve(["a", "b"], "f", ROWS[:2], labels=["x", "y"]) == Columns("a", "b", None)


@pytest.mark.parametrize(
    ("names", "rows"),
    [
        (["a", "b"], ROWS[:3]),  # too few to tell
        (["a", "d"], [{**row, "d": row["a"]} for row in ROWS]),
        (["a", "b", "d"], [{**row, "d": row["b"]} for row in ROWS]),
    ],
)
def test_what_columns_do_not_tell_is_not_guessed(names, rows):
    with pytest.raises(UserError, match="expected a column with the text"):
        Columns().resolve(names, "f", rows)
