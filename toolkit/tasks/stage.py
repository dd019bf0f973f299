"""What a command says it is doing. No TensorFlow here: the command line says so, too."""

WIDTH = 11


def stage(name: str, what: str) -> None:
    """Prints what begins, or what was found, under one word.

    Args:
        name: The word, of at most ten letters.
        what: Any lines.
    """
    print(f"{name:<{WIDTH}}{what}".replace("\n", "\n" + " " * WIDTH), flush=True)
