"""The pages of `toolkit inspect RUN attention` and `report` in a real browser, of a tiny translator."""

import contextlib
import json
import re

import pytest

from tests.recipes.test_translation import train_in
from tests.system.browser import IN_A_BROWSER
from toolkit.cli import main

TEXT = "this calm horse sleeps"
SEEN = """[...document.querySelectorAll(%s)].every((element) => {
    const { width, height, left } = element.getBoundingClientRect();
    return width > 0 && height > 0 && left >= 0 && getComputedStyle(element).visibility === "visible";
})"""

pytestmark = IN_A_BROWSER


@pytest.fixture(scope="module")
def folder(made_once):
    """A folder in which a translator was trained; the commands run in it."""
    folder = made_once("translation", train_in)
    with contextlib.chdir(folder):
        yield folder


def texts_of(browser, selector):
    return browser("evaluate", expression=f"[...document.querySelectorAll({selector!r})].map((each) => each.textContent)")


def seen(browser, selector):
    return browser("evaluate", expression=SEEN % json.dumps(selector))


def test_attention_of_another_hypothesis(folder, browser, capsys):
    assert main(["inspect", "runs/tiny", "attention", "--text", TEXT, "--hypothesis", "2", "--json"]) == 0
    numbers = json.loads(capsys.readouterr().out)
    [looked] = numbers["examples"]
    page = folder / "inspections" / "tiny" / "attention.html"
    browser("open", url=page.as_uri())
    assert texts_of(browser, "h1, .sentence, h2") == ["attention: runs/tiny", numbers["sentence"], looked["item"]]
    columns, rows = (texts_of(browser, f".heat {part} th") for part in ("thead", "tbody"))
    assert columns == ["", *(token.replace("\u2581", "_") for token in looked["columns"])]
    assert rows == [token.replace("\u2581", "_") for token in looked["rows"]]
    assert seen(browser, ".heat th:not(:empty), .heat td")
    colors = browser(
        "evaluate", expression="[...document.querySelectorAll('.heat td')].map((each) => getComputedStyle(each).backgroundColor)"
    )
    shares = [float(re.fullmatch(r"rgba?\(31, 119, 220(?:, (.*))?\)", color)[1] or 1) for color in colors]
    assert shares == pytest.approx([weight for row in looked["weights"] for weight in row], abs=0.006)
    assert browser("told") == {"errors": [], "requests": [page.as_uri()]}


def test_the_report_that_a_training_has_written(folder, browser):
    page = folder / "runs" / "tiny" / "report.html"
    browser("open", url=page.as_uri())
    tested = json.loads(page.with_name("report.json").read_text("utf-8"))["tested"]
    [sentence] = texts_of(browser, ".sentence")
    assert sentence.startswith(tested["scores"][0]["name"])
    headings = texts_of(browser, "h2")
    assert {"Curves", "Scores and their spread", "To look at first", "Pictures", "Settings", "Look further"} <= {*headings}
    assert seen(browser, "h2, table.texts td, figure img, figcaption")
    assert browser("evaluate", expression="[...document.images].length") >= 3
    assert browser("evaluate", expression="[...document.images].every((image) => image.complete && image.naturalWidth > 0)")
    assert browser("evaluate", expression="document.documentElement.scrollWidth <= innerWidth")
    assert texts_of(browser, "li code")[:4] == [
        f"toolkit inspect runs/tiny {what}" for what in ("gates", "gradient-flow", "saliency", "attention")
    ]
    assert browser("evaluate", expression="document.links.length") == 0
    assert browser("told") == {"errors": [], "requests": [page.as_uri()]}


def test_a_report_made_again_leads_to_the_page_beside_it(folder, browser, tmp_path):
    for what in ("attention", "report"):
        assert main(["inspect", "runs/tiny", what, "--output-dir", str(tmp_path)]) == 0
    browser("open", url=(tmp_path / "report.html").as_uri())
    assert texts_of(browser, "li a") == ["attention.html"]
    browser("click", selector="li a")
    assert texts_of(browser, "h1") == ["attention: runs/tiny"]
    assert browser("told")["errors"] == []
