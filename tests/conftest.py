"""`benchmarks` and helpers such as `tests.recipes.reviews` are not installed: they are found in the project's folder, after all that is."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
