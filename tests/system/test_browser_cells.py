"""The page of `toolkit inspect RUN cells` in a real browser."""

from tests.inspection.planted_cell import UNITS, PlantedCell, bracketed
from tests.system.browser import IN_A_BROWSER
from toolkit.inspecting import inspect

UNIT, MATCHES = "document.body.dataset.unit", "document.getElementById('matches').textContent"
CURRENT = "[...document.querySelectorAll('#text .current')].map((step) => step.textContent).join('')"
FIRST_COLOR = "document.querySelector('#text span').style.backgroundColor"

pytestmark = IN_A_BROWSER


def test_search_and_arrow_keys(browser, tmp_path):
    texts = ["(ab) ba\n" + bracketed(900), "(AB)</script> " + bracketed(900, seed=1)]
    page, _ = inspect(PlantedCell(texts), "cells", unit="1 LSTM:2,1 LSTM:3", shown=5000).save(tmp_path)
    browser("open", url=page.as_uri())
    assert browser("evaluate", expression="document.getElementById('text').textContent") == "".join(texts)
    assert browser("evaluate", expression=UNIT) == "1 LSTM:2"
    color = browser("evaluate", expression=FIRST_COLOR)
    browser("press", key="ArrowRight")
    assert browser("evaluate", expression=UNIT) == "1 LSTM:3"
    assert browser("evaluate", expression=FIRST_COLOR) != color
    for _ in range(2):
        browser("press", key="ArrowLeft")
    last = browser("evaluate", expression=UNIT)
    assert last == browser(
        "evaluate", expression="document.getElementById('unit').options[document.getElementById('unit').length - 1].value"
    )
    assert browser("evaluate", expression="document.getElementById('unit').length") == UNITS
    browser("fill", selector="#search", text="(ab)")
    assert browser("evaluate", expression=CURRENT) == "(ab)"
    found = int(browser("evaluate", expression=MATCHES).removeprefix("1 of "))
    assert found == "".join(texts).lower().count("(ab)")
    browser("press", key="Shift+Enter")
    assert browser("evaluate", expression=MATCHES) == f"{found} of {found}"
    browser("press", key="ArrowLeft")  # moves in what is typed
    assert browser("evaluate", expression=UNIT) == last
    browser("fill", selector="#search", text="zzz")
    assert browser("evaluate", expression=MATCHES) == "not in the text"
    assert browser("evaluate", expression="document.querySelectorAll('#text .match').length") == 0
    browser("click", selector="#ranking tr:nth-child(2)")
    assert browser("evaluate", expression=UNIT) == browser(
        "evaluate", expression="document.querySelector('#ranking td:nth-child(2)').textContent"
    )
    assert browser("told") == {"errors": [], "requests": [page.as_uri()]}
