"""The same language model in PyTorch."""

import itertools

import torch

from benchmarks.contenders import Trainer
from benchmarks.contenders.pytorch import named_weights, start, torch_trainer, train_one_bias
from benchmarks.language_models.setting import Setting, Weights

__all__ = ["build", "start"]

LAYERS = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}


class LanguageModel(torch.nn.Module):
    """Layers of one size are one module, which is PyTorch's fastest way; the state after a window is kept, without its gradient."""

    def __init__(self, setting: Setting):
        super().__init__()
        self.scale = setting.embedding_dim**0.5
        self.embedding = torch.nn.Embedding(setting.vocabulary_size, setting.embedding_dim)
        stacks = [list(layers) for _, layers in itertools.groupby(setting.layers, lambda layer: layer[1])]
        make = LAYERS[setting.cell]
        self.stacks = torch.nn.ModuleList(make(*layers[0], num_layers=len(layers), batch_first=True) for layers in stacks)
        self.output = torch.nn.Linear(setting.features, setting.vocabulary_size)
        if setting.tied_output:
            self.output.weight = self.embedding.weight
        if setting.cell == "lstm":
            train_one_bias(self)
        self.states = [None] * len(self.stacks)

    def forward(self, tokens):
        """Returns the logits of every step, `[rows, window, vocabulary_size]`."""
        outputs = self.scale * self.embedding(tokens)
        for i, stack in enumerate(self.stacks):
            outputs, state = stack(outputs, self.states[i])
            self.states[i] = state.detach() if torch.is_tensor(state) else tuple(part.detach() for part in state)
        return self.output(outputs)


def build(setting: Setting, weights: Weights) -> Trainer:
    """Makes the model and its training step."""
    model = LanguageModel(setting)
    model.load_state_dict(_state(setting, weights))

    def loss(tokens, predicted):
        return torch.nn.functional.cross_entropy(model(tokens).flatten(0, 1), predicted.flatten())

    return torch_trainer(model, setting.learning_rate, setting.global_clipnorm, loss, _tensors)


def _tensors(batch) -> list[torch.Tensor]:
    (tokens, _), predicted, _ = batch  # the model carries its state without being told; and every token has a weight of 1
    return [torch.tensor(array, dtype=torch.long) for array in (tokens, predicted)]


def _state(setting: Setting, weights: Weights) -> dict[str, torch.Tensor]:
    """Returns the weights under PyTorch's names."""
    arrays = {"embedding.weight": weights.embedding, "output.weight": weights.output, "output.bias": weights.output_bias}
    state = {name: torch.tensor(array) for name, array in arrays.items()}
    remaining = iter(weights.layers)
    for i, (_, layers) in enumerate(itertools.groupby(setting.layers, lambda layer: layer[1])):
        for j, _ in enumerate(layers):
            state |= named_weights(f"stacks.{i}", f"_l{j}", next(remaining))
    return state
