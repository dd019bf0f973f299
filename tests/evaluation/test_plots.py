import numpy as np
import pytest
from matplotlib.image import imread

from toolkit.evaluation.plots import confusion_matrix, learning_curve

EPOCHS = [{"epoch": i + 1, "loss": 1 / (i + 1), "val_loss": 1.1 / (i + 1), "val_accuracy": 0.5 + i / 10} for i in range(3)]


@pytest.mark.parametrize("epochs", [1, 3])
def test_the_learning_curve_shows_each_epoch(tmp_path, epochs):
    learning_curve(EPOCHS[:epochs], tmp_path / "curve.png")
    assert imread(tmp_path / "curve.png")[..., :3].std() > 0.02  # something was drawn


@pytest.mark.parametrize("labels", [2, 20])
def test_the_confusion_matrix_is_darker_where_more_texts_are(tmp_path, labels):
    names = [f"a rather long label name, number {i}" for i in range(labels)]
    confusion_matrix(np.eye(labels, dtype=int) * 90 + 1, names, tmp_path / "diagonal.png")
    confusion_matrix(np.ones((labels, labels), int), names, tmp_path / "flat.png")
    assert imread(tmp_path / "diagonal.png").min() < imread(tmp_path / "flat.png")[..., :3].mean()


def test_wrong_input_is_named(tmp_path):
    with pytest.raises(ValueError, match="history"):
        learning_curve([{"loss": 1.0}], tmp_path / "curve.png")
    with pytest.raises(ValueError, match="2 by 2"):
        confusion_matrix([[1, 2, 3]], ["a", "b"], tmp_path / "matrix.png")
    assert not list(tmp_path.iterdir())
