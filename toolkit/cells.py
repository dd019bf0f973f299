"""The recurrent cells by name. No TensorFlow before a layer is made: settings and `--help` read this module."""

import importlib
from dataclasses import dataclass
from typing import Any, Literal

from toolkit.arguments import check_choice

FUSED = "fused LiteRT"  # LiteRT's own LSTM operator
EXPORTS = ("SavedModel", "LiteRT")
OF_THE_EQUATIONS = ("recurrent_dropout", "weight_drop", "input_feeding")
"""Options that work on the matrix products inside of a step, and need written equations with such products."""


@dataclass(frozen=True)
class Cell:
    """What is known of a cell without making it.

    Attributes:
        path: `module:Class` below `toolkit.layers.recurrent`: of its layer, or in `cells` of the cell that `RNN` runs.
        state: Names of the parts of its state; the first is the output.
        source: Where it comes from.
        written: Whether its gradient is written out. If not, TensorFlow differentiates the loop.
        product: Whether the state before is multiplied by a matrix at each step.
        exports: Forms that a model of it is exported in.
    """

    path: str
    state: tuple[str, ...]
    source: str
    written: bool = False
    product: bool = True
    exports: tuple[str, ...] = EXPORTS

    @property
    def honours_options(self) -> bool:
        """Whether it honours `OF_THE_EQUATIONS`."""
        return self.written and self.product

    @property
    def class_name(self) -> str:
        """Such as `"MUT1Cell"`."""
        return self.path.partition(":")[2]

    @property
    def module(self) -> str:
        """Where the class is, such as `"toolkit.layers.recurrent.cells.mut_cells"`."""
        return f"toolkit.layers.recurrent.{self.path.partition(':')[0]}"

    def load(self) -> type:
        """Imports the class, and TensorFlow with it."""
        return getattr(importlib.import_module(self.module), self.class_name)


_GREFF = "Greff et al. 2017"
_JOZEFOWICZ = "Jozefowicz et al. 2015"
_ELEMENTWISE = {"written": True, "product": False}
CELLS: dict[str, Cell] = {
    "lstm": Cell("lstm:LSTM", ("h", "c"), "Hochreiter & Schmidhuber 1997, Gers et al. 2000", written=True, exports=(*EXPORTS, FUSED)),
    "gru": Cell("gru:GRU", ("h",), "Cho et al. 2014", written=True),
    "simple_rnn": Cell("simple_rnn:SimpleRNN", ("h",), "Elman 1990", written=True),
    "irnn": Cell("irnn:IRNN", ("h",), "Le, Jaitly & Hinton 2015", written=True),
    "peephole_lstm": Cell("cells.peephole_lstm_cell:PeepholeLSTMCell", ("h", "c"), "Gers & Schmidhuber 2000"),
    "coupled_lstm": Cell("cells.coupled_lstm_cell:CoupledLSTMCell", ("h", "c"), _GREFF),
    "layer_norm_lstm": Cell("cells.layer_norm_lstm_cell:LayerNormLSTMCell", ("h", "c"), "Ba, Kiros & Hinton 2016"),
    "mogrifier_lstm": Cell("cells.mogrifier_cells:MogrifierLSTMCell", ("h", "c"), "Melis et al. 2020"),
    "mogrifier_gru": Cell("cells.mogrifier_cells:MogrifierGRUCell", ("h",), "Melis et al. 2020"),
    "nig": Cell("cells.greff_variants:NIGCell", ("h", "c"), _GREFF),
    "nfg": Cell("cells.greff_variants:NFGCell", ("h", "c"), _GREFF),
    "nog": Cell("cells.greff_variants:NOGCell", ("h", "c"), _GREFF),
    "niaf": Cell("cells.greff_variants:NIAFCell", ("h", "c"), _GREFF),
    "noaf": Cell("cells.greff_variants:NOAFCell", ("h", "c"), _GREFF),
    "cifg": Cell("cells.greff_variants:CIFGCell", ("h", "c"), _GREFF),
    "np": Cell("cells.greff_variants:NPCell", ("h", "c"), _GREFF),
    "fgr": Cell("cells.greff_variants:FGRCell", ("h", "c", "i", "f", "o"), _GREFF),
    "mut1": Cell("cells.mut_cells:MUT1Cell", ("h",), _JOZEFOWICZ),
    "mut2": Cell("cells.mut_cells:MUT2Cell", ("h",), _JOZEFOWICZ),
    "mut3": Cell("cells.mut_cells:MUT3Cell", ("h",), _JOZEFOWICZ),
    "sru": Cell("cells.sru_cell:SRUCell", ("h", "c"), "Lei et al. 2018", **_ELEMENTWISE),
    "qrnn": Cell("cells.qrnn_cell:QRNNCell", ("h", "c"), "Bradbury et al. 2017", **_ELEMENTWISE),
    "min_gru": Cell("cells.min_gru_cell:MinGRUCell", ("h",), "Feng et al. 2024", **_ELEMENTWISE),
    "min_lstm": Cell("cells.min_lstm_cell:MinLSTMCell", ("h",), "Feng et al. 2024", **_ELEMENTWISE),
    "rg_lru": Cell("cells.rg_lru_cell:RGLRUCell", ("h",), "De et al. 2024", **_ELEMENTWISE),
    "ind_rnn": Cell("cells.ind_rnn_cell:IndRNNCell", ("h",), "Li et al. 2018", **_ELEMENTWISE),
    "indy_lstm": Cell("cells.indy_lstm_cell:IndyLSTMCell", ("h", "c"), "Gonnet & Deselaers 2019", **_ELEMENTWISE),
}

CellName = Literal[tuple(CELLS)]
"""The type of a setting that names a cell."""


def cell_of(name: str) -> Cell:
    """Returns what is known of a cell.

    Args:
        name: A key of `CELLS`.

    Raises:
        ValueError: There is no such cell; the message lists those that there are.
    """
    check_choice("cell", name, CELLS)
    return CELLS[name]


def with_equations() -> list[str]:
    """Returns the names of the cells that honour `OF_THE_EQUATIONS`."""
    return [name for name, cell in CELLS.items() if cell.honours_options]


def without_product() -> list[str]:
    """Returns the names of the cells without a matrix product in their loop."""
    return [name for name, cell in CELLS.items() if not cell.product]


def not_honoured(name: str, **options: Any) -> list[str]:
    """Returns those of the options that are given, and that a cell cannot honour.

    Args:
        name: A key of `CELLS`.
        **options: Any of `OF_THE_EQUATIONS`; zero or `False` if it is not given.

    Raises:
        ValueError: There is no such cell.
    """
    return [] if cell_of(name).honours_options else [option for option, value in options.items() if value]


def check_honoured(name: str, **options: Any) -> None:
    """Refuses options that a cell cannot honour.

    Args:
        name: A key of `CELLS`.
        **options: As in `not_honoured`.

    Raises:
        ValueError: There is no such cell, or it cannot honour one of the options.
    """
    for option in not_honoured(name, **options):
        raise ValueError(
            f"Argument `{option}` needs a cell with written equations and a matrix product in its loop, "
            f"one of {', '.join(with_equations())}. Received: {option}={options[option]!r} with cell={name!r}"
        )
