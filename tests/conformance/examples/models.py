"""How to make one of each registered model, and what to call it on."""

import keras
import numpy as np

from toolkit.models import DrawingAutoencoder, GlimpseClassifier, LanguageModel, TextClassifier, Translator
from toolkit.models.captioner import Captioner
from toolkit.models.frame_tagger import FrameTagger
from toolkit.models.tagger import Tagger
from toolkit.models.visual_answerer import VisualAnswerer

TOKENS = np.array([[4, 5, 6, 0], [7, 8, 9, 3]], "int32")


def translator():
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, Translator(10, embedding_dim=4, units=6)([tokens, tokens]))


def classifier():
    # With the maximum over time a weight may have no part in it, by chance.
    return TextClassifier(10, ["no", "yes"], embedding_dim=4, units=3, segment_length=2, pooling="mean", ngrams=2, ngram_buckets=11)


def language_model():
    tokens = keras.Input((None,), dtype="int32")
    return keras.Model(tokens, LanguageModel(10, embedding_dim=4, units=3)(tokens)[0])


def tagger():
    # Without the conditional random field, which the logits do not depend on.
    tokens = keras.Input((None,), dtype="int32")
    model = Tagger(list("abcdefgh"), list("abcdefgh"), ["no", "yes"], 2, 4, 3, character_dim=4, character_units=3, crf=False)
    return keras.Model(tokens, model({"tokens": tokens, "characters": keras.ops.stack([tokens, tokens], -1)}))


def captioner():
    tokens = keras.Input((4,), dtype="int32")
    model = Captioner(list("abcdefgh"), 16, filters=2, embedding_dim=4, units=3)
    logits = model({"images": images_of(tokens), "tokens": keras.ops.expand_dims(tokens, 1)})["logits"]
    return keras.Model(tokens, keras.ops.reshape(logits, (-1, 4, 12)))


def images_of(tokens):
    return keras.ops.reshape(keras.ops.repeat(25.0 * keras.ops.cast(tokens, "float32"), 192, axis=1), (-1, 16, 16, 3))


def visual_answerer():
    tokens = keras.Input((4,), dtype="int32")
    model = VisualAnswerer(list("abcdefgh"), ["no", "yes"], 16, filters=2, embedding_dim=4, units=3)
    return keras.Model(tokens, model({"images": images_of(tokens), "tokens": keras.ops.expand_dims(tokens, 1)})["logits"])


def glimpse_classifier():
    tokens = keras.Input((4,), dtype="int32")
    images = keras.ops.reshape(keras.ops.repeat(25.0 * keras.ops.cast(tokens, "float32"), 16, axis=1), (-1, 8, 8, 1))
    outputs = GlimpseClassifier(["no", "yes"], 8, num_glimpses=2, glimpse_size=3, glimpse_units=4, units=3)(images)
    outputs = [keras.ops.reshape(outputs[name], (-1, size)) for name, size in (("logits", 2), ("means", 4), ("baseline", 2))]
    return keras.Model(tokens, keras.ops.concatenate(outputs, axis=-1))


def frame_tagger():
    tokens = keras.Input((4,), dtype="int32")
    images = keras.ops.reshape(keras.ops.repeat(25.0 * keras.ops.cast(tokens, "float32"), 64, axis=1), (-1, 4, 8, 8, 1))
    lengths = keras.ops.sum(keras.ops.cast(tokens >= 0, "int32"), axis=-1)
    outputs = FrameTagger(["no", "yes"], 8, filters=2, frame_units=4, units=3)({"images": images, "lengths": lengths})
    return keras.Model(tokens, keras.ops.concatenate([outputs["logits"], outputs["frame_logits"]], axis=-1))


def drawing_autoencoder():
    tokens = keras.Input((4,), dtype="int32")
    images = keras.ops.reshape(keras.ops.repeat(25.0 * keras.ops.cast(tokens, "float32"), 9, axis=1), (-1, 6, 6, 1))
    noise = keras.ops.reshape(keras.ops.sin(keras.ops.cast(tokens, "float32")), (-1, 2, 2))
    # Without windows XLA has half as much to compile; what they are in half precision, `tests/models/test_drawing_autoencoder.py` looks at.
    model = DrawingAutoencoder(6, num_glimpses=2, attention=False, units=3, latent_dim=2)
    outputs = model({"images": images, "noise": noise})
    outputs = [keras.ops.reshape(outputs[name], (-1, size)) for name, size in (("canvases", 72), ("kl", 2))]
    return keras.Model(tokens, keras.ops.concatenate(outputs, axis=-1))


EXAMPLES = {
    "toolkit>Captioner": (captioner, TOKENS),
    "toolkit>FrameTagger": (frame_tagger, TOKENS),
    "toolkit>DrawingAutoencoder": (drawing_autoencoder, TOKENS),
    "toolkit>GlimpseClassifier": (glimpse_classifier, TOKENS),
    "toolkit>LanguageModel": (language_model, TOKENS),
    "toolkit>Tagger": (tagger, TOKENS),
    "toolkit>TextClassifier": (classifier, TOKENS),
    "toolkit>Translator": (translator, TOKENS),
    "toolkit>VisualAnswerer": (visual_answerer, TOKENS),
}
