"""The recurrent layers of PyTorch."""

from collections.abc import Callable

import numpy as np
import torch

from benchmarks.contenders import Steps, Trainer
from benchmarks.contenders.rows import Problem, Row


def start(threads: int) -> None:
    """Sets the threads of one operation and starts them; the number of operations at once is left to PyTorch."""
    torch.set_num_threads(threads)
    torch.matmul(torch.ones(256, 256), torch.ones(256, 256))


def build(row: Row, problem: Problem) -> Steps:
    """Makes the steps of a row."""
    inputs = [torch.tensor(array) for array in problem.inputs]
    lengths = None if problem.mask is None else torch.tensor(problem.mask.sum(axis=1))
    network = {"decoder": LuongDecoder, "bidirectional": PackedBidirectional}.get(row.kind, OneLayer)(row)
    network.load_state_dict(_state(row, problem))

    def forward():
        with torch.inference_mode():
            return network(inputs, lengths)

    def training():
        watched = [tensor.detach().requires_grad_() for tensor in inputs]
        loss = (network(watched, lengths) ** 2).sum()
        return torch.autograd.grad(loss, [*watched, *network.parameters()])

    return Steps(forward, training)


class OneLayer(torch.nn.Module):
    """LSTM with its last output, or GRU with all."""

    def __init__(self, row: Row):
        super().__init__()
        layer = torch.nn.GRU if row.kind == "gru" else torch.nn.LSTM
        self.all_steps = row.kind == "gru"
        self.layer = layer(row.features, row.units, batch_first=True)

    def forward(self, inputs, lengths):
        """Returns `[batch, time, units]` or `[batch, units]`."""
        outputs, _ = self.layer(*inputs)
        return outputs if self.all_steps else outputs[:, -1]


class PackedBidirectional(torch.nn.Module):
    """Two layers over packed sequences, which leave the padding out: PyTorch's own way with masks."""

    def __init__(self, row: Row):
        super().__init__()
        self.layer = torch.nn.LSTM(row.features, row.units, num_layers=2, bidirectional=True, batch_first=True)

    def forward(self, inputs, lengths):
        """Returns the last outputs of both directions of the second layer, `[batch, 2 * units]`."""
        packed = torch.nn.utils.rnn.pack_padded_sequence(*inputs, lengths, batch_first=True, enforce_sorted=False)
        _, (h, _) = self.layer(packed)
        return torch.cat([h[-2], h[-1]], dim=-1)


class LuongDecoder(torch.nn.Module):
    """The decoder of `stock.LuongCell` as a loop over `LSTMCell`."""

    def __init__(self, row: Row):
        super().__init__()
        self.cell = torch.nn.LSTMCell(row.features + row.units, row.units)
        self.combine = torch.nn.Linear(2 * row.units, row.units, bias=False)

    def forward(self, inputs, lengths):
        """Returns `[batch, time, units]`."""
        sequences, memory = inputs
        h = c = attended = sequences.new_zeros(len(memory), memory.shape[-1])
        outputs = []
        for x in sequences.unbind(1):
            h, c = self.cell(torch.cat([x, attended], dim=-1), (h, c))
            weights = torch.softmax(torch.bmm(memory, h.unsqueeze(-1)).squeeze(-1), dim=-1)
            context = torch.bmm(weights.unsqueeze(1), memory).squeeze(1)
            attended = torch.tanh(self.combine(torch.cat([context, h], dim=-1)))
            outputs.append(attended)
        return torch.stack(outputs, dim=1)


def _state(row: Row, problem: Problem) -> dict[str, torch.Tensor]:
    """Returns the weights under PyTorch's names."""
    if row.kind == "decoder":
        ((*recurrent, combine),) = problem.weights
        return named_weights("cell", "", recurrent) | {"combine.weight": torch.tensor(combine.T)}
    if row.kind != "bidirectional":
        return named_weights("layer", "_l0", problem.weights[0])
    state = {}
    for i, weights in enumerate(problem.weights):
        state |= named_weights("layer", f"_l{i}", weights[:3]) | named_weights("layer", f"_l{i}_reverse", weights[3:])
    return state


def named_weights(module: str, suffix: str, weights: list[np.ndarray]) -> dict[str, torch.Tensor]:
    """Returns the weights of a layer under PyTorch's names.

    Args:
        module: Name of the module that has the layer.
        suffix: What PyTorch puts behind the names, such as `"_l0"`.
        weights: Kernel, recurrent kernel and bias as Keras holds them.
    """
    kernel, recurrent_kernel, bias = weights
    if bias.ndim == 2:
        kernel, recurrent_kernel, bias = map(_reordered, weights)
    biases = bias if bias.ndim == 2 else np.stack([bias, np.zeros_like(bias)])  # PyTorch always has two
    arrays = {"weight_ih": kernel.T, "weight_hh": recurrent_kernel.T, "bias_ih": biases[0], "bias_hh": biases[1]}
    return {f"{module}.{name}{suffix}": torch.tensor(array) for name, array in arrays.items()}


def _reordered(array: np.ndarray) -> np.ndarray:
    """Puts the gates of a GRU into PyTorch's order: z, r, h becomes r, z, h. Those of an LSTM are i, f, g, o in both."""
    z, r, h = np.split(array, 3, axis=-1)
    return np.concatenate([r, z, h], axis=-1)


def torch_trainer(model: torch.nn.Module, learning_rate: float, global_clipnorm: float, loss: Callable, prepare: Callable) -> Trainer:
    """Makes the training step of a model.

    Args:
        model: The model.
        learning_rate: Of Adam.
        global_clipnorm: Largest norm of all gradients together.
        loss: Returns the loss of what `prepare` returned, given as its arguments.
        prepare: Turns a batch into tensors.
    """
    optimizer = torch.optim.Adam(model.parameters(), learning_rate, eps=1e-7)  # Keras's ε

    def train(batch) -> float:
        value = loss(*batch)
        optimizer.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), global_clipnorm)
        optimizer.step()
        return value.item()

    return Trainer(prepare, train)


def train_one_bias(model: torch.nn.Module) -> None:
    """Keeps the second bias of every LSTM, which PyTorch has beside the first, as it is: trained too, it would double the step."""
    for name, parameter in model.named_parameters():
        parameter.requires_grad_("bias_hh" not in name)
