"""docs/cells_by_name.md, made from the registry of cells."""

from benchmarks.markdown import table_of
from toolkit.cells import CELLS, EXPORTS, FUSED, OF_THE_EQUATIONS, Cell, with_equations

FORMS = (*EXPORTS, FUSED)
INTRODUCTION = """\
# Cells by name

`python -m benchmarks.render` makes this page from the registry, `toolkit/cells.py`.

Every recurrent recipe takes `--cell NAME`, and every model `cell="NAME"`:

```
toolkit train sentiment --cell layer_norm_lstm
```

`layer_of` makes the layer of a name, with the arguments that all recurrent layers take:

```python
from toolkit.layers import layer_of

layer = layer_of("mut1", 64, return_sequences=True)  # RNN(MUT1Cell(64), return_sequences=True)
```
"""
NOTES = """\
* **state**: the parts of the state, the output first. So they are called in what is exported: `layer_0_h`, `layer_0_c`.
* **gradient**: [written out](backpropagation.md), or automatic: then TensorFlow differentiates the loop, which takes longer. {options} work
  inside of a step, on its matrix product, and need a cell whose gradient is written and whose loop has one: {honouring}. With another
  one they are an error before anything is read.
* **loop**: what of the state before a step reads: multiplied by a matrix, or [unit by unit](cells_without_a_product.md), which is
  faster to train at the same number of units ([how much](cell_speed.md)), and has nothing for those options to work on, though its
  gradient is written.
* **fused LiteRT**: LiteRT's own LSTM operator, `toolkit export --fused-lstm` of a classifier.

The equations are on the pages of the [layers' gradients](backpropagation.md), the [cells](cells.md) and the [cells without a product in the
loop](cells_without_a_product.md).
"""


def cells_page() -> str:
    """Returns the text of the page."""
    head = ["`--cell`", "class", "state", "loop", "gradient", *FORMS, "source"]
    table = table_of(head, [_row(name, cell) for name, cell in CELLS.items()], words=len(head))
    options, honouring = (", ".join(f"`{name}`" for name in names) for names in (OF_THE_EQUATIONS, with_equations()))
    return f"{INTRODUCTION}\n{table}\n{NOTES.format(options=options, honouring=honouring)}"


def _row(name: str, cell: Cell) -> list[str]:
    exports = ["yes" if form in cell.exports else "no" for form in FORMS]
    loop, gradient = "matrix" if cell.product else "unit by unit", "written" if cell.written else "automatic"
    return [f"`{name}`", f"`{cell.class_name}`", ", ".join(cell.state), loop, gradient, *exports, cell.source]
