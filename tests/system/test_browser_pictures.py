"""Pictures on the page in `examples/web`: drawn, dropped and chosen, in a real browser, beside Python."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from tests.system.browser import IN_A_BROWSER, build_page, served
from toolkit.data.images.decoding import to_png
from toolkit.data.images.given import pixels_of
from toolkit.data.images.image_corpus import to_channels
from toolkit.decoding import Search
from toolkit.models import Captioner, GlimpseClassifier
from toolkit.tasks.captioning import predictor as captions
from toolkit.tasks.captioning.exporter import CaptionerExporter
from toolkit.tasks.captioning.functions import captioner_runner
from toolkit.tasks.glimpses import predictor as glimpses
from toolkit.tasks.glimpses.exporter import GlimpseExporter
from toolkit.tasks.glimpses.functions import glimpse_runner

SIDE, LABELS, SEARCH, LENGTH = 28, ["no", "yes", "caf\u00e9"], Search(method="greedy"), 6
STROKES = [[[0.3, 0.2], [0.7, 0.25], [0.45, 0.8]], [[0.1, 0.5], [0.9, 0.55]]]

pytestmark = IN_A_BROWSER


def file_of(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


def pictures():
    """Returns by name a file, its type, and how many shades of 255 what the page sees of it may be from what Python sees."""
    random = np.random.default_rng(0)
    noise = random.integers(0, 256, (90, 61, 4), np.uint8)
    colors, grey, dark = Image.fromarray(noise[..., :3]), Image.fromarray(noise[..., 0] // 4 + 191), Image.fromarray(noise[..., 0] // 4)
    shades = np.add.outer(np.arange(2000) // 8, np.arange(3000) // 12).astype(np.uint8)
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter
    jpeg = file_of(colors.resize((200, 150)), "JPEG", quality=90, exif=turned)
    sixteen = Image.fromarray(random.integers(0, 2**16, (40, 50), np.uint16))
    return {
        "colors.png": (file_of(colors, "PNG"), "image/png", 0),
        "grey.png": (file_of(grey, "PNG"), "image/png", 0),
        "palette.gif": (file_of(colors.convert("P"), "GIF"), "image/gif", 0),
        "small.png": (file_of(colors.resize((3, 7)), "PNG"), "image/png", 0),
        "right.png": (file_of(dark.resize((SIDE, SIDE)), "PNG"), "image/png", 0),
        "large.png": (to_png(shades), "image/png", 0),  # more pixels than are taken at a time
        "lossless.webp": (file_of(colors, "WEBP", lossless=True), "image/webp", 0),
        "transparent.png": (file_of(Image.fromarray(noise), "PNG"), "image/png", 1),  # rounded at another place
        "sixteen.png": (file_of(sixteen, "PNG"), "image/png", 1),  # likewise
        "turned.jpg": (jpeg, "image/jpeg", 2),  # another decoder
    }


def as_sent(name, content, form):
    return {"name": name, "type": form, "content": base64.b64encode(content).decode()}


def read(url):
    """Returns the pixels of a picture that the page shows."""
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("RGB"))


def far_apart(model):
    """Draws weights so large that pictures get different answers, which the test checks."""
    random = np.random.default_rng(1)
    for weight in (weight for weight in model.trainable_weights if len(weight.shape) > 1):
        weight.assign(random.normal(size=weight.shape) * 4 / np.sqrt(np.prod(weight.shape[:-1])))
    return model


@pytest.fixture(scope="module")
def looker():
    model = GlimpseClassifier(LABELS, SIDE, objects=2, num_glimpses=3, glimpse_size=6, glimpse_units=8, units=8)
    model.build(None)
    return far_apart(model)


@pytest.fixture(scope="module")
def writer():
    model = Captioner(["a", "dog", "caf\u00e9", "runs"], 16, filters=4, embedding_dim=6, units=7)
    model.build()
    return far_apart(model)


@pytest.fixture(scope="module")
def built(web, looker, writer):
    return build_page(web, {"looks": GlimpseExporter(looker), "writes": CaptionerExporter(writer, SEARCH, LENGTH)}, [])


def check_seen(answer, expected, apart):
    """Compares what the model saw with what it would see in Python, and returns that."""
    seen = to_channels(read(answer["seen"]), expected.shape[-1])
    assert np.abs(seen.astype(int) - expected).max() <= apart
    return seen


def check_looked(answer, expected):
    assert (answer["state"], answer["result"]) == ("answered", " ".join(expected.labels))
    # Single precision, in another order of additions.
    np.testing.assert_allclose([[row[label] for label in LABELS] for row in answer["objects"]], expected.probabilities, atol=1e-5)
    np.testing.assert_allclose(answer["glimpses"], expected.locations, atol=1e-5)


def check_files(page, python):
    """Drops and chooses files; returns the different answers."""
    answers = []
    for number, (name, (content, form, apart)) in enumerate(pictures().items()):
        answer = page("choose_file" if number % 2 else "drop", file=as_sent(name, content, form))
        seen = check_seen(answer, to_channels(pixels_of(content, SIDE), 1), apart)
        [expected] = python.predict([content]) if apart == 0 else python.looked([""], seen[np.newaxis])
        check_looked(answer, expected)
        answers.append(expected.labels)
    return set(answers)


def check_drawing(page, python):
    """Draws with the mouse and with keys: the answer is that for a file of what is on the pad."""
    page("press", button="Clear")
    seen = [page("draw", strokes=STROKES), page("type", moves=["ArrowUp"] * 3, draws=["ArrowRight"] * 5)]
    for answer in seen:
        pad = base64.b64decode(answer["pad"].partition(",")[2])
        assert 300 < np.count_nonzero(check_seen(answer, to_channels(pixels_of(pad, SIDE), 1), 0)) * 4 < 4 * SIDE**2
        check_looked(answer, python.predict([pad])[0])
    assert seen[0]["pad"] != seen[1]["pad"]


def check_swapped(page, python):
    """Swaps light and dark of a file, and of what is drawn on it."""
    [(name, (content, form, _)), *_] = pictures().items()
    page("drop", file=as_sent(name, content, form))
    swapped = page("press", button="Swap light and dark")
    seen = check_seen(swapped, to_channels(255 - pixels_of(content, SIDE), 1), 0)
    check_looked(swapped, *python.looked([""], seen[np.newaxis]))
    page("draw", strokes=STROKES)
    drawn = page("press", button="Swap light and dark")
    check_seen(drawn, to_channels(pixels_of(base64.b64decode(drawn["pad"].partition(",")[2]), SIDE), 1), 0)


def check_captions(page, writer):
    page("choose", model="writes")
    python = captions.Predictor(
        captioner_runner(writer, SEARCH, LENGTH), CaptionerExporter(writer, SEARCH, LENGTH).description()["numbers"], 16, True
    )
    texts = set()
    for name, (content, form, apart) in pictures().items():
        answer = page("drop", file=as_sent(name, content, form))
        seen = check_seen(answer, pixels_of(content, 16), apart)
        [expected] = python.described([""], [seen])
        assert (answer["state"], answer["result"]) == ("answered", expected.text)
        np.testing.assert_allclose(answer["attention"], expected.attention.reshape(len(expected.words), -1), atol=1e-5)
        texts.add(expected.text)
    assert len(texts) > 1  # or else any answer is right


def test_the_page_sees_and_answers_as_python_does(built, page, looker, writer):
    python = glimpses.Predictor(glimpse_runner(looker), LABELS, SIDE, 1)
    with served(built) as url:
        assert page("open", url=url)["state"] == "ready"
        assert len(check_files(page, python)) > 1  # or else any answer is right
        check_drawing(page, python)
        check_swapped(page, python)
        wrong = page("drop", file=as_sent("notes.txt", b"no picture", "text/plain"))
        assert wrong["state"] == "failed"
        assert "notes.txt is no picture that this browser can read" in wrong["status"]
        assert page("press", button="Clear")["status"] == "There is no picture yet."
        drawn = page("draw", strokes=STROKES)
        assert drawn["state"] == "answered"
        check_captions(page, writer)
        assert page("hosts") == [url.split("/")[2]]  # nothing is asked of anybody else
    page("open", url=url)  # the server has stopped
    again = page("draw", strokes=STROKES)
    assert [again[part] for part in ("pad", "objects", "glimpses")] == [drawn[part] for part in ("pad", "objects", "glimpses")]
