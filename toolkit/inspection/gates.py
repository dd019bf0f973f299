"""How far gates are open, how long units remember, and which units do nothing."""

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from toolkit.arguments import InvalidArgument
from toolkit.errors import UserError
from toolkit.html import table
from toolkit.inspection.finding import Finding
from toolkit.inspection.inspection import Inspection, real_steps
from toolkit.inspection.page import figure_html

CLOSED, OPEN = 0.1, 0.9
BINS = 40
LONGEST = 10_000.0  # steps; a unit that keeps more has forgotten nothing that could be seen


@dataclasses.dataclass(frozen=True, kw_only=True)
class Gates(Inspection):
    """How far gates are open on real texts.

    A gate is left-saturated at a step where it is below 0.1, and right-saturated where it is above 0.9. A unit that keeps the share k of
    its memory at each step remembers for 1 / (1 - k) steps on average. A unit is constant if its output hardly changes over all steps, and
    dead if it is zero as well.

    Source: Karpathy, Johnson & Fei-Fei 2016, "Visualizing and understanding recurrent networks", section 4.3.

    Attributes:
        constant: standard deviation of an output over all steps below which a unit is constant
    """

    constant: float = 0.01
    name: ClassVar[str] = "gates"

    def __post_init__(self) -> None:
        if not 0 < self.constant < 1:
            raise InvalidArgument("constant", "a number between 0 and 1", self.constant)

    def of(self, subject: Any) -> Finding:
        """Looks at all recurrent layers on the subject's batches."""
        seen = [subject.observed(batch)[1] for batch in subject.batches]
        if not seen or not seen[0]:
            raise UserError(f"{self.name}: expected a model with recurrent layers, found none in {subject.name}")
        layers = {name: self._layer([loops[name] for loops in seen if name in loops]) for name in seen[0]}
        numbers = {"layers": {name: layer.as_dict() for name, layer in layers.items()}}
        return Finding(self.name, subject.name, _sentence(layers), numbers, _body(layers))

    def _layer(self, loops: list[Any]) -> "_Layer":
        def steps(values: list[Any]) -> np.ndarray:
            return np.concatenate([real_steps(loop, value) for loop, value in zip(loops, values, strict=True)]).astype("float64")

        output = steps([next(iter(loop.states.values())) for loop in loops])
        gates = {name: steps([loop.gates[name] for loop in loops]) for name in loops[0].gates}
        keeps = None if loops[0].keeps is None else steps([loop.keeps for loop in loops])
        return _Layer.of(output, gates, keeps, self.constant)


@dataclasses.dataclass(frozen=True)
class _Gate:
    mean: float
    closed: float
    open: float
    counts: list[int]
    unit_closed: list[float]
    unit_open: list[float]


@dataclasses.dataclass(frozen=True)
class _Layer:
    steps: int
    units: int
    gates: dict[str, _Gate]
    memory: list[float] | None  # steps, of each unit
    constant: list[int]
    dead: list[int]

    @classmethod
    def of(cls, output: np.ndarray, gates: dict[str, np.ndarray], keeps: np.ndarray | None, constant: float) -> "_Layer":
        still = np.flatnonzero(output.std(0) < constant)
        dead = [int(unit) for unit in still if np.abs(output[:, unit]).mean() < constant]
        memory = None if keeps is None else np.minimum(1 / np.maximum(1 - keeps.mean(0), 1 / LONGEST), LONGEST).tolist()
        return cls(len(output), output.shape[1], {name: _gate(values) for name, values in gates.items()}, memory, still.tolist(), dead)

    def as_dict(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


def _gate(values: np.ndarray) -> _Gate:
    counts = np.histogram(values, BINS, (0, 1))[0]
    closed, opened = (values < CLOSED).mean(0), (values > OPEN).mean(0)
    return _Gate(float(values.mean()), float(closed.mean()), float(opened.mean()), counts.tolist(), closed.tolist(), opened.tolist())


def _sentence(layers: dict[str, _Layer]) -> str:
    parts = []
    for name, layer in layers.items():
        said = []
        if layer.memory is not None:
            middle, longest = np.median(layer.memory), max(layer.memory)
            said.append(f"its units remember for {middle:.3g} steps in the median, and the longest for {_long(longest)}")
        else:
            said.append("it shows no gate for its memory")
        if layer.constant:
            said.append(f"{len(layer.constant)} of {layer.units} units are constant, {len(layer.dead)} of them dead")
        else:
            said.append("no unit is constant")
        parts.append(f"{name}: {'; '.join(said)}.")
    return " ".join(parts)


def _long(steps: float) -> str:
    return f"over {LONGEST:,.0f}" if steps >= LONGEST else f"{steps:,.3g}"


def _body(layers: dict[str, _Layer]) -> str:
    rows = [
        [layer_name, name, f"{gate.mean:.2f}", f"{gate.closed:.0%}", f"{gate.open:.0%}"]
        for layer_name, layer in layers.items()
        for name, gate in layer.gates.items()
    ]
    parts = []
    if rows:
        parts += [
            "<h2>Gates over all steps</h2>",
            table(["layer", "gate", "mean", f"below {CLOSED}", f"above {OPEN}"], rows),
            figure_html(_histograms(layers), "how often each gate is how far open"),
            "<h2>Saturation of each unit</h2>",
            "<p>Each point is a unit: how often its gate is open, and how often it is closed. At the lower right are those that are nearly "
            "always open, at the upper left those that are nearly always closed.</p>",
            figure_html(_saturation(layers), "share of steps at which each unit's gates are closed and open"),
        ]
    if any(layer.memory for layer in layers.values()):
        parts += ["<h2>Memory</h2>", figure_html(_memory(layers), "how many steps each unit remembers")]
    names = ["layer", "steps", "units", "constant", "dead"]
    units = [[name, f"{layer.steps:,}", f"{layer.units}", f"{len(layer.constant)}", f"{len(layer.dead)}"] for name, layer in layers.items()]
    return "\n".join([*parts, "<h2>Units</h2>", table(names, units)])


def _panels(layers: dict[str, _Layer], height: float, x: str, y: str, draw: Callable[[Axes, _Gate], None]) -> Figure:
    """Returns a figure with a row for each layer that has gates, and a panel for each of them."""
    gated = {name: layer for name, layer in layers.items() if layer.gates}
    columns = list(dict.fromkeys(gate for layer in gated.values() for gate in layer.gates))
    figure = Figure(figsize=(3.2 * len(columns), height * len(gated)), layout="constrained")
    axes = figure.subplots(len(gated), len(columns), squeeze=False, sharex=True)
    for row, (name, layer) in zip(axes, gated.items(), strict=True):
        row[0].set_ylabel(y)
        for panel, gate in zip(row, columns, strict=True):
            panel.set_visible(gate in layer.gates)
            panel.set_title(f"{name}: {gate}", fontsize=10)
            if gate in layer.gates:
                draw(panel, layer.gates[gate])
    for panel in axes[-1]:
        panel.set_xlabel(x)
    return figure


def _histograms(layers: dict[str, _Layer]) -> Figure:
    edges = np.linspace(0, 1, BINS + 1)

    def draw(panel: Axes, gate: _Gate) -> None:
        counts = np.asarray(gate.counts)
        panel.stairs(counts / counts.sum(), edges, fill=True, color="#8fa3b8")
        panel.set_xlim(0, 1)

    return _panels(layers, 1.9, "how far open", "share of steps", draw)


def _saturation(layers: dict[str, _Layer]) -> Figure:
    def draw(panel: Axes, gate: _Gate) -> None:
        panel.scatter(gate.unit_open, gate.unit_closed, s=9, alpha=0.6, color="#c0392b", linewidths=0)
        panel.plot([0, 1], [1, 0], color="#8888", linewidth=0.8)
        panel.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03))

    return _panels(layers, 2.6, f"steps above {OPEN}", f"steps below {CLOSED}", draw)


def _memory(layers: dict[str, _Layer]) -> Figure:
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.subplots()
    for name, layer in layers.items():
        if layer.memory:
            axes.plot(np.sort(layer.memory)[::-1], label=name)
    axes.set(yscale="log", xlabel="unit, by its memory", ylabel="steps remembered, 1 / (1 - share kept)")
    axes.legend()
    return figure
