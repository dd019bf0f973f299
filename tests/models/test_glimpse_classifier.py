"""The model that chooses where to look: what its outputs depend on, and its file."""

import numpy as np
import pytest
import tensorflow as tf

from toolkit.cells import CELLS
from toolkit.models import GlimpseClassifier, load_model

IMAGES = np.random.default_rng(0).uniform(0, 255, (3, 12, 12, 1)).astype(np.float32)


def classifier(**changes):
    settings = {"image_size": 12, "num_glimpses": 3, "glimpse_size": 3, "glimpse_units": 6, "units": 5, "seed": 1, **changes}
    model = GlimpseClassifier(["a", "b", "c"], **settings)
    model.build(None)
    return model


def astray(model, random=1.5):
    """Gives the model a locator that looks away from the middle, and elsewhere for each image."""
    for weight in (*model.searcher.weights, *model.locator.weights):
        weight.assign(np.random.default_rng(0).normal(0, random, weight.shape))
    return model


@pytest.mark.parametrize("objects", [1, 2])
def test_there_is_a_place_for_each_glimpse_and_logits_for_each_object(objects):
    outputs = classifier(objects=objects)(IMAGES)
    assert outputs["logits"].shape == (3, objects, 3)
    assert outputs["locations"].shape == outputs["means"].shape == (3, 3 * objects, 2)
    assert outputs["baseline"].shape == (3, 3 * objects)


def test_places_are_drawn_in_training_only():
    model = astray(classifier(location_deviation=0.1))
    outputs, again = model(IMAGES), model(IMAGES)
    np.testing.assert_array_equal(outputs["locations"], outputs["means"])
    np.testing.assert_array_equal(outputs["logits"], again["logits"])
    many = np.repeat(IMAGES[:1], 4000, axis=0)
    drawn = model(many, training=True)
    strayed = (drawn["locations"] - drawn["means"]).numpy().reshape(-1, 2)
    assert np.abs(strayed.mean(0)).max() < 5 * 0.1 / 12000**0.5
    assert np.abs(strayed.std(0) - 0.1).max() < 5 * 0.1 / 24000**0.5


def test_what_no_glimpse_covers_changes_nothing():
    model = classifier(num_glimpses=1, scales=2)  # at first it looks at the middle: 6 by 6 pixels of it
    before, images = model(IMAGES)["logits"], IMAGES.copy()
    images[:, :3], images[:, 9:], images[:, :, :3], images[:, :, 9:] = (0,) * 4
    np.testing.assert_array_equal(model(images)["logits"], before)
    images[:, 3, 3] += 100
    assert np.abs(model(images)["logits"] - before).max() > 1e-4


def test_it_looks_where_it_says():
    model = classifier(num_glimpses=1, scales=1)
    model.locator.bias.assign(np.arctanh(np.array([-0.8, 0.4]) / (9 / 11)))
    row, column = (np.array([-0.8, 0.4]) + 1) / 2 * 11
    expected = np.zeros_like(IMAGES)
    rows, columns = (slice(int(place - 1), int(place + 3)) for place in (row, column))
    expected[:, rows, columns] = IMAGES[:, rows, columns]
    np.testing.assert_allclose(model(expected)["logits"], model(IMAGES)["logits"], rtol=1e-5, atol=1e-6)  # single precision
    np.testing.assert_allclose(model(IMAGES)["locations"][:, 0], [[-0.8, 0.4]] * 3, rtol=1e-6)


def test_the_first_grid_stays_inside_of_the_image():
    model = classifier()
    model.locator.bias.assign([50, -50])
    centres = (model(IMAGES)["locations"][0, 0] + 1) / 2 * 11
    np.testing.assert_allclose(centres, [10, 1], atol=1e-5)  # rows 9 to 11, columns 0 to 2


def test_later_places_depend_on_the_image():
    locations = astray(classifier())(IMAGES)["locations"].numpy()
    assert np.ptp(locations[:, 0], axis=0).max() == 0
    assert np.ptp(locations[:, 1:], axis=0).max() > 0.01


def test_the_labels_teach_no_places_and_places_no_state():
    model = astray(classifier())
    names = {variable.path.split("/")[-2] for variable in model.trainable_variables}
    with tf.GradientTape(persistent=True) as tape:
        outputs = model(IMAGES, training=True)
        labels = tf.reduce_sum(outputs["logits"] ** 2)
        places = tf.reduce_sum(outputs["means"] ** 2) + tf.reduce_sum(outputs["baseline"] ** 2)
    variables = model.trainable_variables

    def taught(target):
        gradients = tape.gradient(target, [variable.value for variable in variables])
        return {variable.path.split("/")[-2] for variable, gradient in zip(variables, gradients, strict=True) if gradient is not None}

    search = {"searcher", "locator", "baseline"}
    assert taught(labels) == names - search
    assert taught(places) == search


@pytest.mark.parametrize("cell", [name for name in CELLS if name in ("gru", "simple_rnn", "irnn", "peephole_lstm", "fgr", "mut1")])
def test_any_cell_is_its_core(cell):
    assert np.isfinite(classifier(cell=cell)(IMAGES)["logits"]).all()


def test_colours_are_seen():
    model, images = classifier(channels=3), np.repeat(IMAGES, 3, axis=-1)
    assert np.abs(model(images)["logits"] - model(images * [1, 0.5, 0])["logits"]).max() > 1e-4


def test_a_file_holds_labels_and_weights(tmp_path):
    model = classifier(cell="gru", objects=2)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert (loaded.label_names, loaded.objects, loaded.image_size) == (["a", "b", "c"], 2, 12)
    np.testing.assert_array_equal(model(IMAGES)["logits"], loaded(IMAGES)["logits"])


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("image_size", 0),
            ("channels", 2),
            ("objects", 0),
            ("num_glimpses", 0),
            ("glimpse_size", 0),
            ("glimpse_size", 13),
            ("scales", 0),
            ("scales", 7),
        ),
        *(("units", 0), ("glimpse_units", 0), ("dropout", 1.0), ("location_deviation", 0.0)),
    ],
)
def test_arguments_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=r"Argument `.*` must be"):
        classifier(**{name: value})


def test_one_label_is_none():
    with pytest.raises(ValueError, match="at least two names"):
        GlimpseClassifier(["a"])
