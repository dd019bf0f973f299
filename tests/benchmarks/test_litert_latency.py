"""The benchmark of LiteRT against layers of Keras, on a small model."""

import numpy as np
import pytest

from benchmarks import litert_latency
from benchmarks.exports_page import (
    ASKED_TOKENS,
    FIXED,
    FUSED_FORMS,
    LATENCY,
    MILLISECONDS,
    SIZE,
    STOCK,
    asked,
    contender,
    exports_page,
    length_of,
)
from benchmarks.litert_latency import converted_as_users_do, runner, stock_model
from benchmarks.records import SpeedRecord

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Layer 'global_max_pooling1d"),  # Keras says that it does not mask
]

LENGTH = 9
OURS = {contender("ours", form) for form in ("float32", "float16", "int8", FIXED, *FUSED_FORMS.values())}


@pytest.mark.covering
def test_all_files_take_turns():
    case = litert_latency.measure(rounds=2, calls=2, length=LENGTH, vocabulary=300, units=4)  # compares them, too
    assert set(case) == OURS | {contender(name, form) for name in STOCK for form in ("float32", "int8")}
    assert all(0 < values[f"{MILLISECONDS}, least"] <= values[MILLISECONDS] and values[SIZE] > 0 for values in case.values())
    assert case["ours, int8"][SIZE] < case["ours, float32"][SIZE]
    assert len(asked(case)) == 9


def test_a_file_answers_as_its_model(tmp_path):
    model = stock_model(LENGTH, 30, units=3, mask=True)
    tokens = np.random.default_rng(0).integers(2, 30, (1, LENGTH), np.int32)
    tokens[0, 5:] = 0
    path = tmp_path / "stock.tflite"
    path.write_bytes(converted_as_users_do(model, "float32"))
    np.testing.assert_allclose(runner(path, tokens)(), model(tokens).numpy(), rtol=0, atol=1e-6)  # single precision


def record(case, tokens=ASKED_TOKENS):
    values = {"name": "a", "table": LATENCY, "what": "a model", "command": "run", "seed": 0, "minutes": 0.1}
    return SpeedRecord(**values, measurements={length_of(tokens): case})


def test_the_page_says_what_is_as_asked():
    milliseconds = {name: 1.0 for name in OURS} | {contender(name, form): 1.25 for name in STOCK for form in ("float32", "int8")}
    sizes = {name: 1.0 if "int8" in name else 4.0 for name in milliseconds}
    case = {name: {MILLISECONDS: milliseconds[name], SIZE: sizes[name]} for name in milliseconds}
    page = exports_page([record(case)])
    assert "| int8, ms | 1 | 1.2 | yes |" in page
    assert "| int8 / float32, size | 0.25 | 0.27 | yes |" in page
    assert "| fixed shapes: ours / keras | 0.8 | 1 | yes |" in page
    assert page.count("| yes |") == 9
    case["ours, int8"] = {MILLISECONDS: 1.3, SIZE: 2.0}
    page = exports_page([record(case)])
    assert "| int8: ours / keras | 1.04 | 1 | no |" in page
    assert (page.count("| yes |"), page.count("| no |")) == (5, 4)
    page = exports_page([record(case, tokens=512)])  # of which nothing is asked
    assert (page.count("| yes |"), page.count("| no |")) == (0, 0)
    assert "| ours, int8 | 1.3 | 2 |" in page
