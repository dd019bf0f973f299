"""A SavedModel whose answers are known, and a server of it."""

import contextlib
import subprocess
import sys

import tensorflow as tf

STRINGS = tf.TensorSpec([None], tf.string)


def write_model(folder):
    """Writes a version of it."""
    module = tf.Module()

    @tf.function(input_signature=[STRINGS])
    def texts_to_two(texts):
        return {"quoted": tf.strings.join(["<", texts, ">"]), "bytes": tf.strings.length(texts)}

    @tf.function(input_signature=[STRINGS])
    def texts_to_one(texts):
        return {"bytes": tf.strings.length(texts)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.float32), tf.TensorSpec([], tf.float32)])
    def multiply(numbers, factor):
        tf.debugging.assert_positive(factor, "factor must be positive")
        return {"products": factor * numbers}

    @tf.function(input_signature=[tf.TensorSpec([2, 3], tf.int32)])
    def add(tokens):
        return {"sums": tf.reduce_sum(tokens, axis=1)}

    @tf.function(input_signature=[tf.TensorSpec([None], tf.int32)])
    def count(steps):
        return {"counted": tf.while_loop(lambda i: tf.reduce_any(i < steps), lambda i: [tf.minimum(i + 1, steps)], [0 * steps])[0]}

    signatures = {"serving_default": texts_to_two, "one": texts_to_one, "multiply": multiply, "add": add, "count": count}
    tf.saved_model.save(module, str(folder), signatures={name: signature.get_concrete_function() for name, signature in signatures.items()})


@contextlib.contextmanager
def serving(folder, *options):
    """Serves a folder by `toolkit serve` while the block runs, and yields the process and the URL of the model."""
    command = [sys.executable, "-m", "toolkit", "serve", str(folder), "--port", "0", "--backend", "kserve", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert line.startswith("ready at "), process.stderr.read()
        yield process, line.removeprefix("ready at ").removesuffix(":predict\n")
    finally:
        process.kill()
        process.communicate()
