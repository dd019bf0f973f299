"""What a command says it is doing, and of what it has done. No TensorFlow here: the command line says so, too."""

from typing import Any

WIDTH = 11


def stage(name: str, what: str) -> None:
    """Prints what begins, or what was found, under one word.

    Args:
        name: The word, of at most ten letters.
        what: Any lines.
    """
    print(f"{name:<{WIDTH}}{what}".replace("\n", "\n" + " " * WIDTH), flush=True)


def header(metrics: dict[str, Any], split: str = "test") -> str:
    """Returns the line above the result of a finished run.

    Args:
        metrics: Its `metrics.json`.
        split: What it was measured on.
    """
    return f"{split} split, after {metrics['minutes']:.1f} minutes, epoch {metrics['best_epoch']} of {len(metrics['history'])}:"
