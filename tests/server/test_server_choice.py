"""Which server is started and how, with programs that stand in for those that no package index has."""

import os
import socket
import sys

import pytest

from toolkit.errors import UserError
from toolkit.server.address import base_url, bind, parse_port
from toolkit.server.choice import choose_backend
from toolkit.server.served_model import ServedModel, describe_missing, find_model
from toolkit.server.tensorflow_serving import docker_command, pinned_config, run_tensorflow_serving, server_command

SERVER = f"""#!{sys.executable}
import http.server, signal, sys
options = dict(word.removeprefix("--").split("=", 1) for word in sys.argv[1:])
if "fail" in options.get("model_name", ""):
    sys.exit(7)
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{{"model_version_status": [{{"state": "AVAILABLE"}}]}}')
server = http.server.HTTPServer(("127.0.0.1", int(options["rest_api_port"])), Handler)
server.serve_forever()
"""


@pytest.fixture
def programs(tmp_path, monkeypatch):
    """An empty folder of programs, and what adds one."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))

    def add(name, text):
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)

    return add


@pytest.fixture
def model(tmp_path):
    for version in ("2", "10", "03", "x"):
        (tmp_path / "models" / "small" / version).mkdir(parents=True)
        (tmp_path / "models" / "small" / version / "saved_model.pb").touch()
    return tmp_path / "models" / "small"


def test_the_first_server_that_is_there_is_chosen(programs):
    said = []
    assert choose_backend("auto", "127.0.0.1") == "kserve"
    programs("docker", "#!/bin/sh\nexit 1\n")  # its daemon does not answer
    assert choose_backend("auto", "127.0.0.1") == "kserve"
    programs("docker", "#!/bin/sh\nexit 0\n")
    assert choose_backend("auto", "127.0.0.1") == "docker"
    programs("tensorflow_model_server", SERVER)
    assert choose_backend("auto", "0.0.0.0") == "tensorflow_model_server"
    assert choose_backend("auto", "127.0.0.1", said.append) == "docker"  # the other one would listen at all addresses
    assert "--host 0.0.0.0" in said[0]
    assert choose_backend("kserve", "0.0.0.0") == "kserve"


def test_a_server_that_is_not_there_is_said(programs):
    with pytest.raises(UserError, match="--backend docker: expected docker on the PATH"):
        choose_backend("docker", "127.0.0.1")
    with pytest.raises(UserError, match="--backend tensorflow_model_server: expected the program"):
        choose_backend("tensorflow_model_server", "0.0.0.0")
    programs("tensorflow_model_server", SERVER)
    with pytest.raises(UserError, match="listens at all addresses"):
        choose_backend("tensorflow_model_server", "localhost")


def test_the_newest_version_is_found(model):
    assert find_model(model) == ServedModel("small", model, 10)
    assert find_model(model / "2", "other") == ServedModel("other", model, 2, is_pinned=True)
    assert find_model(model.parent) is None
    with pytest.raises(UserError, match=r"03: expected a version whose folder is named by its number"):
        find_model(model / "03")
    with pytest.raises(UserError, match=r'--name: expected letters, .* received "a b"'):
        find_model(model, "a b")


def test_what_is_no_model_is_described(model, tmp_path):
    assert describe_missing(tmp_path / "nothing").endswith("found no such folder")
    assert describe_missing(model / "2" / "saved_model.pb").endswith("found a file")
    assert describe_missing(model.parent).endswith(f"found several models; give one of them, such as {model}")
    (model / "2" / "litert").mkdir()
    (model / "2" / "litert" / "model.tflite").touch()
    assert describe_missing(model / "2" / "litert").endswith(f"give the version's folder, {model / '2'}")
    assert "toolkit export RUN" in describe_missing(tmp_path)


def test_the_commands_of_tensorflow_serving(model):
    newest, second = find_model(model), find_model(model / "2")
    assert server_command(newest, 9000) == [
        "tensorflow_model_server",
        "--port=8500",
        "--rest_api_port=9000",
        "--model_name=small",
        f"--model_base_path={model}",
    ]
    assert "--port=8501" in server_command(newest, 8500)
    assert "specific { versions: 2 }" in pinned_config(second)
    docker = docker_command(newest, "127.0.0.1", 9000)
    assert docker[-1] == "tensorflow/serving"
    assert docker[docker.index("-p") + 1] == "127.0.0.1:9000:8501"
    assert f"type=bind,source={model},target=/models/small,readonly" in docker
    assert f"type=bind,source={model / '2'},target=/models/small/2,readonly" in docker_command(second, "127.0.0.1", 9000)
    (model.parent / "batching_parameters.txt").touch()
    assert server_command(newest, 9000)[-1] == f"--batching_parameters_file={model.parent / 'batching_parameters.txt'}"
    image = docker_command(newest, "::1", 9000)
    assert image[-3:] == [
        "--enable_batching=true",
        "--enable_per_model_batching_parameters=true",
        "--batching_parameters_file=/models/batching_parameters.txt",
    ]
    assert "[::1]:9000:8501" in image


def test_a_server_that_ends_by_itself_is_an_error(programs, tmp_path):
    programs("tensorflow_model_server", SERVER)
    with pytest.raises(UserError, match="ended with code 7"):
        run_tensorflow_serving("tensorflow_model_server", ServedModel("fail", tmp_path, 1), "127.0.0.1", bind("127.0.0.1", 0))


def test_a_server_is_stopped_by_a_signal(programs, tmp_path, monkeypatch, capfd):
    programs("tensorflow_model_server", SERVER)
    # As soon as it is ready, this process gets the signal that a user would send.
    from toolkit.server import tensorflow_serving

    wait = tensorflow_serving.wait_until_ready
    monkeypatch.setattr(tensorflow_serving, "wait_until_ready", lambda *arguments: wait(*arguments) and os.kill(os.getpid(), 15))
    run_tensorflow_serving("tensorflow_model_server", ServedModel("small", tmp_path, 1), "127.0.0.1", bind("127.0.0.1", 0))
    out, err = capfd.readouterr()
    assert out.startswith("ready at http://127.0.0.1:")
    assert err.endswith("stopped\n")


@pytest.mark.parametrize("text", ["-1", "65536", "http", "", "٣", "8501.0"])
def test_a_wrong_port_is_said(text):
    with pytest.raises(UserError, match="--port: expected a number from 1 to 65535"):
        parse_port(text)


def test_an_address_that_cannot_be_had_is_said():
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(UserError, match="is in use"):
        bind("127.0.0.1", other.getsockname()[1])
    with pytest.raises(UserError, match="--host: expected a name or an address of this machine"):
        bind("192.0.2.1", 0)  # no machine has it: RFC 5737
    with pytest.raises(UserError, match="--host: expected a name or an address"):
        bind("no such host", 0)


def test_urls_reach_what_listens_everywhere():
    assert base_url("0.0.0.0", 80) == "http://127.0.0.1:80"
    assert base_url("::1", 80) == base_url("::", 80) == "http://[::1]:80"
