import re
from html.parser import HTMLParser

import numpy as np
import pytest

from toolkit.data.splits.interval import wilson_interval
from toolkit.evaluation.measured import Example, Measured, Ratio, by_name
from toolkit.inspection.finding import Further
from toolkit.inspection.report import Plot, RunReport

VOID = {"meta", "img"}
BAD = "<script>alert('x & y')</script>"


class Tags(HTMLParser):
    """Reads a page; `open` are the tags that are not closed."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def read(report):
    page = report.finding().page()
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "script" not in tags.seen
    assert not re.search(r"(src|href)=.?(http|//|/)", page)
    return page, "".join(tags.text)


def summary(number=80, picture=None):
    right = np.arange(number) % 4 > 0
    accuracy = Ratio("accuracy", right)
    groups = {"label": by_name(accuracy.of, ["rare" if row < 3 else BAD for row in range(number)])}
    wrong = np.flatnonzero(~right)
    made = Measured("texts", [accuracy], groups, wrong, lambda row: Example(BAD, BAD, "b", 0.75), "wrong ones", "probability", picture)
    return made.summary()


def test_what_people_wrote_is_text_and_no_html():
    report = RunReport(
        BAD, {"data": BAD}, BAD, tested=summary(), chosen=[(BAD, BAD, BAD)], settings={BAD: BAD}, further=[Further(BAD, BAD)],
        plots=[Plot(BAD, BAD, "image/png", b"x")],
    )  # fmt: skip
    page, text = read(report)
    assert "<script>" not in page
    assert text.count(BAD) >= 10


def test_scores_have_their_intervals_and_small_groups_are_marked():
    page, text = read(RunReport("run", {}, "result", tested=summary()))
    low, high = wilson_interval(0.75, 80)
    assert f"accuracy 75.00% (95 % interval {low:.2%} to {high:.2%}), on 80 texts." in text
    assert "not the spread over seeds" in text
    assert page.count('<tr class="few">') == 1
    assert "Few: of fewer than 50" in text


def test_the_first_examples_are_shown_with_pictures_if_there_are():
    page, text = read(RunReport("run", {}, "", tested=summary(200, lambda row: b"png")))
    assert "The first 20 of 50: wrong ones." in text
    assert page.count('src="data:image/png;base64,cG5n"') == 20


def test_a_run_that_has_kept_no_account():
    mistakes = [{"text": BAD, "probability": 0.123456}]
    _, text = read(RunReport("run", {"recipe": "x"}, "test split:\nresult", mistakes=mistakes))
    assert "kept no account" in text
    assert "0.123" in text
    assert BAD in text


def test_a_warning_comes_first():
    _, text = read(RunReport("run", {}, "result", warning="this training has diverged", tested=summary()))
    assert text.index("Warning: this training has diverged.") < text.index("result")


def test_a_model_that_has_no_number_for_a_score_has_a_page():
    tested = summary()
    tested["scores"] = [{"name": "perplexity", "value": None, "low": None, "high": None, "examples": 3, "by": "", "percent": False}]
    _, text = read(RunReport("run", {}, "result", tested=tested))
    assert "perplexity none, on 3 texts." in text


@pytest.mark.parametrize(("kind", "suffix"), [("image/png", b"\x89PNG"), ("image/gif", b"GIF89a")])
def test_pictures_are_in_the_page_with_their_captions(kind, suffix):
    page, text = read(RunReport("run", {}, "result", tested=summary(), plots=[Plot("learning curve", "What is seen.", kind, suffix)]))
    assert f"data:{kind};base64," in page
    assert "learning curve. What is seen." in text


def test_pages_that_lie_beside_it_are_linked_to(tmp_path):
    further = [Further("toolkit inspect run gates", "gates", "gates.html"), Further("toolkit inspect run cells", "cells", "cells.html")]
    report = RunReport("run", {}, "result", tested=summary(), further=[*further, Further("tensorboard", "losses")])
    (tmp_path / "gates.html").touch()
    page = report.finding().save(tmp_path)[0].read_text("utf-8")
    assert re.findall('<a href="(.*?)">', page) == ["gates.html"]
    assert re.findall("<code>(.*?)</code>", page) == ["toolkit inspect run cells", "tensorboard"]
    assert "<a href" not in report.finding().page()
