"""What the textbooks say of recurrent networks, each claim as an experiment that may contradict it.

    python -m benchmarks.theory            # all, a few minutes each
    python -m benchmarks.theory depth      # one

Each module named here has an `EXPERIMENT`. docs/textbooks.md shows the records.
"""

NAMES = (
    "gradients",
    "clipping",
    "memory",
    "forgetting",
    "directions",
    "depth",
    "variants",
    "gating",
    "starts",
    "truncation",
    "writing",
    "attention",
)
"""The experiments, in the order of the page."""
