"""Averages of the weights that follow closely while few steps have been taken."""

import keras
from keras import ops

STEPS = 10.0
"""With so many steps behind it, an average of a momentum near 1 keeps half of itself at the next one."""


class WarmAverage:
    """Mixed into a Keras optimizer whose exponential moving average must not hang on where the weights began.

        w̄_t = m_t w̄_{t-1} + (1 - m_t) w_t        m_t = min(m, t / (10 + t)),  t from 0

    So it is of about the last tenth of the steps, until the momentum m says that it is of fewer. With a constant m close to 1 a training
    that is shorter than it was planned to be, as the minutes end it, is left with an average of weights that had not learned yet.

    Source: the `num_updates` of TensorFlow's `ExponentialMovingAverage`, which has (1 + t) / (10 + t).
    """

    def _update_model_variables_moving_average(self, trainable_variables):
        """Takes the new weights into the average; Keras calls it after every step."""
        if self.use_ema:
            steps = ops.cast(self.iterations, "float32")
            momentum = ops.minimum(self.ema_momentum, steps / (STEPS + steps))
            for variable, average in zip(trainable_variables, self._model_variables_moving_average, strict=True):
                if average is not None:
                    average.assign_add((variable - average) * ops.cast(1 - momentum, average.dtype))


class Adam(WarmAverage, keras.optimizers.Adam):
    """Keras's Adam, with a `WarmAverage`."""


class AdamW(WarmAverage, keras.optimizers.AdamW):
    """Keras's AdamW, with a `WarmAverage`."""


class RMSprop(WarmAverage, keras.optimizers.RMSprop):
    """Keras's RMSprop, with a `WarmAverage`."""


class SGD(WarmAverage, keras.optimizers.SGD):
    """Keras's SGD, with a `WarmAverage`."""
