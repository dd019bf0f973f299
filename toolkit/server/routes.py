"""What TensorFlow Serving answers and kserve does not: the state of a model, its signatures, and its versions by number."""

from fastapi import FastAPI, Request, Response
from kserve.errors import ModelNotFound
from kserve.protocol.dataplane import DataPlane
from kserve.protocol.rest.v1_endpoints import V1Endpoints
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse

from toolkit.server.kserve_model import KServeModel

URLS = "/v1/models/NAME:predict takes POST, /v1/models/NAME and /v1/models/NAME/metadata take GET"


def add_routes(app: FastAPI, dataplane: DataPlane, model: KServeModel) -> None:
    """Adds routes to an application, before kserve adds its own.

    Args:
        app: The application.
        dataplane: What answers requests.
        model: The only model.
    """
    endpoints = V1Endpoints(dataplane)

    async def state(model_name: str, version: str | None = None) -> JSONResponse:
        if ":" in (version or model_name):  # kserve's own route for this takes `NAME:predict` for a name, too
            raise HTTPException(405)
        _check(model, model_name, version)
        status = {"error_code": "OK", "error_message": ""}
        states = [{"version": str(model.served.version), "state": "AVAILABLE", "status": status}]
        return JSONResponse({"name": model_name, "ready": model.ready, "model_version_status": states})

    async def metadata(model_name: str, version: str | None = None) -> JSONResponse:
        _check(model, model_name, version)
        spec = {"name": model_name, "signature_name": "", "version": str(model.served.version)}
        return JSONResponse({"model_spec": spec, "metadata": {"signature_def": {"signature_def": model.definitions}}})

    async def predict(model_name: str, version: str, request: Request) -> Response | dict:
        _check(model, model_name, version)
        return await endpoints.predict(model_name, request)

    async def explain_status(_: Request, error: HTTPException) -> JSONResponse:
        told = {404: f"no such URL; {URLS}", 405: f"no such method here; {URLS}"}.get(error.status_code, error.detail)
        return JSONResponse({"error": told}, error.status_code, error.headers)

    app.add_api_route("/v1/models/{model_name}", state, methods=["GET"])
    app.add_api_route("/v1/models/{model_name}/versions/{version}", state, methods=["GET"])
    app.add_api_route("/v1/models/{model_name}/metadata", metadata, methods=["GET"])
    app.add_api_route("/v1/models/{model_name}/versions/{version}/metadata", metadata, methods=["GET"])
    app.add_api_route("/v1/models/{model_name}/versions/{version}:predict", predict, methods=["POST"], response_model=None)
    app.add_exception_handler(HTTPException, explain_status)


def _check(model: KServeModel, name: str, version: str | None) -> None:
    if name != model.name or version not in (None, str(model.served.version)):
        raise ModelNotFound(name if version is None else f"{name}, version {version},")
