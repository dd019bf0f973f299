"""An exported model as kserve has models."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import orjson
from kserve import Model
from kserve.errors import InvalidInput

from toolkit.server import access_log
from toolkit.server.batcher import Batcher
from toolkit.server.requests import count_instances, read_request, write_answer
from toolkit.server.served_model import ServedModel
from toolkit.server.signatures import Signatures
from toolkit.server.tensor_spec import InvalidRequest

LONG = 10_000  # bytes


class KServeModel(Model):
    """Answers TensorFlow Serving's `:predict` with all signatures of a SavedModel.

    Texts of more than 10,000 bytes wait for each other, one by one, and others do not wait for them.

    Args:
        served: Where it lies, and its name.

    Attributes:
        definitions: Once it is loaded, `Signatures.definitions`.
    """

    def __init__(self, served: ServedModel):
        super().__init__(served.name)
        self.served = served

    def load(self) -> bool:
        """Loads the SavedModel and warms it up.

        Raises:
            UserError: It cannot be read.
        """
        signatures = Signatures(self.served.version_folder)
        signatures.warm_up()
        self._specs = signatures.specs
        self.definitions = signatures.definitions
        self._batcher = Batcher(signatures, signatures.specs)
        self._batcher_of_long = Batcher(signatures, signatures.specs, most_rows=1)
        self.ready = True
        return self.ready

    def validate(self, payload: Any) -> Any:
        """Leaves it to `predict`."""
        return payload

    async def predict(self, payload: Any, headers: dict[str, str] | None = None, response_headers: dict[str, str] | None = None) -> dict:
        """Answers a request.

        Args:
            payload: Its body.
            headers: Not looked at.
            response_headers: Not looked at.

        Raises:
            InvalidInput: The request cannot be answered; HTTP says 400.
        """
        try:
            request = read_request(orjson.loads(payload), self._specs)
            access_log.current.get().instances = count_instances(request.inputs)
            batcher = self._batcher_of_long if has_long_text(request.inputs) else self._batcher
            return write_answer(await batcher.run(request.signature, request.inputs), request.in_rows)
        except orjson.JSONDecodeError as error:
            raise InvalidInput(f"expected JSON in UTF-8, received something else ({error})") from error
        except InvalidRequest as error:
            raise InvalidInput(str(error)) from error


def has_long_text(inputs: Mapping[str, np.ndarray]) -> bool:
    """Returns whether there is a text of more than 10,000 bytes among a request's inputs."""
    return any(array.dtype == object and max(map(len, array.flat)) > LONG for array in inputs.values())
