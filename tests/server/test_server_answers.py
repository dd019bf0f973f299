"""`toolkit serve` as others see it: a process that answers HTTP."""

import asyncio
import base64
import http.client
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import pytest

from tests.server.scripted_model import serving, write_model

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("served") / "scripted"
    write_model(folder / "2")
    (folder / "1").mkdir()  # older, and not even a model
    return folder


@pytest.fixture(scope="module")
def url(folder):
    with serving(folder) as (process, url):
        threading.Thread(target=process.stderr.read, daemon=True).start()  # else the pipe fills, and nothing is written any more
        yield url


def send(url, body, method="POST", headers=None):
    """Returns the status, and what the JSON of the answer holds."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=60)
    connection.request(method, parts.path, body if isinstance(body, bytes | None) else json.dumps(body), headers or {})
    response = connection.getresponse()
    answer = json.loads(response.read())
    connection.close()
    return response.status, answer


def test_rows_and_columns(url):
    quoted = [{"quoted": "<a>", "bytes": 1}, {"quoted": "<שלום>", "bytes": 8}]
    assert send(f"{url}:predict", {"instances": ["a", "שלום"]}) == (200, {"predictions": quoted})
    assert send(f"{url}:predict", {"instances": [{"texts": "a"}, {"texts": "שלום"}]}) == (200, {"predictions": quoted})
    columns = {"outputs": {"quoted": ["<a>", "<שלום>"], "bytes": [1, 8]}}
    assert send(f"{url}:predict", {"inputs": ["a", "שלום"]}) == (200, columns)
    assert send(f"{url}:predict", {"inputs": {"texts": ["a", "שלום"]}, "signature_name": "serving_default"}) == (200, columns)


def test_one_output_has_no_name(url):
    assert send(f"{url}:predict", {"signature_name": "one", "instances": ["a", "bc"]}) == (200, {"predictions": [1, 2]})
    assert send(f"{url}:predict", {"signature_name": "one", "inputs": {"texts": ["a", "bc"]}}) == (200, {"outputs": [1, 2]})


def test_other_types_and_shapes(url):
    assert send(f"{url}:predict", {"signature_name": "add", "inputs": [[1, 2, 3], [4, 5, 6]]}) == (200, {"outputs": [6, 15]})
    multiply = {"signature_name": "multiply", "inputs": {"numbers": [1, 2.5], "factor": 2}}
    assert send(f"{url}:predict", multiply) == (200, {"outputs": [2.0, 5.0]})
    nul = {"b64": base64.b64encode(b"a\0b\0").decode()}
    assert send(f"{url}:predict", {"signature_name": "one", "instances": [nul, "c\0"]}) == (200, {"predictions": [4, 2]})


@pytest.mark.parametrize("content_type", ["application/json", "application/json; charset=utf-8", "application/x-www-form-urlencoded"])
def test_what_the_request_says_of_its_type_does_not_matter(url, content_type):
    headers = {"Content-Type": content_type}  # the last is what curl says
    assert send(f"{url}:predict", {"signature_name": "one", "instances": ["a"]}, headers=headers) == (200, {"predictions": [1]})


def test_other_protocols_are_refused(url):
    event = {f"ce-{name}": "1.0" for name in ("specversion", "id", "source", "type")}  # binary CloudEvents are plain requests
    assert send(f"{url}:predict", {"signature_name": "one", "instances": ["a"]}, headers=event) == (200, {"predictions": [1]})
    inputs = [{"name": "texts", "shape": [1], "datatype": "BYTES", "data": ["a"]}]
    status, answer = send(f"{url.replace('/v1/', '/v2/')}/infer", {"inputs": inputs})
    assert (status, list(answer)) == (400, ["error"])


def test_the_state_is_that_of_tensorflow_serving(url):
    version = {"version": "2", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
    for address in (url, f"{url}/versions/2"):
        status, state = send(address, None, "GET")
        assert (status, state["model_version_status"]) == (200, [version])
    assert send(f"{url}/versions/2:predict", {"signature_name": "one", "instances": ["a"]}) == (200, {"predictions": [1]})
    assert send(f"{url.partition('/v1/')[0]}/v2/health/ready", None, "GET") == (200, {"ready": True})


def dimensions(*sizes):
    return {"dim": [{"size": size, "name": ""} for size in sizes], "unknown_rank": False}


def test_the_metadata_are_those_of_tensorflow_serving(url):
    answers = [send(f"{url}{version}/metadata", None, "GET") for version in ("", "/versions/2")]
    assert answers[0] == answers[1]
    status, answer = answers[0]
    assert status == 200
    assert answer["model_spec"] == {"name": "scripted", "signature_name": "", "version": "2"}
    definitions = answer["metadata"]["signature_def"]["signature_def"]
    assert set(definitions) == {"serving_default", "one", "multiply", "add", "count", "__saved_model_init_op"}
    multiply = definitions["multiply"]
    products = multiply["outputs"]["products"].pop("name")  # which node of the graph it is, is TensorFlow's choice
    assert products.partition(":")[2] == "0"
    assert multiply == {
        "inputs": {
            "numbers": {"dtype": "DT_FLOAT", "tensor_shape": dimensions("-1"), "name": "multiply_numbers:0"},
            "factor": {"dtype": "DT_FLOAT", "tensor_shape": dimensions(), "name": "multiply_factor:0"},
        },
        "outputs": {"products": {"dtype": "DT_FLOAT", "tensor_shape": dimensions("-1")}},
        "method_name": "tensorflow/serving/predict",
        "defaults": {},
    }
    assert definitions["add"]["inputs"]["tokens"]["tensor_shape"] == dimensions("2", "3")
    assert definitions["one"]["inputs"]["texts"]["dtype"] == "DT_STRING"


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "expected JSON"),
        (b'{"instances": ["a"', "expected JSON"),
        (b'{"instances": ["\xff"]}', "expected JSON in UTF-8"),
        (b'{"instances": ["\\ud800"]}', "expected JSON in UTF-8"),
        (b"[" * 100_000, "expected JSON"),
        ([], "expected a JSON object"),
        ({"instances": []}, "at least one instance"),
        ({"instances": [1]}, r"instances\[0\]: expected a string, received 1"),
        ({"instances": ["a", ["b"]]}, r"instances\[1\]: expected a string, received a list of 1"),
        ({"instances": [{"texts": "a"}, {"text": "b"}]}, r'instances\[1\]: expected .* received an object with "text"'),
        ({"instances": ["a"], "signature_name": "two"}, '"signature_name": expected one of .* received the string "two"'),
        ({"signature_name": "add", "inputs": [[1, 2], [3, 4]]}, r"shape \[2, 3\], received 2 at axis 1"),
        ({"signature_name": "multiply", "inputs": {"numbers": [1], "factor": -1}}, "factor must be positive"),
        ({"instances": ["a " * 5_000_000]}, "at most 100,000 bytes"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_request_is_told_why(url, body, message):
    status, answer = send(f"{url}:predict", body)
    assert status == 400
    assert list(answer) == ["error"]
    assert re.search(message, answer["error"])


@pytest.mark.parametrize(
    ("end", "method", "expected"),
    [
        *(
            ("x:predict", "POST", 404),
            ("/versions/1:predict", "POST", 404),
            ("/other", "GET", 404),
            (":predict", "GET", 405),
            ("", "PUT", 405),
        ),
        *(("x", "GET", 404), ("/versions/1", "GET", 404), ("/versions/two", "GET", 404), ("x/metadata", "GET", 404)),
        *(("/versions/1/metadata", "GET", 404), ("/metadata", "POST", 405), ("/metadata/more", "GET", 404)),
    ],
)
def test_a_wrong_url_is_told_so(url, end, method, expected):
    status, answer = send(url + end, {"instances": ["a"]}, method)
    assert (status, list(answer)) == (expected, ["error"])


def test_ten_megabytes_in_many_texts(url):
    texts = ["a " * size for size in range(0, 4500, 2)]
    assert sum(map(len, texts)) > 10_000_000
    status, answer = send(f"{url}:predict", {"signature_name": "one", "instances": texts})
    assert (status, answer["predictions"]) == (200, [len(text) for text in texts])


def test_a_request_of_any_size_is_refused_before_it_fills_the_memory(url):
    parts = urllib.parse.urlsplit(url)
    with socket.create_connection((parts.hostname, parts.port), timeout=60) as connection:
        connection.sendall(f"POST {parts.path}:predict HTTP/1.1\r\nHost: a\r\nContent-Length: {10**12}\r\n\r\n".encode())
        sender = threading.Thread(target=pour, args=(connection,), daemon=True)
        sender.start()
        assert connection.recv(12) == b"HTTP/1.1 413"


def pour(connection):
    try:
        while True:
            connection.sendall(b" " * 2**20)
    except OSError:  # the server has closed it
        pass


def test_a_thousand_at_once_get_their_own_answers(url):
    parts = urllib.parse.urlsplit(url)

    async def ask(number):
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        wrong = number % 10 == 0
        body = json.dumps({"instances": [number if wrong else str(number)]}).encode()
        head = f"POST {parts.path}:predict HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        received = await reader.read()
        writer.close()
        answer = json.loads(received.partition(b"\r\n\r\n")[2])
        return "error" in answer if wrong else answer == {"predictions": [{"quoted": f"<{number}>", "bytes": len(str(number))}]}

    async def ask_all():
        return await asyncio.gather(*map(ask, range(1000)))

    assert asyncio.run(ask_all()) == [True] * 1000


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_running_request_is_finished_before_the_server_stops(folder, number):
    with serving(folder / "2", "--name", "other") as (process, url):
        assert url.endswith("/v1/models/other")
        answers = []
        body = {"signature_name": "count", "instances": [300_000]}  # some seconds
        client = threading.Thread(target=lambda: answers.append(send(f"{url}:predict", body)))
        client.start()
        time.sleep(0.5)
        process.send_signal(number)
        _, log = process.communicate(timeout=60)
        client.join()
    assert answers == [(200, {"predictions": [300_000]})]
    assert process.returncode == 0
    (line,) = (line for line in log.splitlines() if ":predict" in line)
    assert '127.0.0.1 "POST /v1/models/other:predict" 200 ' in line
    assert line.endswith(" ms 1 instance")
    assert "Traceback" not in log


def test_a_run_is_exported_and_served():
    golden = json.loads((ROOT / "saved_models" / "sentiment" / "golden.json").read_text("utf-8"))
    with serving(ROOT / "tests" / "trained" / "sentiment") as (process, url):
        status, answer = send(f"{url}:predict", {"instances": [example["text"] for example in golden]})
        process.terminate()
        _, log = process.communicate(timeout=60)
    assert "a run, exported to" in log
    assert status == 200
    assert [row["labels"] for row in answer["predictions"]] == [example["label"] for example in golden]
    for row, example in zip(answer["predictions"], golden, strict=True):
        assert row["scores"] == pytest.approx(example["probabilities"], abs=1e-4)  # what exports are held to


def test_the_server_imports_nothing_that_trains(folder):
    script = (
        "import sys\n"
        "from pathlib import Path\n"
        "from toolkit.server.signatures import Signatures\n"
        "Signatures(Path(sys.argv[1])).warm_up()\n"
        "trains = ('toolkit.layers.', 'toolkit.models.', 'toolkit.training.', 'toolkit.export', 'toolkit.tasks')\n"
        "assert not [name for name in sys.modules if name.startswith(trains)]\n"
    )
    subprocess.run([sys.executable, "-c", script, str(folder / "2")], check=True, timeout=600)
