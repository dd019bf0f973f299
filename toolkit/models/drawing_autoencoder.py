"""An image drawn step by step: a recurrent variational autoencoder with attention."""

import keras
import numpy as np
import tensorflow as tf

from toolkit.arguments import InvalidArgument, check_integer, check_positive_integer
from toolkit.layers.precision import at_least_single
from toolkit.layers.recurrent.rnn import RNN
from toolkit.models.drawing_steps import GEOMETRY, AutoencodingStep, DrawingStep
from toolkit.models.dtype import with_layers_in_its_dtype


@keras.saving.register_keras_serializable(package="toolkit")
@with_layers_in_its_dtype
class DrawingAutoencoder(keras.Model):
    """DRAW, the deep recurrent attentive writer: at each step it looks at a part of the image, and draws a part of the canvas.

    The sigmoid of the last canvas is the probability that each pixel is white. `AutoencodingStep` has the equations of a step. Before the
    first, all states and the canvas are weights. New images are drawn by the decoder alone, from noise.

    Args:
        image_size: Side of the images, which are grey; at least 2.
        num_glimpses: Steps.
        attention: Whether it reads and writes through windows that it moves, and not all of the image at each step.
        read_size: Filters of a side of the window through which it reads, from 2 to `image_size`.
        write_size: Filters of a side of the window through which it draws, likewise.
        units: Size of each part of the states of encoder and decoder.
        latent_dim: Size of what is passed from one to the other at each step.
        cell: Name of the recurrent cell of both, a key of `toolkit.cells.CELLS`.
        **kwargs: As in `keras.Model`.

    Call arguments:
        inputs: A dict of `images`, from 0 to 255, `[batch, image_size, image_size, 1]`, and `noise`, standard normal,
            `[batch, num_glimpses, latent_dim]`.

    Returns:
        A dict of `canvases`, logits after each step, `[batch, num_glimpses, image_size, image_size]`; `kl`, the divergence of what is
        passed on at each step from a standard normal distribution in nats, `[batch, num_glimpses]`; and with attention `windows`, row,
        column, stride and standard deviation of the window of each step in pixels, `[batch, num_glimpses, 4]`. All are float32 or more
        precise.

    Raises:
        ValueError: An argument is out of range.

    Source: Gregor et al. 2015, "DRAW: A recurrent neural network for image generation", https://arxiv.org/abs/1502.04623.
    """

    def __init__(
        self,
        image_size: int,
        num_glimpses: int = 16,
        attention: bool = True,
        read_size: int = 5,
        write_size: int = 5,
        units: int = 256,
        latent_dim: int = 32,
        cell: str = "lstm",
        **kwargs,
    ):
        for name, value in {"num_glimpses": num_glimpses, "units": units, "latent_dim": latent_dim}.items():
            check_positive_integer(name, value)
        check_integer("image_size", image_size, 2)
        for name, value in {"read_size": read_size, "write_size": write_size}.items():
            check_integer(name, value, 2, image_size)
        if not isinstance(attention, bool):
            raise InvalidArgument("attention", "True or False", attention)
        super().__init__(**kwargs)

        # === Config ===
        self.image_size = image_size
        self.num_glimpses = num_glimpses
        self.attention = attention
        self.read_size = read_size
        self.write_size = write_size
        self.units = units
        self.latent_dim = latent_dim
        self.cell = cell

        # === Layers ===
        drawing = DrawingStep(image_size, write_size if attention else None, units, latent_dim, cell)
        encoding = AutoencodingStep(drawing, read_size if attention else None, cell)
        self.drawing = RNN(drawing, return_sequences=True, name="drawing_steps")
        self.autoencoding = RNN(encoding, return_sequences=True, name="autoencoding_steps")
        self.supports_jit = False  # as the recurrent layers

    @property
    def noise_shape(self) -> tuple[int, int]:
        """Shape of the noise that an image is drawn with."""
        return self.num_glimpses, self.latent_dim

    def build(self, input_shape=None):
        """Creates the weights."""
        for layer in (self.drawing, self.autoencoding):
            layer.build((None, None, self.latent_dim))
        sizes = self.autoencoding.cell.state_size[:-1]
        self.initial_state = [self.add_weight(shape=(size,), initializer="zeros", name=f"initial_{i}") for i, size in enumerate(sizes)]
        self.built = True

    def start_from(self, frequencies) -> None:
        """Lets drawing begin with a canvas of given probabilities of white, in place of 1/2.

        Args:
            frequencies: Between 0 and 1, `[image_size, image_size]`.
        """
        frequencies = np.asarray(frequencies, np.float64).ravel()
        self.initial_state[-1].assign(np.log(frequencies / (1 - frequencies)))

    def call(self, inputs):
        """Draws what images show; see the class."""
        images, noise = (tf.cast(inputs[name], self.compute_dtype) for name in ("images", "noise"))
        state = self._started(self.initial_state, noise)
        outputs = self.autoencoding(noise, initial_state=[*state, tf.reshape(images / 255, [-1, self.image_size**2])])
        return {**self._drawn(outputs[..., :-1]), "kl": tf.cast(outputs[..., -1], at_least_single(outputs.dtype))}

    def draw(self, noise):
        """Draws new images.

        Args:
            noise: Standard normal, `[batch, num_glimpses, latent_dim]`.

        Returns:
            `canvases`, and with attention `windows`, as for a call.
        """
        noise = tf.cast(noise, self.compute_dtype)
        state = self._started(self.initial_state[-len(self.drawing.cell.state_size) :], noise)
        return self._drawn(self.drawing(noise, initial_state=state))

    def _started(self, weights, noise):
        """Returns the states before the first step, for each row."""
        rows = tf.shape(noise)[0]
        return [tf.tile(tf.expand_dims(tf.cast(tf.convert_to_tensor(weight), noise.dtype), 0), [rows, 1]) for weight in weights]

    def _drawn(self, outputs):
        outputs = tf.cast(outputs, at_least_single(outputs.dtype))
        side = self.image_size
        canvases = tf.reshape(outputs[..., : side**2], [-1, self.num_glimpses, side, side])
        return {"canvases": canvases, **({"windows": outputs[..., side**2 : side**2 + GEOMETRY]} if self.attention else {})}

    def get_config(self):
        """Returns the constructor's arguments."""
        names = ("image_size", "num_glimpses", "attention", "read_size", "write_size", "units", "latent_dim", "cell")
        return {"name": self.name, "trainable": self.trainable, **{name: getattr(self, name) for name in names}}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` returned."""
        return cls(**config)
