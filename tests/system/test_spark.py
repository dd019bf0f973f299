"""`--engine spark` on a real cluster: a master and two workers, each a Java process of its own."""

import json
import subprocess
import sys

import pytest

from benchmarks.spark_cluster import Cluster, has_java, wait_for
from tests.cli.shell import ROOT

pytest.importorskip("pyspark", reason="pyspark is not installed")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not has_java(), reason="there is no Java"),
]

MODEL = ROOT / "saved_models/sentiment/1/litert"
ODD = ["", " ", "next\x85line", "line\u2028separator", "nul\0here", "an emoji 😀", "carriage\rreturn", "tab\there", "word " * 200_000]
LINES = 200_000


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster"), workers=2) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def texts(tmp_path_factory):
    """200,000 lines in three files, odd ones among them, and the answers of one process."""
    folder = tmp_path_factory.mktemp("texts")
    (folder / "input").mkdir()
    lines = [
        ODD[number // 997 % len(ODD)] if number % 997 == 0 and number < 997 * 20 else f"film {number % 1000}" for number in range(LINES)
    ]
    for number in range(3):
        (folder / f"input/{number}.txt").write_bytes("".join(f"{line}\n" for line in lines[number::3]).encode())
    assert toolkit("predict", MODEL, "--input", folder / "input", "--output", folder / "answers").returncode == 0
    return folder


def toolkit(*words, **options):
    return subprocess.run(command(*words), capture_output=True, text=True, timeout=300, **options)


def command(*words):
    return [sys.executable, "-m", "toolkit", *map(str, words)]


def spread(cluster, texts, output, *words):
    return command("predict", MODEL, "--input", texts, "--output", output, "--engine", "spark", "--master", cluster.url, *words)


def written(folder):
    assert (folder / "_SUCCESS").is_file()
    return b"".join(part.read_bytes() for part in sorted(folder.glob("part-*")))


def test_the_answers_are_those_of_one_process_though_a_worker_is_killed(cluster, texts, tmp_path):
    process = subprocess.Popen(spread(cluster, texts / "input", tmp_path / "answers", "--keep-order"), stderr=subprocess.PIPE, text=True)
    wait_for(lambda: list(tmp_path.glob("answers.writing/_temporary/0/_temporary/*/part-*")))
    cluster.lose_worker()
    cluster.add_worker()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert written(tmp_path / "answers") == (texts / "answers").read_bytes()
    assert not (tmp_path / "answers.writing").exists()


def test_a_killed_driver_leaves_nothing_that_looks_whole(cluster, texts, tmp_path):
    process = subprocess.Popen(spread(cluster, texts / "input", tmp_path / "answers"), stderr=subprocess.DEVNULL)
    wait_for(lambda: list(tmp_path.glob("answers.writing/_temporary/0/_temporary/*/part-*")))
    process.kill()
    process.wait()
    assert not (tmp_path / "answers").exists()
    assert not (tmp_path / "answers.writing/_SUCCESS").exists()


def test_what_is_poisoned_is_named_or_counted(cluster, tmp_path):
    (tmp_path / "texts").write_bytes(b"good\nb\xffd\nfine\n")
    failed = subprocess.run(spread(cluster, tmp_path / "texts", tmp_path / "answers"), capture_output=True, text=True, timeout=300)
    assert failed.returncode == 2
    assert failed.stderr == f"toolkit: error: {tmp_path}/texts:2: expected UTF-8, received byte 0xff; convert the file to UTF-8 first\n"
    assert not (tmp_path / "answers").exists()
    done = subprocess.run(
        spread(cluster, tmp_path / "texts", tmp_path / "answers", "--skip-bad"), capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0
    assert "warning: left out: " in done.stderr
    assert written(tmp_path / "answers").count(b"\n") == 2


def test_a_column_of_a_table_of_ones_own(cluster, tmp_path):
    program = f"""
from pyspark.sql import SparkSession
from toolkit.spark import predict_udf
session = SparkSession.builder.master({cluster.url!r}).config("spark.ui.enabled", "false").getOrCreate()
table = session.createDataFrame([(number, None if number == 3 else f"film {{number}}") for number in range(6)], "number int, text string")
answers = table.select("number", predict_udf({str(MODEL)!r})("text").alias("answer")).select("number", "answer.*")
print("columns:", answers.columns, [row.label for row in answers.orderBy("number").collect()])
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    labels = toolkit("predict", MODEL, *(f"film {number}" for number in range(6)), "--format", "csv").stdout.splitlines()[1:]
    expected = [line.split(",")[0].strip('"') for line in labels]
    assert f"columns: ['number', 'label', 'negative', 'positive', 'text'] {[*expected[:3], None, *expected[4:]]}" in done.stdout


def test_prepared_data_are_those_of_one_process_though_a_worker_is_killed(cluster, tmp_path):
    (tmp_path / "reviews").mkdir()
    for part in range(6):
        rows = [{"text": f"film {number % 23_000}", "label": ("good", "bad")[number % 2]} for number in range(part, 24_000, 6)]
        (tmp_path / f"reviews/{part}.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    words = ["prepare", "sentiment", "--data", tmp_path / "reviews", "--vocabulary-size", "400", "--output-dir"]
    assert toolkit(*words, tmp_path / "one").returncode == 0
    spread = command(*words, tmp_path / "many", "--engine", "spark", "--master", cluster.url)
    process = subprocess.Popen(spread, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    wait_for(lambda: list(tmp_path.glob("many.writing/workshop/rows-*")))
    cluster.lose_worker()
    cluster.add_worker()
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    ones, many = ({path.name: path.read_bytes() for path in (tmp_path / name).rglob("*") if path.is_file()} for name in ("one", "many"))
    assert ones == many
    assert not (tmp_path / "many.writing").exists()


def test_a_master_that_is_not_there_is_named(tmp_path):
    (tmp_path / "texts").write_text("good\n")
    done = toolkit(
        "predict",
        MODEL,
        "--input",
        tmp_path / "texts",
        "--output",
        tmp_path / "answers",
        "--engine",
        "spark",
        "--master",
        "spark://127.0.0.1:1",
    )
    assert done.returncode == 2
    assert "--master spark://127.0.0.1:1: expected a Spark master, but nothing answers there within 20 seconds" in done.stderr


@pytest.mark.covering
def test_workers_of_one_training_are_started(cluster, tmp_path):
    rows = "".join(f"{word} film {number},{label}\n" for number in range(40) for word, label in (("good", "yes"), ("bad", "no")))
    (tmp_path / "reviews.csv").write_text(f"text,label\n{rows}")
    words = ["--data", "reviews.csv", "--steps", "6", "--vocabulary-size", "300", "--baseline", "false", "--run-dir", "run", "--json"]
    done = toolkit("train", "sentiment", *words, "--engine", "spark", "--master", cluster.url, "--workers", "2", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert '"accuracy"' in done.stdout.splitlines()[-1]
    assert (tmp_path / "run/model.keras").is_file()
    assert "strategy: multi_worker" in (tmp_path / "run/config.yaml").read_text()
    many = toolkit("train", "sentiment", *words, "--engine", "spark", "--master", cluster.url, "--workers", "9", cwd=tmp_path)
    assert many.returncode == 2
    assert "--workers: expected at most the 2 tasks that Spark runs at once, received 9" in many.stderr
