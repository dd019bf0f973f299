import pickle

import pytest

from toolkit.arguments import InvalidArgument, arguments_are_options, check_choice, check_integer, naming_options, option, passing_on
from toolkit.errors import UserError

ERROR = InvalidArgument("init_from", "a run", "x y", "train one first")


def test_an_error_comes_out_of_another_process_as_it_is():
    copy = pickle.loads(pickle.dumps(ERROR))
    assert (str(copy), copy.told("--init-from")) == (str(ERROR), ERROR.told("--init-from"))


def test_an_error_reads_as_those_of_keras():
    assert isinstance(ERROR, ValueError)
    assert str(ERROR) == "Argument `init_from` must be a run. Received: init_from='x y'. Train one first"


def test_a_command_tells_it_of_its_option_and_python_of_its_keyword():
    with pytest.raises(UserError) as error, naming_options(["init_from"]):
        raise ERROR
    assert str(error.value) == "init_from: expected a run, received 'x y'; train one first"
    with pytest.raises(UserError, match=r"^--init-from: expected a run"), arguments_are_options(), naming_options(["init_from"]):
        raise ERROR


def test_a_file_tells_it_of_its_line():
    with pytest.raises(UserError) as error, naming_options(["units"], units="a.yaml:3: units"):
        check_integer("units", 0, 1)
    assert str(error.value) == "a.yaml:3: units: expected an integer of at least 1, received 0"


def test_an_error_of_another_argument_is_a_fault_of_the_program():
    with pytest.raises(InvalidArgument), naming_options(["units"]):
        raise ERROR


def test_messages_mention_arguments_as_options_while_a_command_runs():
    assert option("init_from") == "`init_from`"
    with arguments_are_options():
        assert option("init_from") == "--init-from"
    assert option("init_from") == "`init_from`"


@pytest.mark.parametrize(("value", "advice"), [("adm", ". Did you mean adam?"), ("xyz", ""), (None, "")])
def test_a_choice_that_is_none_names_one_that_is_spelled_like_it(value, advice):
    check_choice("optimizer", "adam", ("sgd", "adam"))
    with pytest.raises(InvalidArgument) as error:
        check_choice("optimizer", value, ("sgd", "adam"))
    assert str(error.value) == f"Argument `optimizer` must be one of sgd, adam. Received: optimizer={value!r}{advice}"


def test_an_argument_that_is_passed_on_is_told_by_its_own_name():
    with (
        pytest.raises(InvalidArgument, match=r"^Argument `label_smoothing` must be a run\.") as error,
        passing_on(init_from="label_smoothing"),
    ):
        raise ERROR
    assert error.value.advice == "train one first"
    with pytest.raises(InvalidArgument, match="`init_from`"), passing_on(smoothing="label_smoothing"):
        raise ERROR
