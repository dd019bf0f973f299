import warnings
from itertools import pairwise

import numpy as np
import pytest
from matplotlib.image import imread

from toolkit.evaluation.plots import attention_heat_map, bleu_by_length, confusion_matrix, learning_curve, reliability_diagram

GROUPS = [{"shortest": 5 * i, "longest": 5 * i + 4, "sentences": 1200 - i, "bleu": 40.0 - 4 * i} for i in range(8)]
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


def bins(gap, edges=(8, 10, 15)):
    """Bins of fifteenths whose accuracy is so far below their confidence."""
    return [
        {"above": low / 15, "up_to": high / 15, "texts": 40 * high, "confidence": (low + high) / 30, "accuracy": (low + high) / 30 - gap}
        for low, high in pairwise(edges)
    ]


@pytest.mark.parametrize("edges", [(14, 15), range(16)])
def test_the_reliability_diagram_is_lower_where_fewer_are_right(tmp_path, edges):
    for name, gap in (("honest", 0.0), ("vain", 1 / 30)):
        reliability_diagram(bins(gap, edges), tmp_path / f"{name}.png")
    honest, vain = (imread(tmp_path / f"{name}.png")[..., :3] for name in ("honest", "vain"))
    assert honest.shape == vain.shape
    half = len(honest) // 2  # the shares; below them is the number of texts, which is the same
    assert honest[:half].mean() < vain[:half].mean() - 0.002  # bars are darker than paper
    np.testing.assert_array_equal(honest[-half // 2 :], vain[-half // 2 :])


@pytest.mark.parametrize("accuracy", [0.0, 1.0])
def test_a_bin_of_one_text_is_drawn(tmp_path, accuracy):
    reliability_diagram([{"above": 14 / 15, "up_to": 1.0, "texts": 1, "confidence": 1.0, "accuracy": accuracy}], tmp_path / "one.png")
    assert imread(tmp_path / "one.png")[..., :3].std() > 0.02


@pytest.mark.parametrize("groups", [1, 8])
def test_bleu_by_length_shows_each_group(tmp_path, groups):
    bleu_by_length(GROUPS[:groups], tmp_path / "bleu.png")
    flat = [{**group, "bleu": 0.0, "longest": group["shortest"]} for group in GROUPS[:groups]]
    bleu_by_length(flat, tmp_path / "none.png")
    received, empty = (imread(tmp_path / name)[..., :3] for name in ("bleu.png", "none.png"))
    assert received.shape == empty.shape
    assert received.mean() < empty.mean() - 0.05  # bars are darker than paper


def test_the_heat_map_is_dark_where_attention_is(tmp_path):
    attention_heat_map(["▁a"] * 3, ["▁b"] * 3, np.eye(3), tmp_path / "diagonal.png")
    attention_heat_map(["▁a"] * 3, ["▁b"] * 3, np.eye(3)[::-1], tmp_path / "other.png")
    attention_heat_map(["▁a"] * 3, ["▁b"] * 3, np.zeros((3, 3)), tmp_path / "zeros.png")
    diagonal, other, zeros = (imread(tmp_path / f"{name}.png")[..., :3] for name in ("diagonal", "other", "zeros"))
    darker, darker_in_other = (np.argwhere((picture < zeros - 0.1).any(-1)) for picture in (diagonal, other))
    assert np.corrcoef(darker.T)[0, 1] > 0.5  # down goes with right
    assert np.corrcoef(darker_in_other.T)[0, 1] < -0.5


@pytest.mark.parametrize("size", [(1, 1), (2, 2), (3, 40), (40, 3)])
def test_a_heat_map_has_room_for_its_tokens(tmp_path, size):
    attention_heat_map(["▁word"] * size[1], ["▁Wort"] * size[0], np.ones(size) / size[1], tmp_path / "map.png")
    height, width, _ = imread(tmp_path / "map.png").shape
    assert height > 30 * size[0]  # pixels, enough for a line of text
    assert width > 30 * size[1]


def test_tokens_of_any_script_are_text_and_no_formula(tmp_path):
    tokens = ["▁", "", "▁$x^$", "\\frac$$", "<0x0A>", "世界", "مرحبا", "हिन्दी", "ไทย", "🙂", "x" * 300]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        attention_heat_map(tokens, tokens, np.eye(len(tokens)), tmp_path / "map.png")
        confusion_matrix(np.eye(len(tokens), dtype=int), tokens, tmp_path / "labels.png")
    assert not caught
    assert max(imread(tmp_path / "map.png").shape) < 1500  # a long token is cut


def test_an_underscore_stands_for_the_space_of_a_piece(tmp_path):
    for name, token in (("piece", "▁a"), ("underscore", "_a"), ("bare", "a")):
        attention_heat_map([token], [token], [[0.5]], tmp_path / f"{name}.png")
    piece, underscore, bare = ((tmp_path / f"{name}.png").read_bytes() for name in ("piece", "underscore", "bare"))
    assert piece == underscore != bare


@pytest.mark.parametrize(
    ("source", "target", "alignment", "message"),
    [
        (["a", "b"], ["c"], [[1.0], [0.0]], r"shape=\(2, 1\), 1 target and 2 source tokens"),
        ([], ["c"], np.zeros((1, 0)), "at least one of both"),
        (["a"], ["c"], [[1.5]], "from 0 to 1"),
        (["a"], ["c"], [[np.nan]], "from 0 to 1"),
    ],
)
def test_an_alignment_that_does_not_fit_is_named(tmp_path, source, target, alignment, message):
    with pytest.raises(ValueError, match=message):
        attention_heat_map(source, target, alignment, tmp_path / "map.png")
    assert not list(tmp_path.iterdir())


def test_wrong_input_is_named(tmp_path):
    with pytest.raises(ValueError, match="groups"):
        bleu_by_length([], tmp_path / "bleu.png")
    with pytest.raises(ValueError, match="bins"):
        reliability_diagram([], tmp_path / "reliability.png")
    with pytest.raises(ValueError, match="history"):
        learning_curve([{"loss": 1.0}], tmp_path / "curve.png")
    with pytest.raises(ValueError, match="2 by 2"):
        confusion_matrix([[1, 2, 3]], ["a", "b"], tmp_path / "matrix.png")
    assert not list(tmp_path.iterdir())
