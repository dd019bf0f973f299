"""The benchmarks are not installed; they are imported from the project's folder, after everything that is."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2]))
