"""The files with which TensorFlow Serving serves all exported models of a folder."""

import os
import tempfile
from pathlib import Path

from toolkit.run_folder import writing

MODELS = "models.config"
BATCHING = "batching_parameters.txt"
IMAGE = "tensorflow/serving"
MOUNTED = "/models"

_BATCHING = """\
# Parameters of TensorFlow Serving for --enable_batching: requests that wait are joined.
max_batch_size { value: 32 }
batch_timeout_micros { value: 1000 }
max_enqueued_batches { value: 1000 }
num_batch_threads { value: 2 }
"""


def docker_command(directory: Path, host: str = "127.0.0.1", rest_port: int = 8501, grpc_port: int = 8500) -> str:
    """Returns the command that serves all models of a folder.

    Args:
        directory: Folder of exported models.
        host: The address to listen at.
        rest_port: Port of the REST API.
        grpc_port: Port of gRPC.
    """
    return (
        f"docker run --rm -p {host}:{rest_port}:8501 -p {host}:{grpc_port}:8500 -v {directory.resolve()}:{MOUNTED}:ro {IMAGE} "
        f"--model_config_file={MOUNTED}/{MODELS} --enable_batching --batching_parameters_file={MOUNTED}/{BATCHING}"
    )


def write_serving_files(directory: Path) -> None:
    """Writes `models.config`, which names every exported model of a folder, and `batching_parameters.txt`, unless that is there.

    Args:
        directory: Folder of exported models.

    Raises:
        UserError: They cannot be written.
    """
    names = sorted({path.parent.parent.name for path in directory.glob("*/*/saved_model.pb") if path.parent.name.isdecimal()})
    models = "\n".join(f'  config {{ name: "{name}" base_path: "{MOUNTED}/{name}" model_platform: "tensorflow" }}' for name in names)
    head = "# The models of this folder, for TensorFlow Serving. From the folder above:\n"
    command = docker_command(Path("FOLDER")).replace(str(Path("FOLDER").resolve()), f'"$PWD/{directory.name}"')
    with writing(directory):
        _replace(directory / MODELS, f"{head}# {command}\nmodel_config_list {{\n{models}\n}}\n")
        if not (directory / BATCHING).exists():  # a user may have tuned it
            _replace(directory / BATCHING, _BATCHING)


def _replace(path: Path, text: str) -> None:
    """Writes a file whole or not at all: a server may read it at any time."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".writing-", encoding="utf-8", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)
