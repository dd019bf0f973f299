"""How a language model writes: argmax, sampling and the nucleus, and what is fed back."""

import itertools
import math
from collections.abc import Callable, Iterator, Sequence

import keras
import numpy as np
import tensorflow as tf
from matplotlib.figure import Figure

from benchmarks.theory.charts import dots, finish, logarithmic
from benchmarks.theory.experiment import Comparison, Experiment, Row, mean, values
from benchmarks.theory.language import LEARNING_RATE, MOST_HELD_OUT, text_task
from benchmarks.theory.tasks import one_hot
from benchmarks.theory.texts import ALPHABET
from benchmarks.theory.training import Trainer, batches, cross_entropy
from toolkit.layers import GRU

TEXTS = 32
PROMPT, WRITTEN = 16, 256  # characters
REPEATED, DISTINCT = 8, 4  # characters of an n-gram
HUMAN = "human"

Choice = Callable[[np.ndarray, np.random.Generator], np.ndarray]
"""From probabilities, `[texts, characters]`, to one character of each."""


def _argmax(probabilities: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    return probabilities.argmax(-1)


def _draw(probabilities: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Draws from each row."""
    sums = probabilities.cumsum(-1)
    return (generator.random((len(sums), 1)) * sums[:, -1:] < sums).argmax(-1)


def _cooled(probabilities: np.ndarray, generator: np.random.Generator, temperature: float = 0.5) -> np.ndarray:
    return _draw(probabilities ** (1 / temperature), generator)


def _nucleus(probabilities: np.ndarray, generator: np.random.Generator, share: float = 0.9) -> np.ndarray:
    """Draws from the fewest most probable characters that have the share together."""
    order = np.argsort(-probabilities, -1)
    ordered = np.take_along_axis(probabilities, order, -1)
    inside = ordered.cumsum(-1) - ordered < share
    return np.take_along_axis(order, _draw(ordered * inside, generator)[:, None], -1)[:, 0]


WAYS: dict[str, tuple[Choice, bool]] = {  # and whether the distribution is fed back in place of the character
    "argmax": (_argmax, False),
    "temperature 0.5": (_cooled, False),
    "nucleus 0.9": (_nucleus, False),
    "sampling": (_draw, False),
    "sampling, distribution fed": (_draw, True),
}


class Writer:
    """The trained model, one step at a time.

    Args:
        recurrent: A recurrent layer with one state.
        output: What makes its outputs logits.
    """

    def __init__(self, recurrent: keras.layers.Layer, output: keras.layers.Layer):
        self._recurrent, self._output = recurrent, output
        self._step = tf.function(self._probabilities, autograph=False)

    def _probabilities(self, inputs, state):
        state = self._recurrent(inputs[:, None], initial_state=[state])
        return tf.nn.softmax(self._output(state)), state

    def write(self, prompts: np.ndarray, length: int, choose: Choice, feeds_distribution: bool, seed: int) -> np.ndarray:
        """Writes on from prompts, `[texts, characters]`; returns what was written, int `[texts, length]`."""
        generator, written = np.random.default_rng(seed), []
        probabilities, state = self._read(prompts)
        for _ in range(length):
            written.append(choose(probabilities.numpy().astype(float), generator))
            fed = probabilities if feeds_distribution else one_hot(written[-1], len(ALPHABET))
            probabilities, state = self._step(tf.convert_to_tensor(fed), state)
        return np.stack(written, 1)

    def perplexity(self, prompts: np.ndarray, texts: np.ndarray) -> float:
        """Returns the perplexity per character of texts after their prompts, whoever has written them."""
        probabilities, state = self._read(prompts)
        nats = []
        for characters in texts.T:
            nats.append(-np.log(np.take_along_axis(probabilities.numpy(), characters[:, None], 1)))
            probabilities, state = self._step(tf.convert_to_tensor(one_hot(characters, len(ALPHABET))), state)
        return math.exp(np.mean(nats))

    def _read(self, prompts):
        state = tf.zeros([len(prompts), self._recurrent.units])
        for characters in prompts.T:
            probabilities, state = self._step(tf.convert_to_tensor(one_hot(characters, len(ALPHABET))), state)
        return probabilities, state


def repeated(texts: np.ndarray, size: int = REPEATED) -> float:
    """Returns the share of n-grams that have stood before in the same text."""
    grams = [[tuple(text[start : start + size]) for start in range(len(text) - size + 1)] for text in texts.tolist()]
    return 1 - sum(len(set(text)) for text in grams) / sum(map(len, grams))


def distinct(texts: np.ndarray, size: int = DISTINCT) -> float:
    """Returns the number of different n-grams of all texts, as a share of all n-grams."""
    grams = [tuple(text[start : start + size]) for text in texts.tolist() for start in range(len(text) - size + 1)]
    return len(set(grams)) / len(grams)


def run(seeds: Sequence[int], *, units: int = 128, steps: int = 1500, window: int = 64, length: int = WRITTEN) -> Iterator[Row]:
    """Yields a row of each way of writing, and of what people have written, and seed."""
    task, size = text_task(length=window), len(ALPHABET)
    [(human, _)] = batches(text_task("test", MOST_HELD_OUT, PROMPT + length), 0, 1)
    prompts, continued = human[:TEXTS, :PROMPT], human[:TEXTS, PROMPT:]

    def build():
        return keras.Sequential([keras.Input((window, size)), GRU(units, return_sequences=True), keras.layers.Dense(size)])

    trainer = Trainer(build, cross_entropy, learning_rate=LEARNING_RATE)
    recurrent, output = trainer.model.layers
    step = GRU(units)
    step.build((None, None, size))
    writer = Writer(step, output)
    for seed in seeds:
        trainer.start(seed)
        trainer.train((one_hot(inputs, size), targets) for inputs, targets in batches(task, seed, steps))
        step.set_weights(recurrent.get_weights())
        written = {HUMAN: continued} | {way: writer.write(prompts, length, *how, seed) for way, how in WAYS.items()}
        for way, texts in written.items():
            yield {
                "way": way,
                "seed": seed,
                "repeated 8-grams": repeated(texts),
                "distinct 4-grams": distinct(texts),
                "perplexity": writer.perplexity(prompts, texts),
                "example": "".join(ALPHABET[number] for number in itertools.chain(prompts[0], texts[0])).replace("\n", " / "),
            }


def compare(rows: Sequence[Row]) -> list[Comparison]:
    """Returns the comparisons of the rule."""

    def of(way, measure):
        return values(rows, measure, way=way)

    def off(way):
        pairs = zip(of(way, "perplexity"), of(HUMAN, "perplexity"), strict=True)
        return [abs(math.log(one / other)) for one, other in pairs]

    return [
        Comparison("argmax repeats more than sampling", of("argmax", "repeated 8-grams"), of("sampling", "repeated 8-grams")),
        Comparison("argmax repeats more than people", of("argmax", "repeated 8-grams"), of(HUMAN, "repeated 8-grams")),
        Comparison(
            "what people write has a higher perplexity than what argmax writes", of(HUMAN, "perplexity"), of("argmax", "perplexity")
        ),
        Comparison("argmax is farther from the perplexity of people than the nucleus, in nats", off("argmax"), off("nucleus 0.9")),
        Comparison(
            "with the distribution fed back, what is written has a higher perplexity than with the character",
            of("sampling, distribution fed", "perplexity"),
            of("sampling", "perplexity"),
        ),
    ]


def draw(rows: Sequence[Row], figure: Figure) -> None:
    """Draws repetition, distinct n-grams and perplexity of each way, a dot for each seed."""
    figure.set_size_inches(10.5, 3.2)
    panels = figure.subplots(1, 3, sharey=True)
    for axes, measure in zip(panels, ("repeated 8-grams", "distinct 4-grams", "perplexity"), strict=True):
        dots(axes, rows, measure, "way")
        axes.axvline(mean(rows, measure, way=HUMAN), color="black", linestyle=":", linewidth=1)
        finish(axes, measure, "", legend=False)
    logarithmic(panels[2].xaxis)
    panels[2].set_xticks([2, 5, 10, 20, 50, 100])
    panels[0].set_ylim(len(WAYS) + 0.5, -0.5)  # shared: each panel has turned it round


EXPERIMENT = Experiment(
    name="writing",
    title="Sampling against argmax",
    claim="Who always writes the most probable character repeats himself, and writes text that is far more probable than people's; "
    "samples of the nucleus are nearer. The character that was drawn has to be fed back, not the distribution that it was drawn "
    "from.",
    source="Holtzman et al. 2020; Karpathy 2015",
    rule="argmax repeats more 8-grams than sampling and than people; what people write has a higher perplexity than what argmax "
    "writes, and the nucleus is nearer to it; fed with the distribution, sampled text has a higher perplexity than fed with the "
    "sampled character.",
    setting="Language model of characters of movie reviews: GRU of 128 units, one-hot inputs, 1,500 steps of Adam at 0.005 on "
    "windows of 64; 32 prompts of 16 characters of held-out reviews, 256 characters written on. The perplexity is the model's own.",
    factors=("way",),
    run=run,
    compare=compare,
    draw=draw,
    seeds=(0, 1),
)
