"""The same translator in PyTorch."""

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from benchmarks.contenders import Trainer
from benchmarks.contenders.pytorch import named_weights, start, torch_trainer, train_one_bias
from benchmarks.translators.setting import Setting, Weights

__all__ = ["build", "start"]


class Translator(torch.nn.Module):
    """Encoder over packed sequences, which leave the padding out; decoder over all steps, as padding stands behind its last token."""

    def __init__(self, setting: Setting):
        super().__init__()
        embedded, units = setting.embedding_dim, setting.units
        self.scale = embedded**0.5
        self.embedding = torch.nn.Embedding(setting.vocabulary_size, embedded)
        self.encoder = torch.nn.LSTM(embedded, units // 2, setting.encoder_layers, bidirectional=True, batch_first=True)
        self.bridges = torch.nn.ModuleList(torch.nn.Linear(units, units) for _ in range(2 * setting.decoder_layers))
        self.decoder = torch.nn.LSTM(embedded, units, setting.decoder_layers, batch_first=True)
        self.output = torch.nn.Linear(2 * units, embedded, bias=False)
        self.output_bias = torch.nn.Parameter(torch.zeros(setting.vocabulary_size))
        train_one_bias(self)

    def forward(self, source, target):
        """Returns the logits of every step, `[batch, steps, vocabulary_size]`."""
        visible = source != 0
        lengths = visible.sum(1)
        packed = pack_padded_sequence(self.scale * self.embedding(source), lengths, batch_first=True, enforce_sorted=False)
        memory, _ = pad_packed_sequence(self.encoder(packed)[0], batch_first=True, total_length=source.shape[1])
        mean = memory.sum(1) / lengths.unsqueeze(1)
        states = [torch.tanh(bridge(mean)) for bridge in self.bridges]
        outputs, _ = self.decoder(self.scale * self.embedding(target), (torch.stack(states[::2]), torch.stack(states[1::2])))
        scores = torch.bmm(outputs, memory.transpose(1, 2)).masked_fill(~visible.unsqueeze(1), float("-inf"))
        seen = torch.bmm(torch.softmax(scores, dim=-1), memory)
        attended = torch.tanh(self.output(torch.cat([seen, outputs], dim=-1)))
        return attended @ self.embedding.weight.T + self.output_bias


def build(setting: Setting, weights: Weights) -> Trainer:
    """Makes the model and its training step."""
    model = Translator(setting)
    model.load_state_dict(_state(weights))

    def loss(source, read, predicted):
        return torch.nn.functional.cross_entropy(model(source, read).flatten(0, 1), predicted.flatten(), ignore_index=0)

    return torch_trainer(model, setting.learning_rate, setting.global_clipnorm, loss, _tensors)


def _tensors(batch) -> list[torch.Tensor]:
    (source, read), predicted, _ = batch  # the weights are those of the tokens that are not padding
    return [torch.tensor(array, dtype=torch.long) for array in (source, read, predicted)]


def _state(weights: Weights) -> dict[str, torch.Tensor]:
    """Returns the weights under PyTorch's names."""
    arrays = {"embedding.weight": weights.embedding, "output.weight": weights.output.T, "output_bias": weights.output_bias}
    for i, (kernel, bias) in enumerate(weights.bridges):
        arrays |= {f"bridges.{i}.weight": kernel.T, f"bridges.{i}.bias": bias}
    state = {name: torch.tensor(array) for name, array in arrays.items()}
    for i, layer in enumerate(weights.encoder):
        state |= named_weights("encoder", f"_l{i}", layer[:3]) | named_weights("encoder", f"_l{i}_reverse", layer[3:])
    for i, layer in enumerate(weights.decoder):
        state |= named_weights("decoder", f"_l{i}", layer)
    return state
