import keras
import numpy as np
import pytest

from toolkit.arguments import InvalidArgument
from toolkit.training.optimizers import build_optimizer


def test_builds_each_of_them():
    for name, keras_own in {"adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "sgd": "SGD"}.items():
        assert isinstance(build_optimizer(name), getattr(keras.optimizers, keras_own))


def test_passes_the_settings_on():
    config = build_optimizer("sgd", 0.25, momentum=0.5, global_clipnorm=2.0, ema_momentum=0.75).get_config()
    expected = {"learning_rate": 0.25, "momentum": 0.5, "global_clipnorm": 2.0, "clipnorm": None, "use_ema": True, "ema_momentum": 0.75}
    assert {name: config[name] for name in expected} == expected


def test_follows_the_schedule():
    optimizer = build_optimizer("adam", 1.0, schedule="linear", warmup_steps=1, total_steps=3)
    variable = keras.Variable(np.zeros(1, "float32"))
    rates = []
    for _ in range(4):
        rates.append(float(optimizer.learning_rate))
        optimizer.apply([np.ones(1, "float32")], [variable])
    np.testing.assert_allclose(rates, [0.5, 1.0, 0.5, 0.0], atol=1e-7)  # float32


def test_decays_matrices_but_not_biases_embeddings_and_normalization():
    tokens = keras.Input([4], dtype="int32")
    features = keras.layers.LayerNormalization()(keras.layers.Embedding(5, 3)(tokens))
    model = keras.Model(tokens, keras.layers.Dense(2, bias_initializer="ones")(keras.layers.LSTM(3)(features)))
    before = model.get_weights()
    optimizer = build_optimizer("sgd", 0.5, weight_decay=0.1)
    variables = model.trainable_variables
    optimizer.apply([np.zeros(variable.shape, "float32") for variable in variables], variables)
    for variable, old, new in zip(model.weights, before, model.get_weights(), strict=True):
        decays = "kernel" in variable.name
        np.testing.assert_allclose(new, old * (1 - 0.5 * 0.1) if decays else old, rtol=1e-6, err_msg=variable.path)  # float32


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "adm"}, "`optimizer` must be one of adam, adamw, rmsprop, sgd, asgd. Received: optimizer='adm'. Did you mean adam?"),
        ({"schedule": "cos"}, "`schedule` must be one of constant, linear, cosine, inverse_sqrt. Received: schedule='cos'"),
        ({"learning_rate": 0.0}, "`learning_rate` must be a positive number. Received: learning_rate=0.0"),
        ({"learning_rate": float("inf")}, "`learning_rate` must be a positive number. Received: learning_rate=inf"),
        ({"clipnorm": -1.0}, "`clipnorm` must be a positive number. Received: clipnorm=-1.0"),
        ({"clipnorm": 1.0, "global_clipnorm": 2.0}, "`clipnorm` must be none with `global_clipnorm`, here 2.0. Received: clipnorm=1.0"),
        ({"weight_decay": -0.1}, "`weight_decay` must be a finite number of at least 0. Received: weight_decay=-0.1"),
        ({"ema_momentum": 1.0}, "`ema_momentum` must be at least 0 and below 1. Received: ema_momentum=1.0"),
        ({"momentum": 0.9}, "`momentum` must be none with optimizer adam, as it belongs to sgd and rmsprop"),
        (
            {"name": "asgd", "ema_momentum": 0.9},
            "`ema_momentum` must be none with optimizer asgd, as it belongs to adam and adamw and rmsprop and sgd",
        ),
        ({"averaging_patience": 3}, "`averaging_patience` must be none with optimizer adam, as it belongs to asgd"),
        ({"schedule": "cosine"}, "`total_steps` must be above `warmup_steps`"),
        ({"warmup_steps": -1}, "`warmup_steps` must be an integer of at least 0"),
    ],
)
def test_bad_settings_are_named(settings, message):
    with pytest.raises(InvalidArgument) as raised:
        build_optimizer(**settings)
    assert message in str(raised.value)
