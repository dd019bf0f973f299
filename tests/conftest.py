"""`benchmarks` and helpers such as `tests.recipes.reviews` are not installed: they are found in the project's folder, after all that is."""

import os
import random
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.append(str(Path(__file__).parents[1]))


@pytest.fixture(autouse=True)
def _the_same_chance_in_each_run():
    """Seeds what Keras draws the seeds of its weights from, so that a test does not fail once in twenty runs."""
    random.seed(0)
    np.random.seed(0)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory):
    """Returns a function from a name, and what writes a folder, to that folder: the first worker that asks writes it, each has a copy."""

    def copy(name, write):
        import fcntl

        everyones = tmp_path_factory.getbasetemp()
        if "PYTEST_XDIST_WORKER" in os.environ:
            everyones = everyones.parent
        with (everyones / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (everyones / name).exists():
                unfinished = tmp_path_factory.mktemp(name)
                write(unfinished)
                unfinished.rename(everyones / name)
        return shutil.copytree(everyones / name, tmp_path_factory.mktemp(name), dirs_exist_ok=True)

    return copy
