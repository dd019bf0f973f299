"""What a model that draws is trained for."""

import keras
import tensorflow as tf

from toolkit.training.objective import Objective


class DrawingObjective(Objective):
    """The variational bound on the log-probability of an image, in nats: the lower, the better.

        loss = -log p(x | c_T) + Σ_t KL(q(z_t | x, z_1 .. z_{t-1}) || N(0, I))
        -log p(x | c) = Σ_pixels log(1 + exp(c)) - x c

    with one sample of all z, whose noise comes from the seed of the batch.

    Source: Gregor et al. 2015, "DRAW: A recurrent neural network for image generation", equations 9 to 12.
    """

    names = ("loss", "reconstruction", "kl")

    def sums(self, model: keras.Model, inputs, labels, weights: tf.Tensor, training: bool) -> dict[str, tf.Tensor]:
        """Returns the bound and its two parts, summed over the images."""
        noise = tf.random.stateless_normal([tf.shape(weights)[0], *model.noise_shape], inputs["seed"])
        outputs = model({"images": inputs["images"], "noise": noise}, training=training)
        reconstruction = nats_of(outputs["canvases"][:, -1], labels)
        kl = tf.reduce_sum(outputs["kl"], -1)
        parts = {"loss": reconstruction + kl, "reconstruction": reconstruction, "kl": kl}
        return {name: tf.reduce_sum(weights * tf.cast(part, weights.dtype)) for name, part in parts.items()}


def nats_of(canvas: tf.Tensor, images: tf.Tensor) -> tf.Tensor:
    """Returns the cross-entropy of images, -log p(x | c) where a pixel is 0 or 1, `[batch]`.

    Args:
        canvas: Logits, `[batch, side, side]`.
        images: Probabilities of white, likewise.
    """
    of_pixels = tf.maximum(canvas, 0.0) - tf.cast(images, canvas.dtype) * canvas + tf.math.log(1 + tf.exp(-tf.abs(canvas)))
    return tf.reduce_sum(of_pixels, [1, 2])
