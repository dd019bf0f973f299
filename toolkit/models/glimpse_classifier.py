"""An image read as a sequence of glimpses, whose places the model chooses itself."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from toolkit.arguments import InvalidArgument, check_integer, check_positive, check_positive_integer, check_rate
from toolkit.data.images.sampling import sample
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of
from toolkit.models.dtype import with_layers_in_its_dtype

MOST_SCALES = 6


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class GlimpseClassifier(keras.Model):
    """Recurrent visual attention: at each step it looks at a small part of the image, and chooses where to look next.

        μ_t = r tanh(W relu(V h_{t-1}))            l_t ~ N(μ_t, σ²) in training, l_t = μ_t otherwise
        ρ_t = retina(image, l_t)                   grids of `glimpse_size` cells around l_t, each twice as wide as the one before
        g_t = relu(A [relu(B ρ_t), relu(C l_t)])   what was seen and where
        h_t = cell(g_t, h_{t-1})                   p(label) = softmax(D h_T)

    r keeps the first grid inside of the image. The first place comes from h_0 = 0, so that it is learned, too. Places are no matter of the
    gradient of the labels: the objective makes those likely that led to right answers (REINFORCE), compared with a learned `baseline` of
    h_{t-1}. Neither changes h.

    Args:
        label_names: Names of the labels, in the order of the logits.
        image_size: Side of the images.
        channels: 1 for grey, 3 for red, green and blue.
        objects: Labels of an image, read one after another; each has `num_glimpses` of its own.
        num_glimpses: How often the model looks before it names an object.
        glimpse_size: Cells of a side of each grid, at most `image_size`.
        scales: Grids of a glimpse. The cells of the first are pixels.
        glimpse_units: Size of what a glimpse, and its place, become before they are put together.
        units: Size of each part of the state.
        location_deviation: σ, the standard deviation of places in training; from one edge of the image to the other they go from -1 to 1.
        dropout: Dropout on h_T.
        cell: Name of the recurrent cell, a key of `toolkit.cells.CELLS`.
        seed: Seed of places and dropout.
        **kwargs: As in `keras.Model`.

    Call arguments:
        images: From 0 to 255, `[batch, image_size, image_size, channels]`.
        training: Whether places are drawn, and dropout is on.

    Returns:
        A dict of `logits`, `[batch, objects, labels]`; `locations`, l_t, row and column of each glimpse, and `means`, μ_t, both
        `[batch, objects * num_glimpses, 2]`; and `baseline`, `[batch, objects * num_glimpses]`. All are float32 or more precise.

    Raises:
        ValueError: An argument is out of range.

    Source: Mnih et al. 2014, "Recurrent models of visual attention"; Ba, Mnih & Kavukcuoglu 2015, "Multiple object recognition with visual
    attention", for several objects.
    """

    def __init__(
        self,
        label_names: Sequence[str],
        image_size: int = 28,
        channels: int = 1,
        objects: int = 1,
        num_glimpses: int = 6,
        glimpse_size: int = 8,
        scales: int = 2,
        glimpse_units: int = 128,
        units: int = 256,
        location_deviation: float = 0.05,
        dropout: float = 0.0,
        cell: str = "lstm",
        seed: int | None = None,
        **kwargs,
    ):
        sizes = {"image_size": image_size, "objects": objects, "num_glimpses": num_glimpses}
        for name, value in {**sizes, "glimpse_units": glimpse_units, "units": units}.items():
            check_positive_integer(name, value)
        if channels not in (1, 3):
            raise InvalidArgument("channels", "1 or 3", channels)
        check_integer("glimpse_size", glimpse_size, 1, image_size)
        check_integer("scales", scales, 1, MOST_SCALES)
        check_positive("location_deviation", location_deviation)
        check_rate("dropout", dropout)
        if len(label_names) < 2:
            raise ValueError(f"Argument `label_names` must have at least two names. Received: {len(label_names)}")
        super().__init__(**kwargs)

        # === Config ===
        self.label_names = list(label_names)
        self.image_size = image_size
        self.channels = channels
        self.objects = objects
        self.num_glimpses = num_glimpses
        self.glimpse_size = glimpse_size
        self.scales = scales
        self.glimpse_units = glimpse_units
        self.units = units
        self.location_deviation = location_deviation
        self.dropout = dropout
        self.cell = cell
        self.seed = seed

        # === Layers ===
        self.what = keras.layers.Dense(glimpse_units, "relu", name="what")
        self.where = keras.layers.Dense(glimpse_units, "relu", name="where")
        self.together = keras.layers.Dense(units, "relu", name="together")
        self.core = layer_of(cell, units)
        self.searcher = keras.layers.Dense(glimpse_units, "relu", name="searcher")
        small = keras.initializers.RandomUniform(-0.01, 0.01)  # so that all glimpses begin near the middle
        self.locator = keras.layers.Dense(2, "tanh", kernel_initializer=small, dtype=output_dtype(), name="locator")
        self.baseline = keras.layers.Dense(1, dtype=output_dtype(), name="baseline")
        self.dropout_layer = keras.layers.Dropout(dropout, seed=seed, name="dropout")
        self.classifier = keras.layers.Dense(len(label_names), dtype=output_dtype(), name="classifier")
        self.reach = (image_size - glimpse_size) / max(1, image_size - 1)
        self.place_seed = keras.random.SeedGenerator(seed)
        self.supports_jit = False  # as the recurrent layers

    def build(self, input_shape=None):
        """Creates the weights."""
        self.what.build((None, self.scales * self.glimpse_size**2 * self.channels))
        self.where.build((None, 2))
        self.together.build((None, 2 * self.glimpse_units))
        self.core.build((None, None, self.units))
        self.searcher.build((None, self.units))
        self.locator.build((None, self.glimpse_units))
        self.baseline.build((None, self.units))
        self.classifier.build((None, self.units))
        self.built = True

    def call(self, images, training=False):
        """Looks at images; see the class."""
        images = tf.cast(images, self.compute_dtype) / 255
        rows = tf.shape(images)[0]
        state = [tf.zeros([rows, size], images.dtype) for size in tf.nest.flatten(self.core.state_size)]
        logits, steps = [], []
        for step in range(1, self.objects * self.num_glimpses + 1):
            before = tf.stop_gradient(state[0])
            mean = self.reach * self.locator(self.searcher(before))
            place = tf.stop_gradient(mean + self._noise(mean) if training else mean)
            output, state = self.core.cell(self.seen(images, place), state)
            steps.append((place, mean, self.baseline(before)))
            if step % self.num_glimpses == 0:
                logits.append(self.classifier(self.dropout_layer(output, training=training)))
        locations, means, baseline = (tf.stack(part, 1) for part in zip(*steps, strict=True))
        return {"logits": tf.stack(logits, 1), "locations": locations, "means": means, "baseline": tf.squeeze(baseline, -1)}

    def _noise(self, mean):
        return keras.random.normal(tf.shape(mean), stddev=self.location_deviation, dtype=mean.dtype, seed=self.place_seed)

    def seen(self, images, place):
        """Returns what a glimpse tells, and where it was, `[batch, units]`.

        Args:
            images: From 0 to 1, `[batch, image_size, image_size, channels]`.
            place: l_t, `[batch, 2]`.
        """
        centres = (place + 1) / 2 * (self.image_size - 1)
        grids = [sample(images, centres, 2.0**scale, self.glimpse_size) for scale in range(self.scales)]
        size = self.glimpse_size**2 * self.channels
        retina = tf.concat([tf.reshape(grid, [-1, size]) for grid in grids], -1)
        return self.together(tf.concat([self.what(retina), self.where(tf.cast(place, images.dtype))], -1))

    def get_config(self):
        """Returns the constructor's arguments."""
        names = ("label_names", "image_size", "channels", "objects", "num_glimpses", "glimpse_size", "scales", "glimpse_units", "units")
        names += ("location_deviation", "dropout", "cell", "seed")
        return {"name": self.name, "trainable": self.trainable, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)
