"""`benchmarks` and helpers such as `tests.recipes.reviews` are not installed: they are found in the project's folder, after all that is."""

import random
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
