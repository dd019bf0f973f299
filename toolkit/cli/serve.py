"""`toolkit serve`."""

import contextlib
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from toolkit.cli.parser import Parser
from toolkit.cli.streams import outlive_readers
from toolkit.errors import UserError
from toolkit.export.formats.saved_model import SavedModel
from toolkit.quiet import error_descriptor
from toolkit.run_folder import RunFolder
from toolkit.server.address import base_url, bind, parse_port
from toolkit.server.choice import BACKENDS, DOCKER, KSERVE, choose_backend
from toolkit.server.served_model import ServedModel, checked_name, describe_missing, find_model
from toolkit.server.tensorflow_serving import docker_command, pinned_config, run_tensorflow_serving, server_command
from toolkit.values import one_of


def run(argv: Sequence[str]) -> int:
    """Serves an exported model, or a run, until it is interrupted."""
    options = _parser().parse_args(argv)
    port, path = parse_port(options.port), Path(options.model)
    model = find_model(path, options.name)
    if model is None and not RunFolder(path).config.is_file():
        raise UserError(describe_missing(path))
    backend = choose_backend(options.backend, options.host, _note)
    if options.print_command:
        print(_command(backend, model, path, options.host, port))
        return 0
    outlive_readers("nobody reads the output any more; the server goes on")
    if backend == KSERVE:
        from toolkit.server.kserve_server import require_kserve

        require_kserve()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))  # so that what is temporary is removed
    with bind(options.host, port) as taken, _exported(model, path, options.name) as exported:
        SavedModel().check_files(exported.version_folder)
        _note(f"serving {exported.version_folder} as {exported.name}, by {backend}")
        if backend != KSERVE:
            run_tensorflow_serving(backend, exported, options.host, taken)
            return 0
        from toolkit.server.kserve_server import run_kserve

        run_kserve(exported, taken, f"{base_url(options.host, taken.getsockname()[1])}/v1/models/{exported.name}")
    return 0


def _parser() -> Parser:
    parser = Parser(
        "toolkit serve",
        "Serve an exported model over HTTP by TensorFlow Serving, its program or its docker image, or by kserve in its place.",
    )
    parser.add_argument("model", metavar="RUN_OR_DIR", help="folder of an exported model, of one of its versions, or of a finished run")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at (default: %(default)s, this machine alone)")
    parser.add_argument("--port", default="8501", help="port to listen at; 0 for any that is free (default: %(default)s)")
    parser.add_argument("--name", help="name of the model in the URLs (default: that of its folder)")
    parser.add_argument(
        "--backend",
        type=one_of(BACKENDS),
        metavar=f"{{{','.join(BACKENDS)}}}",
        default="auto",
        help="the server (default: the first of these that is there)",
    )
    parser.add_argument("--print-command", action="store_true", help="print the command that would be run, and end")
    return parser


@contextlib.contextmanager
def _exported(model: ServedModel | None, path: Path, name: str | None) -> Iterator[ServedModel]:
    """Gives the model, or an export of the run, which is removed in the end."""
    if model is not None:
        yield model
        return
    name = checked_name(name or path.resolve().name)
    RunFolder(path).read_metrics()  # an unfinished run is said to be one before anything else
    with tempfile.TemporaryDirectory(prefix="toolkit-serve-") as folder:
        _note(f"{path}: a run, exported to {folder} for as long as it is served; `toolkit export {path}` keeps an export")
        # In a process of its own: what trains and converts is not kept in the server's memory.
        export = [sys.executable, "-m", "toolkit", "export", str(path), "--export-dir", folder, "--name", name]
        if subprocess.run(export, stdout=subprocess.DEVNULL, stderr=error_descriptor()).returncode:
            raise UserError(f"{path}: expected a run that can be exported; what `toolkit export` says is above")
        yield find_model(Path(folder) / name)


def _command(backend: str, model: ServedModel | None, path: Path, host: str, port: int) -> str:
    if model is None:
        raise UserError(f"--print-command: expected an exported model, received a run, {path}; run: toolkit export {path}")
    if backend == KSERVE:
        where = model.version_folder if model.is_pinned else model.folder
        options = ["--name", model.name, "--host", host, "--port", str(port), "--backend", KSERVE]
        return shlex.join(["toolkit", "serve", str(where), *options])
    with bind(host, port) as taken:
        address, port, *_ = taken.getsockname()
    if backend == DOCKER:
        return shlex.join(docker_command(model, address, port))
    if not model.is_pinned:
        return shlex.join(server_command(model, port))
    config = Path("models.config")
    return f"echo {shlex.quote(pinned_config(model).strip())} > {config}\n{shlex.join(server_command(model, port, config))}"


def _note(line: str) -> None:
    print(line, file=sys.stderr)
