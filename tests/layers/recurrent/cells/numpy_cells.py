"""The papers' equations in plain NumPy: one row and one step at a time.

Each function takes the weights by name, one row's input `x` and its state, and returns the new state, the output first. `CELLS` has each
cell with its arguments and its function.
"""

import numpy as np

from toolkit.layers.recurrent.cells.coupled_lstm_cell import CoupledLSTMCell
from toolkit.layers.recurrent.cells.greff_variants import CIFGCell, FGRCell, NFGCell, NIAFCell, NIGCell, NOAFCell, NOGCell, NPCell
from toolkit.layers.recurrent.cells.layer_norm_lstm_cell import LayerNormLSTMCell
from toolkit.layers.recurrent.cells.mogrifier_cells import MogrifierGRUCell, MogrifierLSTMCell
from toolkit.layers.recurrent.cells.mut_cells import MUT1Cell, MUT2Cell, MUT3Cell
from toolkit.layers.recurrent.cells.peephole_lstm_cell import PeepholeLSTMCell


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def gates_of(weights, x, h, gates):
    """W x + U h + b of each gate by name."""
    blocks = [np.split(weights[name], len(gates), axis=-1) for name in ("kernel", "recurrent_kernel", "bias")]
    return {gate: x @ w + h @ u + b for gate, w, u, b in zip(gates, *blocks, strict=True)}


def peepholes_of(weights, gates):
    return dict(zip(gates, np.split(weights["peephole_kernel"], len(gates)), strict=True))


def vanilla(weights, x, h, c):
    z, p = gates_of(weights, x, h, "ifgo"), peepholes_of(weights, "ifo")
    i, f = sigmoid(z["i"] + p["i"] * c), sigmoid(z["f"] + p["f"] * c)
    c = f * c + i * np.tanh(z["g"])
    return sigmoid(z["o"] + p["o"] * c) * np.tanh(c), c


def no_input_gate(weights, x, h, c):
    z, p = gates_of(weights, x, h, "fgo"), peepholes_of(weights, "fo")
    c = sigmoid(z["f"] + p["f"] * c) * c + np.tanh(z["g"])
    return sigmoid(z["o"] + p["o"] * c) * np.tanh(c), c


def no_forget_gate(weights, x, h, c):
    z, p = gates_of(weights, x, h, "igo"), peepholes_of(weights, "io")
    c = c + sigmoid(z["i"] + p["i"] * c) * np.tanh(z["g"])
    return sigmoid(z["o"] + p["o"] * c) * np.tanh(c), c


def no_output_gate(weights, x, h, c):
    z, p = gates_of(weights, x, h, "ifg"), peepholes_of(weights, "if")
    c = sigmoid(z["f"] + p["f"] * c) * c + sigmoid(z["i"] + p["i"] * c) * np.tanh(z["g"])
    return np.tanh(c), c


def no_input_activation(weights, x, h, c):
    z, p = gates_of(weights, x, h, "ifgo"), peepholes_of(weights, "ifo")
    c = sigmoid(z["f"] + p["f"] * c) * c + sigmoid(z["i"] + p["i"] * c) * z["g"]
    return sigmoid(z["o"] + p["o"] * c) * np.tanh(c), c


def no_output_activation(weights, x, h, c):
    z, p = gates_of(weights, x, h, "ifgo"), peepholes_of(weights, "ifo")
    c = sigmoid(z["f"] + p["f"] * c) * c + sigmoid(z["i"] + p["i"] * c) * np.tanh(z["g"])
    return sigmoid(z["o"] + p["o"] * c) * c, c


def coupled_with_peepholes(weights, x, h, c):
    z, p = gates_of(weights, x, h, "igo"), peepholes_of(weights, "io")
    i = sigmoid(z["i"] + p["i"] * c)
    c = (1 - i) * c + i * np.tanh(z["g"])
    return sigmoid(z["o"] + p["o"] * c) * np.tanh(c), c


def no_peepholes(weights, x, h, c):
    z = gates_of(weights, x, h, "ifgo")
    c = sigmoid(z["f"]) * c + sigmoid(z["i"]) * np.tanh(z["g"])
    return sigmoid(z["o"]) * np.tanh(c), c


def full_gate_recurrence(weights, x, h, c, i, f, o):
    z, p = gates_of(weights, x, h, "ifgo"), peepholes_of(weights, "ifo")
    matrices = [np.split(rows, 3, axis=1) for rows in np.split(weights["gate_kernel"], 3, axis=0)]
    (r_ii, r_if, r_io), (r_fi, r_ff, r_fo), (r_oi, r_of, r_oo) = matrices  # r_fi: from the forget gate to the input gate
    new_i = sigmoid(z["i"] + i @ r_ii + f @ r_fi + o @ r_oi + p["i"] * c)
    new_f = sigmoid(z["f"] + i @ r_if + f @ r_ff + o @ r_of + p["f"] * c)
    c = new_f * c + new_i * np.tanh(z["g"])
    new_o = sigmoid(z["o"] + i @ r_io + f @ r_fo + o @ r_oo + p["o"] * c)
    return new_o * np.tanh(c), c, new_i, new_f, new_o


def coupled(weights, x, h, c):
    z = gates_of(weights, x, h, "fgo")
    i = 1 - sigmoid(z["f"])
    c = (1 - i) * c + i * np.tanh(z["g"])
    return sigmoid(z["o"]) * np.tanh(c), c


def layer_normalised(weights, x, h, c):
    def normalise(a):
        return (a - sum(a) / len(a)) / np.sqrt(sum((a - sum(a) / len(a)) ** 2) / len(a) + 1e-5)

    a = normalise(x @ weights["kernel"]) * weights["kernel_gain"] + weights["bias"]
    a = a + normalise(h @ weights["recurrent_kernel"]) * weights["recurrent_gain"]
    i, f, g, o = np.split(a, 4)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    return sigmoid(o) * np.tanh(normalise(c) * weights["cell_gain"] + weights["cell_bias"]), c


def mut1(weights, x, h):
    w_z, w_r, *w_h = np.split(weights["kernel"], weights["kernel"].shape[1] // len(h), axis=1)
    u_r, u_h = np.split(weights["recurrent_kernel"], 2, axis=1)
    b_z, b_r, b_h = np.split(weights["bias"], 3)
    z = sigmoid(x @ w_z + b_z)
    r = sigmoid(x @ w_r + h @ u_r + b_r)
    bare = x @ w_h[0] if w_h else x
    return (np.tanh((r * h) @ u_h + np.tanh(bare) + b_h) * z + h * (1 - z),)


def mut2(weights, x, h):
    w_z, *w_r, w_h = np.split(weights["kernel"], weights["kernel"].shape[1] // len(h), axis=1)
    u_z, u_r, u_h = np.split(weights["recurrent_kernel"], 3, axis=1)
    b_z, b_r, b_h = np.split(weights["bias"], 3)
    z = sigmoid(x @ w_z + h @ u_z + b_z)
    r = sigmoid((x @ w_r[0] if w_r else x) + h @ u_r + b_r)
    return (np.tanh((r * h) @ u_h + x @ w_h + b_h) * z + h * (1 - z),)


def mut3(weights, x, h):
    w_z, w_r, w_h = np.split(weights["kernel"], 3, axis=1)
    u_z, u_r, u_h = np.split(weights["recurrent_kernel"], 3, axis=1)
    b_z, b_r, b_h = np.split(weights["bias"], 3)
    z = sigmoid(x @ w_z + np.tanh(h) @ u_z + b_z)
    r = sigmoid(x @ w_r + h @ u_r + b_r)
    return (np.tanh((r * h) @ u_h + x @ w_h + b_h) * z + h * (1 - z),)


def mogrified(weights, x, h):
    names = sorted({name.removesuffix("_left").removesuffix("_right") for name in weights if name.startswith("mogrifier")})
    for number, name in enumerate(names, start=1):
        matrix = weights[name] if name in weights else weights[f"{name}_left"] @ weights[f"{name}_right"]
        if number % 2:
            x = 2 * sigmoid(h @ matrix) * x
        else:
            h = 2 * sigmoid(x @ matrix) * h
    return x, h


def mogrifier_lstm(weights, x, h, c):
    return no_peepholes(weights, *mogrified(weights, x, h), c)


def mogrifier_gru(weights, x, h):
    kept = h
    x, h = mogrified(weights, x, h)
    z = gates_of(weights, x, h, "zrg")
    u_g = np.split(weights["recurrent_kernel"], 3, axis=1)[2]
    r, update = sigmoid(z["r"]), sigmoid(z["z"])
    return (update * kept + (1 - update) * np.tanh(z["g"] - h @ u_g + (r * h) @ u_g),)


CELLS = {
    "vanilla": (PeepholeLSTMCell, {}, vanilla),
    "NIG": (NIGCell, {}, no_input_gate),
    "NFG": (NFGCell, {}, no_forget_gate),
    "NOG": (NOGCell, {}, no_output_gate),
    "NIAF": (NIAFCell, {}, no_input_activation),
    "NOAF": (NOAFCell, {}, no_output_activation),
    "CIFG": (CIFGCell, {}, coupled_with_peepholes),
    "NP": (NPCell, {}, no_peepholes),
    "FGR": (FGRCell, {}, full_gate_recurrence),
    "coupled": (CoupledLSTMCell, {}, coupled),
    "layer normalised": (LayerNormLSTMCell, {}, layer_normalised),
    "mogrifier LSTM": (MogrifierLSTMCell, {}, mogrifier_lstm),
    "mogrifier LSTM of rank 2": (MogrifierLSTMCell, {"rank": 2, "rounds": 3}, mogrifier_lstm),
    "mogrifier GRU": (MogrifierGRUCell, {"rounds": 4}, mogrifier_gru),
    "MUT1": (MUT1Cell, {}, mut1),
    "MUT1 of the paper": (MUT1Cell, {"project_inputs": False}, mut1),
    "MUT2": (MUT2Cell, {}, mut2),
    "MUT2 of the paper": (MUT2Cell, {"project_inputs": False}, mut2),
    "MUT3": (MUT3Cell, {}, mut3),
}
