import numpy as np
import pytest

from toolkit.errors import UserError
from toolkit.models import TextClassifier, load_model

TOKENS = np.array([[4, 5, 6, 7, 8, 9, 2], [3, 4, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0]], "int32")


def classifier(**settings):
    return TextClassifier(10, ["bad", "good", "so-so"], **{"embedding_dim": 6, "units": 5, **settings})


@pytest.mark.parametrize("pooling", ["last", "max", "mean", "attention"])
@pytest.mark.parametrize("num_layers", [1, 2])
def test_padding_and_company_change_no_output(pooling, num_layers):
    model = classifier(pooling=pooling, num_layers=num_layers)
    logits = model(TOKENS).numpy()
    np.testing.assert_allclose(model(np.pad(TOKENS, ((0, 0), (0, 9)))), logits, rtol=0, atol=1e-6)  # single precision
    np.testing.assert_allclose(model(TOKENS[1:2, :2]), logits[1:2], rtol=0, atol=1e-6)
    assert np.isfinite(logits).all()


@pytest.mark.slow
def test_segments_matter_in_training_only():
    model, whole = classifier(segment_length=3), classifier()
    whole.set_weights(model.get_weights())
    np.testing.assert_allclose(model(TOKENS), whole(TOKENS), rtol=0, atol=1e-6)  # single precision
    assert not np.allclose(model(TOKENS, training=True), whole(TOKENS, training=True))


def test_saved_and_loaded_it_gives_the_same(tmp_path):
    model = classifier(num_layers=2, word_dropout=0.1, embedding_dropout=0.2, output_dropout=0.3, segment_length=4)
    model.save(tmp_path / "model.keras")
    loaded = load_model(tmp_path / "model.keras")
    assert loaded.label_names == ["bad", "good", "so-so"]
    np.testing.assert_array_equal(loaded(TOKENS), model(TOKENS))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"pooling": "first"}, "pooling='first'"),
        ({"num_layers": 0}, "num_layers=0"),
        ({"pooling": "last", "segment_length": 8}, "segment_length=8"),
        ({"embedding_dropout": 1.7}, "rate=1.7"),
    ],
)
def test_wrong_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        classifier(**settings)


def test_one_label_is_too_few():
    with pytest.raises(ValueError, match="label_names"):
        TextClassifier(10, ["only"])


def test_a_missing_or_broken_file_is_a_users_mistake(tmp_path):
    with pytest.raises(UserError, match=r"no\.keras"):
        load_model(tmp_path / "no.keras")
    (tmp_path / "broken.keras").write_bytes(b"PK\x03\x04 and then nothing")
    with pytest.raises(UserError, match=r"broken\.keras"):
        load_model(tmp_path / "broken.keras")


@pytest.mark.parametrize(
    ("options", "names"), [({}, []), ({"calibrated": True}, ["recurrent layers"]), ({"ngrams": 1}, ["recurrent layers", "n-grams"])]
)
def test_parts_are_what_is_added_up(options, names):
    model = TextClassifier(12, ["a", "b"], embedding_dim=4, units=3, ngram_buckets=7, **options)
    tokens = np.array([[3, 4, 5, 0], [6, 7, 8, 9]])
    parts = model.parts()
    assert list(parts) == names
    if parts:
        scales = np.arange(1, 1 + len(parts), dtype=np.float32)
        model.get_layer("fusion").scales.assign(scales)
        expected = sum(scale * np.asarray(part(tokens)) for scale, part in zip(scales, parts.values(), strict=True))
        np.testing.assert_allclose(model(tokens), expected, rtol=1e-5, atol=1e-6)
