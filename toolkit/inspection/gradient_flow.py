"""How far gradients come back through time."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
from matplotlib.figure import Figure

from toolkit.arguments import check_integer
from toolkit.errors import UserError
from toolkit.html import table
from toolkit.inspection.decay import EXPLODING, HEALTHY, LEAST, SHORT, VANISHING, Decay, decay_of
from toolkit.inspection.finding import Finding
from toolkit.inspection.inspection import Inspection
from toolkit.inspection.page import figure_html
from toolkit.inspection.recurrent_kernels import Kernel, bound_of, kernels_of

MOST_STEPS = 1000
FEW = 10  # a distance that less than one row in so many has says nothing of the others
LEAST_SHARE = 1e-300  # of its memory that a step keeps


@dataclasses.dataclass(frozen=True, kw_only=True)
class GradientFlow(Inspection):
    """How far the gradient of the loss comes back through time on real examples.

    Of each part of the state, the norm of the gradient of an example's own loss, by the number of steps that it has gone back from the
    last step that was read: the median over the examples. That of an LSTM's c is what c hands on to later steps, so that of the last c is
    zero. Where the loss has a term at each step only that of an example's last one
    counts (of a loop that reads backwards, that of the first one), and distance begins at the last step that it reaches.

    A layer's gradient vanishes if that of each part does, and explodes if that of one does. `decay_of` says when a part's does.

    Source: Hochreiter 1991; Bengio, Simard & Frasconi 1994, "Learning long-term dependencies with gradient descent is difficult";
    Pascanu, Mikolov & Bengio 2013, "On the difficulty of training recurrent neural networks".

    Attributes:
        steps: most steps that a gradient is followed back
    """

    steps: int = 100
    name: ClassVar[str] = "gradient-flow"

    def __post_init__(self) -> None:
        check_integer("steps", self.steps, LEAST - 1, MOST_STEPS)

    def of(self, subject: Any) -> Finding:
        """Looks at all recurrent layers on the subject's batches."""
        seen: dict[str, list[_Seen]] = {}
        for batch in subject.batches:
            for name, each in _looked(subject, batch):
                seen.setdefault(name, []).append(each)
        if not seen:
            raise UserError(f"{self.name}: expected a model with recurrent layers, found none in {subject.name}")
        layers = {name: self._layer(parts) for name, parts in seen.items()}
        clipped = {f"{epoch['epoch']}": epoch["clipped"] for epoch in subject.history if "clipped" in epoch}
        numbers = {"layers": {name: layer.as_dict() for name, layer in layers.items()}, "clipped": clipped}
        return Finding(self.name, subject.name, _sentence(layers), numbers, _body(layers, clipped))

    def _layer(self, seen: Sequence["_Seen"]) -> "_Layer":
        distance = np.concatenate([each.distance for each in seen])
        farthest = min(self.steps, distance.max(initial=-1))
        places = [np.flatnonzero(distance == steps) for steps in range(farthest + 1)]
        places = [rows for rows in places if FEW * len(rows) >= len(places[0])]
        parts = {name: _Part.of(np.concatenate([each.norms[name] for each in seen]), places) for name in seen[0].norms}
        kept = None if seen[0].kept is None else np.concatenate([each.kept for each in seen])
        path = None if kept is None else [float(np.median(kept[rows])) for rows in places]
        return _Layer([len(rows) for rows in places], parts, kernels_of(seen[0].loop.layer), bound_of(seen[0].loop), path)


@dataclasses.dataclass(frozen=True)
class _Seen:
    """What a batch says of one loop, at all of its steps that count: `[steps of all rows]` each."""

    loop: Any
    distance: np.ndarray
    norms: dict[str, np.ndarray]
    kept: np.ndarray | None  # the share of a unit's memory that comes through to the last step, in the mean


@dataclasses.dataclass(frozen=True)
class _Part:
    """The norms of the gradient of one part of a state by distance: quartiles over the rows."""

    norm: list[float]
    lower: list[float]
    upper: list[float]
    decay: Decay

    @classmethod
    def of(cls, norms: np.ndarray, places: Sequence[np.ndarray]) -> "_Part":
        lower, norm, upper = ([float(np.quantile(norms[rows], share)) for rows in places] for share in (0.25, 0.5, 0.75))
        return cls(norm, lower, upper, decay_of(norm))


@dataclasses.dataclass(frozen=True)
class _Layer:
    rows: list[int]  # that have each distance
    parts: dict[str, _Part]
    kernels: dict[str, Kernel]
    bound: float | None  # factor of a step
    memory: list[float] | None  # share of it that comes through, by distance

    @property
    def best(self) -> str:
        """The part whose gradient comes back farthest, or that which explodes."""
        return max(self.parts, key=lambda name: _rank(self.parts[name].decay))

    @property
    def verdict(self) -> str:
        return self.parts[self.best].decay.verdict

    @property
    def keeper(self) -> str:
        """The part that the gates of memory act on."""
        return "c" if "c" in self.parts else next(iter(self.parts))

    def as_dict(self) -> dict[str, Any]:
        parts = {
            name: {key: [*map(_finite, getattr(part, key))] for key in ("norm", "lower", "upper")} | dataclasses.asdict(part.decay)
            for name, part in self.parts.items()
        }
        kernels = {name: dataclasses.asdict(kernel) for name, kernel in self.kernels.items()}
        numbers = {"rows": self.rows, "parts": parts, "kernels": kernels, "bound": self.bound, "memory": self.memory}
        return {"verdict": self.verdict, **numbers}


def _rank(decay: Decay) -> tuple[int, float]:
    return [SHORT, VANISHING, HEALTHY, EXPLODING].index(decay.verdict), math.inf if decay.half_life is None else decay.half_life


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


# === Looking ===


def _looked(subject: Any, batch: Any) -> Iterator[tuple[str, _Seen]]:
    """Runs a batch, and once more for the loops that read backwards if they have another last step; yields loops by name."""
    of_steps = batch.weights is not None and np.ndim(batch.weights) == 2
    forward = subject.gradients(_counting_one(batch, first=False) if of_steps else batch)
    backward = forward
    if of_steps and any(loop.backward for loop, _ in forward.values()):
        backward = subject.gradients(_counting_one(batch, first=True))
    counted = (
        len(batch.labels)
        if batch.weights is None
        else np.count_nonzero((np.asarray(batch.weights) > 0).reshape(len(batch.labels), -1).any(1))
    )
    for name, (loop, _) in forward.items():
        loop, gradients = (backward if loop.backward else forward)[name]
        yield name, _seen(loop, gradients, counted, only_reached=of_steps)


def _counting_one(batch: Any, *, first: bool) -> Any:
    """Returns a batch in which one step of each row counts, the first or the last of those that do."""
    weights = np.asarray(batch.weights)
    counts = weights > 0
    places = counts.argmax(1) if first else counts.shape[1] - 1 - counts[:, ::-1].argmax(1)
    alone = np.zeros_like(weights)
    alone[np.arange(len(weights)), places] = counts.any(1)
    return batch._replace(weights=alone)


def _seen(loop: Any, gradients: dict[str, np.ndarray], counted: int, *, only_reached: bool) -> _Seen:
    """Measures a loop. The mean loss of a batch gives each of the rows that count its share; theirs is their own loss."""

    def in_order(values):
        return values[:, ::-1] if loop.backward else values

    norms = {name: counted * np.linalg.norm(in_order(values.astype("float64")), axis=-1) for name, values in gradients.items()}
    shape = next(iter(norms.values())).shape
    read = np.ones(shape, bool) if loop.mask is None else in_order(np.asarray(loop.mask))
    rank = np.cumsum(read, 1)
    begins = read & (sum(norms.values()) > 0) if only_reached else read
    last = np.where(begins, rank, 0).max(1, keepdims=True)
    distance = np.where(read, last - rank, -1)
    chosen = distance >= 0
    kept = None if loop.keeps is None else _kept(in_order(np.asarray(loop.keeps, "float64")), read, rank == last)[chosen]
    return _Seen(loop, distance[chosen], {name: values[chosen] for name, values in norms.items()}, kept)


def _kept(keeps: np.ndarray, read: np.ndarray, is_last: np.ndarray) -> np.ndarray:
    """Returns the product of what the steps keep from each step on to the last one, in the mean over the units, `[rows, time]`."""
    passed = np.cumsum(np.where(read[..., None], np.log(np.maximum(keeps, LEAST_SHARE)), 0), 1)
    last = np.take_along_axis(passed, is_last.argmax(1)[:, None, None], 1)
    return np.exp(np.minimum(last - passed, 0)).mean(-1)


# === Showing ===


def _sentence(layers: dict[str, _Layer]) -> str:
    return " ".join(f"{name}: {_said(layer)}." for name, layer in layers.items())


def _said(layer: _Layer) -> str:
    decay, far = layer.parts[layer.best].decay, len(layer.rows) - 1
    of_what = f"the gradient of {layer.best}" if len(layer.parts) > 1 else "its gradient"
    if decay.verdict == SHORT:
        return f"too short to tell, as no gradient goes back for more than {_steps(max(far, 0))}"
    if decay.zero_from is not None:
        return f"{decay.verdict}, {of_what} is zero after {_steps(decay.zero_from)}"
    if min(each for each in (decay.half_life, decay.doubling, math.inf) if each is not None) > far:
        return f"{decay.verdict}, {of_what} keeps its size within a factor of 2, over {_steps(far)}"
    moves = "doubles" if decay.half_life is None else "halves"
    return f"{decay.verdict}, {of_what} {moves} every {_steps(decay.half_life or decay.doubling)}, over {_steps(far)}"


def _steps(number: float) -> str:
    return "1 step" if number == 1 else f"{number:,.3g} steps"


def _body(layers: dict[str, _Layer], clipped: dict[str, float]) -> str:
    rows = [
        [
            name,
            part,
            f"{values.norm[0]:.3g}",
            f"{values.norm[-1]:.3g}",
            f"{len(layer.rows) - 1:,}",
            "none" if values.decay.half_life is None else f"{values.decay.half_life:,.3g}",
            values.decay.verdict,
        ]
        for name, layer in layers.items()
        for part, values in layer.parts.items()
        if layer.rows
    ]
    kernels = [
        [name, gate, f"{kernel.singular_values[0]:.3g}", f"{kernel.singular_values[-1]:.3g}", f"{kernel.spectral_radius:.3g}"]
        for name, layer in layers.items()
        for gate, kernel in layer.kernels.items()
    ]
    parts = [
        "<h2>Gradient by distance</h2>",
        "<p>How large the gradient of the loss is with respect to the state so many steps before the last one that was read: the median "
        "of the examples, and the middle half of them.</p>",
        figure_html(_figure(layers), "norm of the gradient by distance, for each layer"),
        table(["layer", "part", "at the last step", "farthest back", "steps", "half-life", "verdict"], rows),
        *(f"<p>{note}</p>" for note in _notes(layers)),
        "<h2>Recurrent kernels</h2>",
        table(["layer", "gate", "largest singular value", "smallest", "spectral radius"], kernels),
    ]
    if clipped:
        epochs = [[epoch, f"{share:.0%}"] for epoch, share in clipped.items()]
        parts += ["<h2>Clipping in training</h2>", table(["epoch", "clipped steps"], epochs)]
    return "\n".join(parts)


def _notes(layers: dict[str, _Layer]) -> list[str]:
    notes = []
    if any(layer.bound is not None for layer in layers.values()):
        factors = ", ".join(f"{name} {layer.bound:.3g}" for name, layer in layers.items() if layer.bound is not None)
        notes.append(
            "Dashed is the bound of a simple recurrent network: a step back multiplies the gradient with γ σ_max(U) at most, where γ is "
            f"the steepest slope of the activation ({factors}). It is one of what comes back through time; where the loss reaches steps "
            "directly, by attention, by pooling or by a layer above that reads them all, more may come."
        )
    if any(layer.memory is not None for layer in layers.values()):
        notes.append(
            "Dotted is what comes back by the memory alone, if nothing else did: the product of what the gates for it keep, in the mean "
            "over the units. No matrix is in it, which is why the largest singular value is no bound here."
        )
    return notes


def _figure(layers: dict[str, _Layer]) -> Figure:
    figure = Figure(figsize=(8, 2.8 * len(layers)), layout="constrained")
    for axes, (name, layer) in zip(figure.subplots(len(layers), squeeze=False)[:, 0], layers.items(), strict=True):
        axes.set_title(f"{name}: {layer.verdict}", fontsize=10)
        axes.set(xlabel="steps before the last one", ylabel="norm of the gradient", yscale="log")
        distance = np.arange(len(layer.rows))
        shown = [value for part in layer.parts.values() for value in part.norm if value > 0 and math.isfinite(value)]
        if not shown:
            continue
        for part, values in layer.parts.items():
            [line] = axes.plot(distance, _drawn(values.norm), label=part)
            axes.fill_between(distance, _drawn(values.lower), _drawn(values.upper), color=line.get_color(), alpha=0.2, linewidth=0)
        kept = np.asarray(layer.parts[layer.keeper].norm)
        start = int((kept > 0).argmax())  # an LSTM's last c has nothing after it
        if layer.bound is not None:
            axes.plot(
                distance, _drawn(kept[0] * np.exp(distance * np.log(max(layer.bound, LEAST_SHARE)))), "k--", linewidth=1, label="bound"
            )
        if layer.memory is not None:
            path = kept[start] * np.asarray(layer.memory[start:]) / max(layer.memory[start], LEAST_SHARE)
            axes.plot(distance[start:], _drawn(path), "k:", linewidth=1, label=f"{layer.keeper} by its memory alone")
        axes.set_ylim(min(shown) / 10, max(shown) * 10)
        axes.legend(fontsize=8)
    return figure


def _drawn(values: Sequence[float]) -> np.ndarray:
    """Returns values with gaps where a logarithmic axis has no place for them."""
    values = np.asarray(values, "float64")
    return np.where(np.isfinite(values) & (values > 0), values, np.nan)
