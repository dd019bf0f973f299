"""Pipes and closed streams, by commands of their own in a shell, as users have them."""

import io

import pytest

from tests.cli.shell import ROOT, shell
from toolkit.cli.streams import Output
from toolkit.errors import UserError

RUN = ROOT / "tests" / "trained" / "sentiment"


@pytest.mark.parametrize(
    ("command", "codes", "out"),
    [
        ("toolkit train sentiment --help | head -1", [0, 0], "usage: toolkit train sentiment"),
        ("toolkit --help | true", [0, 0], ""),
        ("toolkit list | true", [0, 0], ""),
    ],
)
def test_a_reader_that_has_enough_is_no_mistake(command, codes, out):
    found, stdout, stderr = shell(command)
    assert found == codes
    assert stdout.startswith(out)
    assert stderr == ""


def test_what_the_encoding_lacks_is_escaped():
    codes, out, err = shell("PYTHONIOENCODING=ascii toolkit train language_model --print-config --data 'ж'")
    assert (codes, err) == ([0], "")
    assert "data: \\u0436\n" in out


CLOSED_OUTPUT = "toolkit: error: standard output: expected an open one, but it is closed; redirect it to a file, or to /dev/null\n"
CLOSED_INPUT = "toolkit: error: standard input: expected texts, but it is closed; give texts as words, or --input FILE\n"


@pytest.mark.parametrize(
    ("command", "err"),
    [
        ("toolkit list >&-", CLOSED_OUTPUT),
        ("toolkit --help >&-", CLOSED_OUTPUT),
        (f"toolkit evaluate {RUN} >&-", CLOSED_OUTPUT),
        (f"toolkit predict {RUN} text >&-", CLOSED_OUTPUT),
        (f"toolkit predict {RUN} <&-", CLOSED_INPUT),
        pytest.param(f"toolkit predict {RUN} --input - <&- >/dev/null", CLOSED_INPUT, marks=pytest.mark.slow),
        pytest.param(f"toolkit predict {RUN} <&- >&-", CLOSED_OUTPUT, marks=pytest.mark.slow),
        ("toolkit list >/dev/full", "toolkit: error: standard output: cannot be written (No space left on device)\n"),
        ("toolkit lisst 2>&-", ""),
        ("toolkit lisst <&- >&- 2>&-", ""),
    ],
)
def test_a_stream_that_cannot_be_used_is_one_line(command, err):
    assert shell(command) == ([2], "", err)


@pytest.mark.slow
def test_predict_in_pipes():
    codes, out, err = shell(f'yes "a film" | head -5000 | toolkit predict {RUN} | head -2')
    assert codes[-2:] == [0, 0]
    assert [line.split("\t")[2] for line in out.splitlines()] == ["a film"] * 2
    assert err == ""


@pytest.mark.slow
def test_predict_to_a_file_needs_no_output(tmp_path):
    answers = tmp_path / "answers"
    assert shell(f'toolkit predict {RUN} "a film" --output {answers} >&- 2>&- <&-') == ([0], "", "")
    assert answers.read_text().endswith("\ta film\n")


class Broken(io.StringIO):
    def write(self, text):
        raise BrokenPipeError


def test_output_without_a_reader(capsys):
    with pytest.raises(BrokenPipeError):
        Output(Broken()).write("x")
    output = Output(Broken())
    output.outlive("it goes on")
    for _ in range(3):
        print("x", file=output, flush=True)
    assert capsys.readouterr().err == "toolkit: it goes on\n"


def test_output_that_is_closed():
    output = Output(None)
    output.flush()
    assert not output.isatty()
    with pytest.raises(UserError, match="standard output: expected an open one"):
        output.write("x")
    output.outlive()
    output.write("x")
