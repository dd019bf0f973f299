import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tiny_training import EPOCHS, STEPS, Steps, tiny_model, train

from toolkit.training.scalars import VARIABLES_EVERY


def curves(run_dir):
    events = EventAccumulator(str(run_dir / "logs"), size_guidance={"tensors": 0})
    events.Reload()
    return {
        tag: [(event.step, float(tf.make_ndarray(event.tensor_proto))) for event in events.Tensors(tag)] for tag in events.Tags()["tensors"]
    }


@pytest.mark.slow
def test_a_resumed_training_goes_on_in_the_same_curves(tmp_path):
    class StopAfterEpoch(keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs):
            self.model.stop_training = True

    steps = Steps()
    train(tmp_path, callbacks=[steps, StopAfterEpoch()], log_every=1)
    history = train(tmp_path, callbacks=[steps], log_every=1)
    points = curves(tmp_path)
    names = {"loss", "accuracy", "learning_rate", "gradient_norm", "gradient_norm_clipped"}
    of_variables = {tag for tag in points if tag.startswith("gradient")}
    assert points.keys() - of_variables == {f"train/{name}" for name in names} | {"validation/loss", "validation/accuracy"}
    for kind, whole in (("gradient", "gradient_norm"), ("gradient_clipped", "gradient_norm_clipped")):
        norms = [points[tag] for tag in of_variables if tag.startswith(f"{kind}/")]
        assert len(norms) == len(tiny_model().trainable_variables)
        assert {step for curve in norms for step, _ in curve} == {VARIABLES_EVERY}  # of twelve steps
        expected = dict(points[f"train/{whole}"])[VARIABLES_EVERY]
        np.testing.assert_allclose(np.linalg.norm([curve[0][1] for curve in norms]), expected, rtol=1e-5)
    assert [step for step, _ in points["train/loss"]] == list(range(1, EPOCHS * STEPS + 1))
    np.testing.assert_allclose([value for _, value in points["train/loss"]], steps.losses, rtol=1e-6)  # stored as float32
    assert points["validation/loss"][-1][0] == EPOCHS * STEPS
    np.testing.assert_allclose(points["validation/loss"][-1][1], history.epochs[-1]["val_loss"], rtol=1e-6)
