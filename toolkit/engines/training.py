"""`toolkit train` by an engine: it starts the workers of one training, and tells each who the others are."""

import dataclasses
import functools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from toolkit.engines.engine import Engine
from toolkit.errors import UserError


def train(engine: Engine, recipe: str, settings: Any, folders: Sequence[str], workers: int) -> str:
    """Trains by the strategy `multi_worker`.

    Args:
        engine: What starts the workers.
        recipe: Name or file of the recipe.
        settings: Its settings.
        folders: Options and folders, such as `"--run-dir"` and one that all workers share.
        workers: How many there are.

    Returns:
        What the first worker has written to standard output.

    Raises:
        UserError: A worker has failed, or there is no room for so many.
    """
    options = yaml.safe_dump({**dataclasses.asdict(settings), "strategy": "multi_worker"}, allow_unicode=True)
    return engine.together(functools.partial(_work, recipe, options, [*folders], os.getcwd()), workers)[0]


def environment_of(index: int, addresses: Sequence[str]) -> dict[str, str]:
    """Returns the environment of a worker: `TF_CONFIG`, as TensorFlow wants it, and all cores that it may use.

    Args:
        index: Number of the worker.
        addresses: `host:port` of all workers.
    """
    config = {"cluster": {"worker": [*addresses]}, "task": {"type": "worker", "index": index}}
    others = {name: value for name, value in os.environ.items() if name not in ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS")}
    return {**others, "TF_CONFIG": json.dumps(config)}


def _work(recipe: str, options: str, folders: Sequence[str], folder: str, index: int, addresses: Sequence[str]) -> str:
    with tempfile.TemporaryDirectory() as own:
        file = Path(own) / "options.yaml"
        file.write_text(options, "utf-8")
        command = [sys.executable, "-m", "toolkit", "train", recipe, "--config", str(file), *folders]
        done = subprocess.run(command, cwd=folder, env=environment_of(index, addresses), capture_output=True, encoding="utf-8", check=False)
    if done.returncode:
        told = (done.stderr.strip().splitlines() or ["it has written nothing"])[-1].removeprefix("toolkit: error: ")
        raise UserError(f"worker {index} at {addresses[index]} has ended with {done.returncode}: {told}")
    return done.stdout
