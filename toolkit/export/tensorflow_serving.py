"""The files with which TensorFlow Serving serves all exported models of a folder."""

import os
import tempfile
from pathlib import Path

from toolkit.run_folder import writing

MODELS = "models.config"
BATCHING = "batching_parameters.txt"
IMAGE = "tensorflow/serving"
MOUNTED = "/models"
PLATFORM = "tensorflow"

MODEL_BATCHING = "batching_params.pbtxt"

BATCHING_TEXT = """\
# Threads that all models of TensorFlow Serving share for joined requests. What is joined is said by each model:
# batching_params.pbtxt in its versions, read with --enable_per_model_batching_parameters.
num_batch_threads { value: 2 }
"""

MODEL_BATCHING_TEXT = """\
# How TensorFlow Serving joins requests that wait. The signatures of fixed shapes take no joined requests: to use them, delete this file.
max_batch_size { value: 32 }
batch_timeout_micros { value: 1000 }
max_enqueued_batches { value: 1000 }
"""


def batching_options(file: str) -> list[str]:
    """Returns the options by which TensorFlow Serving joins requests to the models that allow it.

    Args:
        file: Path of `batching_parameters.txt` as the server sees it.
    """
    return ["--enable_batching=true", "--enable_per_model_batching_parameters=true", f"--batching_parameters_file={file}"]


def docker_command(directory: str) -> str:
    """Returns the command that serves all models of a folder on this machine, REST at port 8501 and gRPC at 8500.

    Args:
        directory: Name of the folder of exported models, in the folder where the command is run.
    """
    return (
        f'docker run --rm -p 127.0.0.1:8501:8501 -p 127.0.0.1:8500:8500 -v "$PWD/{directory}":{MOUNTED}:ro {IMAGE} '
        f"--model_config_file={MOUNTED}/{MODELS} {' '.join(batching_options(f'{MOUNTED}/{BATCHING}'))}"
    )


def write_serving_files(directory: Path) -> None:
    """Writes `models.config`, which names every exported model of a folder, and `batching_parameters.txt`, unless that is there.

    Args:
        directory: Folder of exported models.

    Raises:
        UserError: They cannot be written.
    """
    names = sorted({path.parent.parent.name for path in directory.glob("*/*/saved_model.pb") if path.parent.name.isdecimal()})
    models = "\n".join(f'  config {{ name: "{name}" base_path: "{MOUNTED}/{name}" model_platform: "{PLATFORM}" }}' for name in names)
    head = "# The models of this folder, for TensorFlow Serving. From the folder above:\n"
    with writing(directory):
        _replace(directory / MODELS, f"{head}# {docker_command(directory.resolve().name)}\nmodel_config_list {{\n{models}\n}}\n")
        if not (directory / BATCHING).exists():  # a user may have tuned it
            _replace(directory / BATCHING, BATCHING_TEXT)


def _replace(path: Path, text: str) -> None:
    """Writes a file whole or not at all: a server may read it at any time."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".writing-", encoding="utf-8", newline="\n", delete=False) as file:
        file.write(text)
    Path(file.name).chmod(0o644)
    os.replace(file.name, path)
