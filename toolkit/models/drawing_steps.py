"""The steps of a model that draws, as cells that `RNN` runs: noise in, canvas out."""

import keras
import tensorflow as tf

from toolkit.cells import cell_of
from toolkit.layers.attention.gaussian_window import PARAMETERS, filter_banks, read, window_of, write
from toolkit.layers.precision import output_dtype
from toolkit.layers.recurrent.layer_of import layer_of

GEOMETRY = 4
"""Numbers that say where a window is."""


class DrawingStep(keras.layers.Layer):
    """One step of drawing: something is added to the canvas.

        h_t = decoder(z_t, h_{t-1})        c_t = c_{t-1} + write(h_t)
        write(h) = F_Yᵀ w F_X / γ          with attention; w and the window are affine in h
        write(h) = W h                     without

    Its states are those of the decoder, and the canvas, `[batch, side²]`. An output is the canvas, and with attention row, column, stride
    and standard deviation of the window.

    Args:
        image_size: Side of the canvas.
        write_size: Filters of a side of the write window; `None` for no attention.
        units: Size of each part of the decoder's state.
        latent_dim: Size of z.
        cell: Name of the decoder's cell.

    Source: Gregor et al. 2015, "DRAW: A recurrent neural network for image generation", equations 7, 8, 18, 28 and 29.
    """

    def __init__(self, image_size: int, write_size: int | None, units: int, latent_dim: int, cell: str):
        super().__init__()
        self.image_size, self.write_size, self.units, self.latent_dim = image_size, write_size, units, latent_dim
        self.decoder = layer_of(cell, units).cell
        self.patch = keras.layers.Dense(image_size**2 if write_size is None else write_size**2, name="patch")
        self.window = None if write_size is None else keras.layers.Dense(PARAMETERS, dtype=output_dtype(), name="write_window")
        self.state_size = [*tf.nest.flatten(self.decoder.state_size), image_size**2]
        self.state_names = [*(f"decoder {part}" for part in cell_of(cell).state), "canvas"]
        self.output_size = image_size**2 + (GEOMETRY if write_size else 0)

    def build(self, input_shape=None):
        """Creates the weights."""
        self.decoder.build((None, self.latent_dim))
        for layer in filter(None, (self.patch, self.window)):
            layer.build((None, self.units))
        self.built = True

    def call(self, noise, states):
        """Draws with z = ε, as the prior has it."""
        return self.drawn(noise, states)

    def drawn(self, z, states):
        """Draws with any z, `[batch, latent_dim]`; returns the output and the new states."""
        *state, canvas = states
        hidden, state = self.decoder(z, list(state))
        added, geometry = self._written(hidden)
        canvas += added
        return tf.concat([canvas, *geometry], -1), [*state, canvas]

    def _written(self, hidden):
        patch = self.patch(hidden)
        if self.write_size is None:
            return patch, []
        window = window_of(self.window(hidden), self.write_size, self.image_size)
        banks = [tf.cast(bank, patch.dtype) for bank in filter_banks(window, self.write_size, self.image_size)]
        written = write(tf.reshape(patch, [-1, self.write_size, self.write_size]), banks)
        strength = tf.expand_dims(tf.cast(1 / window.intensity, patch.dtype), -1)
        return strength * tf.reshape(written, [-1, self.image_size**2]), [tf.cast(window.geometry, patch.dtype)]


class AutoencodingStep(keras.layers.Layer):
    """One step of drawing what an image shows.

        x̂_t = x - sigmoid(c_{t-1})
        r_t = γ [F_Y x F_Xᵀ, F_Y x̂_t F_Xᵀ]    with attention, whose window is affine in the decoder's h_{t-1}; else [x, x̂_t]
        g_t = encoder([r_t, h_{t-1}], g_{t-1})
        z_t = μ_t + σ_t ε_t                      μ_t and log σ_t are affine in g_t
        KL_t = ½ Σ (μ_t² + σ_t² - log σ_t² - 1)

    and a step of drawing with z_t. Its states are those of the encoder, those of that step, and the image, which stays as it is. An output
    is that of the drawing, and KL_t.

    Args:
        drawing: The step of drawing.
        read_size: Filters of a side of the read window; `None` for no attention.
        cell: Name of the encoder's cell.

    Source: As `DrawingStep`, equations 1 to 6, 11, 17, 21 and 27.
    """

    def __init__(self, drawing: DrawingStep, read_size: int | None, cell: str):
        super().__init__()
        self.drawing, self.read_size, self.image_size = drawing, read_size, drawing.image_size
        self.encoder = layer_of(cell, drawing.units).cell
        self.window = None if read_size is None else keras.layers.Dense(PARAMETERS, dtype=output_dtype(), name="read_window")
        self.mean = keras.layers.Dense(drawing.latent_dim, dtype=output_dtype(), name="mean")
        self.log_deviation = keras.layers.Dense(drawing.latent_dim, dtype=output_dtype(), name="log_deviation")
        self._encoder_sizes = tf.nest.flatten(self.encoder.state_size)
        self.state_size = [*self._encoder_sizes, *drawing.state_size, self.image_size**2]
        self.state_names = [*(f"encoder {part}" for part in cell_of(cell).state), *drawing.state_names, "image"]
        self.output_size = drawing.output_size + 1

    def build(self, input_shape=None):
        """Creates the weights."""
        units, seen = self.drawing.units, 2 * (self.read_size or self.image_size) ** 2
        if not self.drawing.built:
            self.drawing.build()
        self.encoder.build((None, seen + units))
        for layer in filter(None, (self.window, self.mean, self.log_deviation)):
            layer.build((None, units))
        self.built = True

    def call(self, noise, states):
        """Draws with z = μ + σ ε; returns the output and the new states."""
        number = len(self._encoder_sizes)
        state, drawing, image = list(states[:number]), list(states[number:-1]), states[-1]
        hidden, canvas = drawing[0], drawing[-1]
        seen = self._read(image, image - tf.sigmoid(canvas), hidden)
        code, state = self.encoder(tf.concat([seen, hidden], -1), state)
        mean, log_deviation = self.mean(code), self.log_deviation(code)
        deviation = tf.exp(log_deviation)
        z = mean + deviation * tf.cast(noise, mean.dtype)
        output, drawing = self.drawing.drawn(tf.cast(z, noise.dtype), drawing)
        kl = tf.reduce_sum(tf.square(mean) + tf.square(deviation) - 2 * log_deviation - 1, -1, keepdims=True) / 2
        return tf.concat([output, tf.cast(kl, output.dtype)], -1), [*state, *drawing, image]

    def _read(self, image, error, hidden):
        """Returns what is seen of the image and of what is missing of it, `[batch, 2 * read_size²]`."""
        if self.read_size is None:
            return tf.concat([image, error], -1)
        window = window_of(self.window(hidden), self.read_size, self.image_size)
        banks = [tf.cast(bank, image.dtype) for bank in filter_banks(window, self.read_size, self.image_size)]
        shown = (tf.reshape(part, [-1, self.image_size, self.image_size]) for part in (image, error))
        patches = [tf.reshape(read(part, banks), [-1, self.read_size**2]) for part in shown]
        return tf.expand_dims(tf.cast(window.intensity, image.dtype), -1) * tf.concat(patches, -1)
