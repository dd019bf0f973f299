"""A model and its layers in one dtype policy."""

import functools

import keras


def with_layers_in_its_dtype(model_class: type) -> type:
    """Makes the layers of a model in the policy of its argument `dtype`, and its configuration name that policy.

    A layer that is made without a `dtype` takes the policy in force, and a model is made again when it is loaded, maybe under another one.

    Args:
        model_class: Takes `**kwargs` of `keras.Model`, and makes its layers in its constructor.

    Returns:
        The same class.
    """
    make, config_of = model_class.__init__, model_class.get_config

    @functools.wraps(make)
    def __init__(self, *args, dtype=None, **kwargs):
        before = keras.config.dtype_policy()
        keras.config.set_dtype_policy(keras.dtype_policies.get(dtype))
        try:
            make(self, *args, **kwargs)
        finally:
            keras.config.set_dtype_policy(before)

    @functools.wraps(config_of)
    def get_config(self):
        return {**config_of(self), "dtype": self.dtype_policy.name}

    model_class.__init__, model_class.get_config = __init__, get_config
    return model_class
