"""Requests that TF Serving makes of a model before it answers others, so that no user waits for the first call."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import tensorflow as tf
from tensorflow_serving.apis.prediction_log_pb2 import PredictionLog

from toolkit.errors import naming

CLASSIFY_METHOD = "tensorflow/serving/classify"
"""Method of a signature that TF Serving's Classify API may call."""
FILE = Path("assets.extra") / "tf_serving_warmup_requests"
_FRAME = 16  # bytes of a record of a TFRecord file besides its content: its length, and checksums of both


def predict_request(signature: str, inputs: Mapping[str, tf.Tensor]) -> PredictionLog:
    """Returns a request to the Predict API.

    Args:
        signature: Name of the signature.
        inputs: Its inputs by name.
    """
    log = PredictionLog()
    request = log.predict_log.request
    request.model_spec.signature_name = signature
    for name, value in inputs.items():
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
    return log


def classify_request(signature: str, examples: Sequence[bytes]) -> PredictionLog:
    """Returns a request to the Classify API.

    Args:
        signature: Name of the signature.
        examples: Serialized `tf.Example`s.
    """
    log = PredictionLog()
    request = log.classify_log.request
    request.model_spec.signature_name = signature
    for serialized in examples:
        request.input.example_list.examples.add().ParseFromString(serialized)
    return log


def write_warm_up(requests: Sequence[PredictionLog], version: Path) -> None:
    """Writes requests where TF Serving looks for them, as a TFRecord file.

    Args:
        requests: The requests; TF Serving makes a thousand at most.
        version: Folder of the version.

    Raises:
        OSError: It cannot be written.
    """
    path = version / FILE
    path.parent.mkdir(exist_ok=True)
    try:
        with tf.io.TFRecordWriter(str(path)) as writer:
            for request in requests:
                writer.write(request.SerializeToString())
    except tf.errors.OpError as error:
        raise OSError(error.message.strip().splitlines()[0]) from error


def read_warm_up(version: Path) -> list[PredictionLog]:
    """Returns the warm-up requests of a version.

    Args:
        version: Folder of the version.

    Raises:
        UserError: They cannot be read.
    """
    with naming(version / FILE, "the warm-up requests of an export"):
        records = [record.numpy() for record in tf.data.TFRecordDataset(str(version / FILE))]
        if (version / FILE).stat().st_size != sum(_FRAME + len(record) for record in records):
            raise ValueError("there are bytes after the last request")  # which TensorFlow passes over
        return [PredictionLog.FromString(record) for record in records]
