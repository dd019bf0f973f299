import pytest

from toolkit.data.columns import Columns
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
