"""Apache Spark: `toolkit predict --engine spark`, and a function of columns for DataFrames of one's own."""

import atexit
import contextlib
import functools
import os
import re
import shutil
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from toolkit.arguments import option
from toolkit.data.reading.network import connects
from toolkit.engines.engine import Engine, Locate
from toolkit.engines.waiting import JOINING, PATIENCE, comes_true
from toolkit.errors import UserError, require

CONFIGURATION = {
    "spark.ui.enabled": "false",
    "spark.log.level": "ERROR",
    "spark.executorEnv.TF_NUM_INTRAOP_THREADS": "1",  # a core answers one part at a time
    "spark.executorEnv.TF_CPP_MIN_LOG_LEVEL": "3",
}
KNOCK = 2.0  # seconds for one try at an address
_RAISED = re.compile(r"toolkit\.errors\.UserError: (.+)")
_VERSIONS = re.compile(r"\[PYTHON_VERSION_MISMATCH\] (.+)")


@contextlib.contextmanager
def engine(master: str | None = None) -> Iterator["Spark"]:
    """Opens Spark for the time of a command.

    Args:
        master: Its master, such as `"spark://host:7077"`, `"yarn"` or `"local[4]"`; `None` for what Spark's own configuration says, or else
            all cores of this machine.

    Raises:
        UserError: PySpark or Java is not there, or the master does not answer.
    """
    require("pyspark", extra="spark")
    _need_java()
    master = master or ""
    addresses = [urlsplit(f"//{each}") for each in master.removeprefix("spark://").split(",")] if master.startswith("spark://") else []
    if addresses and not comes_true(lambda: any(connects((each.hostname, each.port or 7077), KNOCK) for each in addresses)):
        raise UserError(f"{option('master')} {master}: expected a Spark master, but nothing answers there within {PATIENCE} seconds")
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("toolkit").config(map=CONFIGURATION)
    if master:
        builder = builder.master(master)
    if not master or master.startswith("local"):
        builder = builder.config("spark.driver.host", "127.0.0.1")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # whatever Py4J raises
        raise UserError(f"Spark: expected a session, but it does not start ({_reason(error)})") from error
    try:
        executors = session.sparkContext._jsc.sc().getExecutorMemoryStatus  # the driver is one
        if addresses and not comes_true(lambda: executors().size() > 1, JOINING):
            raise UserError(f"{option('master')} {master}: expected workers, but none has joined within {JOINING} seconds")
        yield Spark(session)
    finally:
        session.stop()


class Spark(Engine):
    """Spark as an engine.

    Args:
        session: The `SparkSession`.
    """

    def __init__(self, session: Any):
        self.session = session
        self.slots = session.sparkContext.defaultParallelism

    def send(self, folder: Path) -> Locate:
        """Sends a folder to every executor, as an archive that Spark unpacks there."""
        name = f"toolkit-{time.time_ns()}"
        own = tempfile.mkdtemp()
        atexit.register(shutil.rmtree, own, ignore_errors=True)  # executors that come later ask for it, too
        self.session.sparkContext.addArchive(f"{shutil.make_archive(os.path.join(own, name), 'zip', folder)}#{name}")
        return functools.partial(_sent, name)

    def gather(self, function: Callable[[int], Any], numbers: Sequence[int]) -> list[Any]:
        """Returns what the function gives for each number, in their order."""
        with _one_line():
            return self._spread(numbers).map(function).collect()

    def write(self, function: Callable[[int], Iterator[str]], numbers: Sequence[int], output: str) -> None:
        """Writes texts, as Spark writes its tables: what a lost executor has begun does not count; in the end the folder gets its name."""
        target = Path(output).absolute()
        temporary = target.with_name(f"{target.name}.writing")
        with _one_line():
            rows = self._spread(numbers).flatMap(lambda number: ((text,) for text in function(number)))
            self.session.createDataFrame(rows, "text string").write.mode("overwrite").text(temporary.as_uri())
            if target.exists():
                raise UserError(f"{output}: expected no such folder, but somebody has made one; the answers are in {temporary}")
            temporary.rename(target)

    def together(self, function: Callable[[int, Sequence[str]], Any], workers: int) -> list[Any]:
        """Runs a function so many times in Spark's barrier mode."""
        if workers > self.slots:
            raise UserError(f"{option('workers')}: expected at most the {self.slots} tasks that Spark runs at once, received {workers}")
        with _one_line():
            return self._spread(range(workers)).barrier().mapPartitions(functools.partial(_of_a_worker, function)).collect()

    def _spread(self, numbers: Sequence[int]) -> Any:
        """Returns numbers, each of which is a task."""
        return self.session.sparkContext.parallelize(numbers, max(1, len(numbers)))


def predict_udf(path: str | os.PathLike, session: Any = None, **options: Any) -> Any:
    """Returns a function of a column of texts for DataFrames: `df.select(predict_udf("saved_models/sentiment")("text").alias("answer"))`.

    The model is sent to all executors, and opened once in each of their Python processes. Its LiteRT files need no TensorFlow there. The
    values are structs with the columns of `toolkit predict --format csv`; of a kind whose answers have several rows, such as one for each
    word, each field is an array. Of a null it is null in all fields.

    Args:
        path: An exported model, as for `toolkit.open`.
        session: The `SparkSession`; `None` for the active one.
        **options: Those of `toolkit predict` for this kind of task, and `batch_size`.

    Returns:
        A user-defined function of a column of texts, or of paths or bytes of image files.

    Raises:
        UserError: There is no exported model, an option is unknown or out of range, or PySpark is not installed.
    """
    require("pyspark", extra="spark")
    from pyspark.ml.functions import predict_batch_udf
    from pyspark.sql import SparkSession
    from pyspark.sql.types import StructType

    from toolkit.engines.columns import AnswerColumns

    session = session or SparkSession.active()
    columns = AnswerColumns.of(path, options)
    located = columns.at(Spark(session).send(columns.folder))
    return predict_batch_udf(lambda: located.answers, return_type=StructType.fromDDL(columns.schema), batch_size=columns.batch_size)


def _sent(name: str) -> str:
    from pyspark import SparkFiles

    return os.path.join(SparkFiles.getRootDirectory(), name)


def _of_a_worker(function: Callable[[int, Sequence[str]], Any], numbers: Iterator[int]) -> Iterator[Any]:
    """Runs a function in a task of a barrier, with addresses of all of them."""
    from pyspark import BarrierTaskContext

    context = BarrierTaskContext.get()
    host = context.getTaskInfos()[context.partitionId()].address.rpartition(":")[0]
    with socket.socket() as free:
        free.bind(("", 0))
        address = f"{host}:{free.getsockname()[1]}"
        addresses = context.allGather(address)
    for number in numbers:
        yield function(number, addresses)


@contextlib.contextmanager
def _one_line() -> Iterator[None]:
    """Turns what an executor has raised into the line that it was meant to be."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except (Py4JJavaError, PySparkException) as error:
        text = str(error)
        if found := _RAISED.search(text):
            raise UserError(found[1].strip()) from error
        if found := _VERSIONS.search(text):
            raise UserError(f"Spark: expected the same Python on all machines: {found[1].strip()}; set PYSPARK_PYTHON") from error
        raise UserError(f"Spark: {_reason(error)}") from error


def _need_java() -> None:
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        expected = "expected Java 17 or newer, found neither JAVA_HOME nor `java` on the PATH"
        raise UserError(f"Spark: {expected}; install it, such as by: apt install openjdk-17-jre-headless")


def _reason(error: Exception) -> str:
    """Returns the line that says most in what Java has raised."""
    text = str(error).strip() or type(error).__name__
    found = re.findall(r"Exception: (.+)", text)
    return (found[-1] if found else text.splitlines()[0]).strip()
