import pytest

from toolkit.cli.parser import Parser
from toolkit.errors import UserError
from toolkit.values import one_of


def parse(*argv):
    parser = Parser("toolkit test", "a test")
    parser.add_argument("run", metavar="RUN")
    parser.add_argument("texts", metavar="TEXT", nargs="*", default=[])
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--temperature", type=float)
    parser.add_argument("--format", type=one_of(("text", "jsonl")), default="text")
    parser.add_argument("--json", dest="format", action="store_const", const="jsonl")
    parser.add_argument("--stop", action="append")
    group = parser.add_argument_group("more")
    group.add_argument("--score", nargs="?", const=True)
    return parser.parse_args(argv)


@pytest.mark.parametrize(
    "argv",
    [
        ("RUN", "--json", "a text", "another", "--batch-size", "3"),
        ("--json", "RUN", "--batch_size=3", "a text", "another"),
        ("--batch-size", "3", "--json", "RUN", "a text", "another"),
        ("RUN", "a text", "--batch-size=3", "another", "--json"),
        ("--json", "--batch_size", "3", "--", "RUN", "a text", "another"),
    ],
)
def test_options_and_texts_come_in_any_order(argv):
    options = parse(*argv)
    assert (options.run, options.texts, options.batch_size, options.format) == ("RUN", ["a text", "another"], 3, "jsonl")


@pytest.mark.parametrize(
    ("argv", "texts"),
    [
        (("--", "--json", "-x", "-"), ["--json", "-x", "-"]),
        (("-5 degrees", "-3.5", "-", ":-)", "-:", ""), ["-5 degrees", "-3.5", "-", ":-)", "-:", ""]),
        (("--great film", "- so so", "--- what"), ["--great film", "- so so", "--- what"]),
        (("a=b", "--=x"), ["a=b", "--=x"]),
    ],
)
def test_a_text_may_begin_with_a_dash(argv, texts):
    assert parse("RUN", *argv).texts == texts


def test_a_value_may_begin_with_a_dash_unless_it_is_an_option():
    options = parse("RUN", "--stop", "- ", "--stop", "-x", "--stop=--json", "--temperature", "-1", "--stop", "")
    assert options.stop == ["- ", "-x", "--json", ""]
    assert options.temperature == -1
    assert options.format == "text"


def test_a_value_that_may_be_left_out():
    assert parse("RUN", "--score").score is True
    assert parse("RUN", "--score", "--json").score is True
    assert parse("RUN", "--score", "FILE").score == parse("--score=FILE", "RUN").score == "FILE"
    options = parse("RUN", "--score", "--", "a text")
    assert (options.score, options.texts) == (True, ["a text"])


def test_the_last_of_an_option_counts():
    assert parse("RUN", "--batch-size", "3", "--batch_size", "4").batch_size == 4


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "expected RUN; `toolkit test --help` says more"),
        (("RUN", "-json"), "unknown option -json; did you mean --json?; a text that begins with a dash goes behind `--`"),
        (("RUN", "--jsn"), "unknown option --jsn; did you mean --json?; a text that begins with a dash goes behind `--`"),
        (("RUN", "--temp", "1"), "unknown option --temp; did you mean --temperature?; a text that begins with a dash goes behind `--`"),
        (("RUN", "--batch_size"), "--batch-size: expected a value"),
        (("RUN", "--batch_size", "--json"), "--batch-size: expected a value, received the option --json"),
        (("RUN", "--batch_size", "--", "3"), "--batch-size: expected a value"),
        (("RUN", "--batch_size", "1.5"), "--batch-size: expected a whole number, received '1.5'"),
        (("RUN", "--temperature="), "--temperature: expected a number, received ''"),
        (("RUN", "--json=yes"), "--json: expected no value, received 'yes'"),
        (("RUN", "--format", "json"), "--format: expected one of text, jsonl, received 'json'; did you mean jsonl?"),
    ],
)
def test_a_mistake_is_one_line(argv, message, capfd):
    with pytest.raises(UserError) as error:
        parse(*argv)
    assert str(error.value) == message
    assert capfd.readouterr() == ("", "")


def test_too_many_words_are_named():
    parser = Parser("toolkit test", "a test")
    with pytest.raises(UserError, match=r"^expected no further word, received a b; `toolkit test --help` says more$"):
        parser.parse_args(["a", "b"])
