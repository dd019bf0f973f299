import pytest

from toolkit.data.line_breaks import replace_line_breaks


@pytest.mark.parametrize("tag", ["<br />", "<br/>", "<br>", "<BR>"])
def test_line_breaks_become_newlines(tag):
    assert replace_line_breaks(f"a{tag}{tag}b") == "a\n\nb"


def test_other_markup_stays():
    assert replace_line_breaks("<b>bread</b> < br >") == "<b>bread</b> < br >"
