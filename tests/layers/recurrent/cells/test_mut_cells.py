"""What the paper leaves open in MUT1 and MUT2: an input of another size than the state."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from toolkit.layers.recurrent.cells.mut_cells import MUT1Cell, MUT2Cell

UNITS = 3


@pytest.mark.parametrize(("cell_class", "bare_block"), [(MUT1Cell, 2), (MUT2Cell, 1)])
def test_the_paper_is_the_identity_for_a_projection(cell_class, bare_block):
    projecting, bare = cell_class(UNITS, dtype="float64"), cell_class(UNITS, project_inputs=False, dtype="float64")
    for cell in (projecting, bare):
        cell.build((None, UNITS))
    kernel, *others = projecting.get_weights()
    blocks = np.split(kernel, 3, axis=1)
    blocks[bare_block] = np.eye(UNITS)
    projecting.set_weights([np.concatenate(blocks, axis=1), *others])
    del blocks[bare_block]
    bare.set_weights([np.concatenate(blocks, axis=1), *others])
    x = tf.constant(np.random.default_rng(0).normal(size=(2, 4, UNITS)))
    expected, received = [keras.layers.RNN(cell, dtype="float64")(x) for cell in (projecting, bare)]
    np.testing.assert_allclose(received, expected, rtol=0, atol=1e-12)  # double precision, a product with the identity


@pytest.mark.parametrize("cell_class", [MUT1Cell, MUT2Cell])
def test_without_a_projection_features_must_equal_units(cell_class):
    with pytest.raises(
        ValueError, match=r"`project_inputs=False`.*as many features as the cell has units, 3. Received: input_shape=\(2, 5\)"
    ):
        keras.layers.RNN(cell_class(UNITS, project_inputs=False))(tf.zeros([2, 4, 5]))
