"""The page in `examples/web` in a real browser, for tests."""

import contextlib
import functools
import json
import shutil
import subprocess
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from toolkit.export.formats.litert import LiteRT

WEB = Path(__file__).parents[2] / "examples" / "web"
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
IN_A_BROWSER = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
    pytest.mark.skipif(not (shutil.which("node") and shutil.which("npm")), reason="there is no Node.js with npm"),
]
"""Marks of a test that opens the page."""


class Page:
    """A page in a browser, by way of a script such as `test/drive.js`."""

    def __init__(self, web, script="test/drive.js"):
        command = ["node", script, CHROMIUM]
        self._process = subprocess.Popen(command, cwd=web, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")

    def __call__(self, command, **options):
        self._process.stdin.write(json.dumps({"command": command, **options}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline() or '{"error": "the browser has ended"}')
        assert "error" not in answer, answer
        return answer

    def close(self):
        self._process.communicate()


class Files(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Files, directory=folder))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def random_weights(model, seed, scale):
    """Makes scores that are far apart, so that other ids or another order show; by the seed the answers differ, which the test checks."""
    random = np.random.default_rng(seed)
    model.set_weights([random.normal(size=weights.shape, scale=scale) for weights in model.get_weights()])
    return model


def build_page(web, exports, samples):
    """Exports models, and builds the page of them; returns where it is.

    Args:
        web: A copy of the example with its libraries.
        exports: Exporters by name.
        samples: Some of what the models are asked.
    """
    for name, exporter in exports.items():
        version = web.parent / name / "1"
        version.mkdir(parents=True)
        LiteRT().write(exporter, version, samples)
    subprocess.run(["npm", "run", "build", "--", *(str(web.parent / name) for name in exports)], cwd=web, check=True, capture_output=True)
    return web / "dist"
