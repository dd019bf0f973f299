"""The LSTM as the composite function that LiteRT's converter turns into its fused operator."""

import uuid

import tensorflow as tf

from toolkit.layers.recurrent.backpropagation.equations import Weights
from toolkit.layers.recurrent.backpropagation.lstm import LSTMEquations, LSTMState
from toolkit.layers.recurrent.time_loop import scan_equations


def fused_lstm(sequences: tf.Tensor, state: LSTMState, weights: Weights) -> tuple[tf.Tensor, tf.Tensor]:
    """Runs an LSTM that the converter recognises and replaces by `UNIDIRECTIONAL_SEQUENCE_LSTM`.

    The last state is not returned: whoever reads the cell makes the converter fall back to a loop, without a word.

    Args:
        sequences: `[batch, time, features]`, the batch static.
        state: Initial state, each `[batch, units]`.
        weights: The cell's weights, gate order i, f, g, o.

    Returns:
        The last output, `[batch, units]`, and all outputs, `[batch, time, units]`.
    """

    def composite(x, h, c, kernel, recurrent_kernel, bias):
        given = Weights(kernel, recurrent_kernel, bias, tf.zeros_like(bias))
        last, outputs, (h, c) = scan_equations(LSTMEquations(), x, LSTMState(h, c), given, all_outputs=True)
        return last, tf.transpose(outputs, [1, 0, 2]), h, c, tf.constant(0.0)

    attributes = {"api_implements": f"lstm_{uuid.uuid4()}", "api_preferred_device": "CPU", "time_major": True, "go_backwards": False}
    run = tf.function(composite, autograph=False, experimental_attributes=attributes)
    # From a constant state the operator would go on where its last call ended. A zero made of the input is no constant.
    state = LSTMState(state.h + 0 * sequences[:, 0, :1], state.c + 0 * sequences[:, -1, :1])
    last, outputs, *_ = run(tf.transpose(sequences, [1, 0, 2]), *state, weights.kernel, weights.recurrent_kernel, weights.bias)
    return last, tf.transpose(outputs, [1, 0, 2])
