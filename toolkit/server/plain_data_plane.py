"""kserve's way from a request to the model, without detours."""

from typing import Any

from kserve.protocol.dataplane import DataPlane


class PlainDataPlane(DataPlane):
    """Hands the bytes of a request to the model, and the model's answer on, whatever the headers say.

    kserve's own reads JSON if the header says `application/json`, which `curl -d` does not say, and wraps answers for CloudEvents.
    """

    def decode(self, body: Any, headers: dict[str, str], *_: Any, **__: Any) -> tuple[Any, dict]:
        """Returns the body as it is."""
        return body, {}

    def encode(self, model_name: str, response: Any, headers: dict[str, str], req_attributes: dict) -> tuple[Any, dict[str, str]]:
        """Returns the answer as it is."""
        return response, {}
