"""TensorFlow Serving: its command lines, and running one.

The options are those of https://www.tensorflow.org/tfx/serving/docker and of `tensorflow_model_server --help`.
"""

import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from toolkit.errors import UserError
from toolkit.export.tensorflow_serving import BATCHING, IMAGE, MOUNTED, batching_options
from toolkit.quiet import error_descriptor
from toolkit.server.address import base_url
from toolkit.server.choice import DOCKER, TENSORFLOW_SERVING
from toolkit.server.readiness import wait_until_ready
from toolkit.server.served_model import ServedModel

GRPC_PORT = 8500
REST_PORT = 8501  # inside of the container


def docker_command(model: ServedModel, host: str, port: int) -> list[str]:
    """Returns the command that serves a model by docker.

    Args:
        model: The model. A pinned version is the only one that the container sees; otherwise it also takes up later versions.
        host: Address of this machine to listen at, in numbers.
        port: Port of REST.
    """
    source, target = (model.version_folder, f"/{model.version}") if model.is_pinned else (model.folder, "")
    command = ["docker", "run", "--rm", "--init", "-p", f"{_bracketed(host)}:{port}:{REST_PORT}", "-e", f"MODEL_NAME={model.name}"]
    command += ["--mount", _mount(source, f"{MOUNTED}/{model.name}{target}")]
    if model.batching_parameters is None:
        return [*command, IMAGE]
    inside = f"{MOUNTED}/{BATCHING}"
    return [*command, "--mount", _mount(model.batching_parameters, inside), IMAGE, *batching_options(inside)]


def server_command(model: ServedModel, port: int, config: Path | None = None) -> list[str]:
    """Returns the command that serves a model by `tensorflow_model_server`.

    Args:
        model: The model.
        port: Port of REST; gRPC has 8500, or 8501 if that is taken by this one.
        config: File with `pinned_config`, for a model whose version is pinned.
    """
    what = [f"--model_config_file={config}"] if config else [f"--model_name={model.name}", f"--model_base_path={model.folder}"]
    ports = [f"--port={GRPC_PORT if port != GRPC_PORT else GRPC_PORT + 1}", f"--rest_api_port={port}"]
    return [TENSORFLOW_SERVING, *ports, *what, *(batching_options(str(model.batching_parameters)) if model.batching_parameters else [])]


def pinned_config(model: ServedModel) -> str:
    """Returns a configuration, a `ModelServerConfig` as text, that serves one version and no other."""
    policy = f"model_version_policy {{ specific {{ versions: {model.version} }} }}"
    path = str(model.folder).replace("\\", "\\\\").replace('"', '\\"')
    return f'model_config_list {{ config {{ name: "{model.name}" base_path: "{path}" model_platform: "tensorflow" {policy} }} }}\n'


def run_tensorflow_serving(backend: str, model: ServedModel, host: str, taken: socket.socket) -> None:
    """Runs TensorFlow Serving until it is interrupted.

    Args:
        backend: `"tensorflow_model_server"` or `"docker"`.
        model: The model.
        host: The address to listen at.
        taken: A socket that holds the address until now.

    Raises:
        UserError: It has ended by itself.
    """
    address, port, *_ = taken.getsockname()
    taken.close()  # to be bound by the other process
    with tempfile.TemporaryDirectory(prefix="toolkit-serve-") as folder:
        config = None
        if backend == TENSORFLOW_SERVING and model.is_pinned:
            config = Path(folder) / "models.config"
            config.write_text(pinned_config(model), "utf-8")
        command = docker_command(model, address, port) if backend == DOCKER else server_command(model, port, config)
        run_until_stopped(command, f"{base_url(host, port)}/v1/models/{model.name}")


def run_until_stopped(command: Sequence[str], url: str) -> None:
    """Runs a server's command until SIGINT or SIGTERM, which it is given to stop by itself.

    Args:
        command: The words of the command.
        url: URL of the model.

    Raises:
        UserError: The server has ended by itself.
    """
    stopped = []
    process = subprocess.Popen(command, start_new_session=True, stderr=error_descriptor())  # Ctrl-C reaches it once, through us

    def stop(*_) -> None:
        (process.kill if stopped else process.terminate)()  # who asks twice is in a hurry
        stopped.append(True)

    previous = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        wait_until_ready(url, lambda: process.poll() is None, lambda line: print(line, flush=True))
        code = process.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
    if not stopped:
        raise UserError(f"{command[0]}: the server has ended with code {code}; what it says is above")
    print("stopped", file=sys.stderr)


def _mount(source: Path, target: str) -> str:
    if "," in str(source):
        raise UserError(f'{source}: expected a path without "," for docker; move the model')
    return f"type=bind,source={source},target={target},readonly"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
