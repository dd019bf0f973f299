"""The matrix products of a training step, and nothing else; see `benchmarks.contenders.floor`."""

import math

from benchmarks.contenders import Trainer
from benchmarks.contenders.floor import Plan, Product, Stage, compiled_plan, layer_stages
from benchmarks.contenders.graph import start
from benchmarks.contenders.rows import GATES
from benchmarks.contenders.training_session import target_tokens
from benchmarks.translators.setting import Setting, Weights

__all__ = ["build", "make_plan", "start"]


def make_plan(setting: Setting, sentences: int, source_steps: int, target_steps: int, tokens: int) -> Plan:
    """Returns the products of a step: through the encoder, the decoder, attention and the output, and back.

    Args:
        setting: The model.
        sentences: Pairs of the batch.
        source_steps: Its positions in the source.
        target_steps: Its positions in the target.
        tokens: Those of them that are no padding, for which alone logits are needed.
    """
    encoder, back_to_source = _layers(setting, sentences, source_steps, setting.encoder_layers, directions=2)
    decoder, back_to_target = _layers(setting, sentences, target_steps, setting.decoder_layers, directions=1)
    bridge, back_over_bridge = _dense(sentences, setting.units, setting.units)
    bridges = 2 * setting.decoder_layers
    attention = _attention(setting, sentences, source_steps, target_steps)
    attended, back_from_attended = _dense(sentences * target_steps, 2 * setting.units, setting.embedding_dim)
    logits, back_from_logits = _dense(tokens, setting.embedding_dim, setting.vocabulary_size)
    output = [*attention, *attended, *logits, *back_from_logits, *back_from_attended, *attention, *attention]
    return [
        *encoder,
        [Stage(bridge * bridges)],
        *decoder,
        [Stage(output)],
        *back_to_target,
        [Stage(back_over_bridge * bridges)],
        *back_to_source,
    ]


def _layers(setting: Setting, sentences: int, steps: int, layers: int, directions: int) -> tuple[Plan, Plan]:
    forward, backward = [], []
    units = setting.units // directions
    for layer in range(layers):
        features = setting.embedding_dim if layer == 0 else setting.units
        there, back = layer_stages(sentences, steps, features, units, GATES["lstm"] * units)
        forward += [[stage] * directions for stage in there]
        backward = [[stage] * directions for stage in back] + backward
    return forward, backward


def _attention(setting: Setting, sentences: int, source_steps: int, target_steps: int) -> list[Product]:
    """Returns scores and context; each has two products of the same sizes on the way back."""
    return [
        Product((sentences, target_steps, setting.units), (sentences, setting.units, source_steps)),
        Product((sentences, target_steps, source_steps), (sentences, source_steps, setting.units)),
    ]


def _dense(rows: int, features: int, units: int) -> tuple[list[Product], list[Product]]:
    backward = [
        Product((rows, features), (rows, units), transpose_left=True),  # δW
        Product((rows, units), (units, features)),  # δx
    ]
    return [Product((rows, features), (features, units))], backward


def build(setting: Setting, weights: Weights, jit: bool) -> Trainer:
    """Makes a step, of random numbers: its loss is not a number, and of a batch it looks at the shape only."""
    plans = {}

    def prepare(batch):
        (source, read), *_ = batch
        shape = (*source.shape, read.shape[1])
        if shape not in plans:
            plans[shape] = compiled_plan(make_plan(setting, *shape, target_tokens(batch)), jit)
        return plans[shape]

    def train(run) -> float:
        run()
        return math.nan

    return Trainer(prepare, train)
