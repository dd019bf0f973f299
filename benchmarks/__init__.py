"""Quality against published results and a baseline; run from the project's folder, as `python -m benchmarks.NAME`."""
