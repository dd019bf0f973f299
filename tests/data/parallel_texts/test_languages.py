import pytest

from toolkit.data.parallel_texts.languages import Languages, languages_of_files, names_columns, usual_columns
from toolkit.errors import UserError


@pytest.mark.parametrize(
    ("asked", "usual", "chosen"),
    [
        ((None, None), ("en", "de"), ("en", "de")),
        (("de", None), ("en", "de"), ("de", "en")),
        ((None, "en"), ("en", "de"), ("de", "en")),
        (("fr", "de"), ("en", "de"), ("fr", "de")),
        (("de", "en"), None, ("de", "en")),
    ],
)
def test_a_direction_is_chosen(asked, usual, chosen):
    assert Languages(*asked).choose(["de", "en", "fr"], "f", usual and Languages(*usual)) == chosen


def test_of_two_languages_one_is_enough():
    assert Languages(None, "de").choose(["de", "en"], "f") == ("en", "de")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (("es", None), r'^f: there is no source "es", only "de", "en", "fr"; change --source$'),
        (("en", "es"), r'^f: there is no target "es", only "de", "en", "fr"; change --target$'),
        (("en", "en"), r'^f: expected a source and a target, found "de", "en", "fr"; choose two with --source and --target$'),
        (("en", None), "expected a source and a target"),
        ((None, None), "expected a source and a target"),
    ],
)
def test_doubt_is_an_error(asked, message):
    with pytest.raises(UserError, match=message):
        Languages(*asked).choose(["de", "en", "fr"], "f")


@pytest.mark.parametrize(
    ("fields", "asked", "header"),
    [
        (["en", "de"], (None, None), True),
        (["source", " target "], (None, None), True),
        (["pt-BR", "zh_Hans"], (None, None), True),
        (["Go.", "Va !"], (None, None), False),
        (["en", "Va !"], (None, None), False),
        (["English", "French"], (None, None), False),
        (["English", "French"], ("English", None), True),
        (["en", "de", "Who said it"], (None, "de"), True),
    ],
)
def test_headers(fields, asked, header):
    assert names_columns(fields, Languages(*asked)) == header


@pytest.mark.parametrize(
    ("names", "usual"),
    [
        (["x", "y"], ("x", "y")),
        (["target", "source"], ("source", "target")),
        (["id", "src", "tgt"], ("src", "tgt")),
        (["a", "b", "c"], None),
    ],
)
def test_usual_columns(names, usual):
    assert usual_columns(names) == usual


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["train.en", "train.de.gz"], ("en", "de")),
        (["x.tok.en", "y.pt-BR"], ("en", "pt-BR")),
        (["a.txt", "b.txt"], None),
        (["train.src", "train.tgt"], None),
        (["english", "german"], None),
        (["a.en", "b.english"], None),
    ],
)
def test_languages_of_files(names, told):
    assert languages_of_files(names) == told
