"""Digits that move behind a fence: sequences of frames in which a single frame does not tell what is there."""

import numpy as np

from toolkit.data.images.image_corpus import ImageSplit
from toolkit.tasks.frames.sequences import FrameSequences

NOTHING = "none"
"""The label of a frame without a digit."""

SHARE = 0.7  # of the canvas that a digit is as wide as
STAYS, BETWEEN, AROUND = (4, 6), (1, 2), (0, 1)  # frames, from fewest to most: of a digit, from one to the next, before and after all
BAR, GAP = 4, 8  # pixels of the fence, on a canvas of `_SIDE`
FENCE = 110  # its shade of grey
SNOW = 0.03  # share of the pixels of a frame that are bright by chance
_SIDE = 40


def digit_size(canvas: int) -> int:
    """Returns the side of the digits on a canvas of a side."""
    return round(SHARE * canvas)


def moving_digits(digits: ImageSplit, number: int, canvas: int, seed: int) -> FrameSequences:
    """Makes sequences of two digits, of which one after the other moves across a canvas, behind a fence and in snow.

    A digit comes in at one side, or from above or below, goes straight on, and is gone after four to six frames; the next one comes a
    frame or two later. The fence hides a third of the canvas; it stands still, upright or across. The label of a frame is that of
    the digit that is on its way, however much of it is hidden, and else `NOTHING`.

    Args:
        digits: Images of side `digit_size(canvas)`. Each occurs as often as any other one, within one.
        number: How many sequences.
        canvas: Side of the frames.
        seed: Of what is drawn.

    Returns:
        Sequences of 9 to 16 frames.
    """
    chance = np.random.default_rng(seed)
    order = np.concatenate([chance.permutation(len(digits)) for _ in range(-(-2 * number // len(digits)))])
    frames, labels, lengths = [], [], []
    for pair in order[: 2 * number].reshape(number, 2):
        shown = _timeline(chance)
        fence, paths = (
            _fence(chance, canvas),
            [_path(chance, canvas, digits.pixels.shape[1], int((shown == visit).sum())) for visit in (0, 1)],
        )
        seen = [0, 0]
        for visit in shown:
            frame = np.zeros((canvas, canvas, digits.pixels.shape[-1]), np.uint8)
            if visit >= 0:
                _put(frame, digits.pixels[pair[visit]], paths[visit][seen[visit]])
                seen[visit] += 1
            frame[fence] = FENCE
            snow = chance.random((canvas, canvas)) < SNOW
            frame[snow] = chance.integers(0, 256, (int(snow.sum()), 1))
            frames.append(frame)
            labels.append(NOTHING if visit < 0 else digits.labels[pair[visit]])
        lengths.append(len(shown))
    return FrameSequences(np.stack(frames), labels, np.array(lengths, np.int64), [str(row) for row in range(number)])


def _timeline(chance: np.random.Generator) -> np.ndarray:
    """Returns which digit is there at each time: 0 or 1, or -1 for none."""
    parts = ((-1, AROUND), (0, STAYS), (-1, BETWEEN), (1, STAYS), (-1, AROUND))
    return np.concatenate([np.full(chance.integers(fewest, most + 1), visit) for visit, (fewest, most) in parts])


def _fence(chance: np.random.Generator, canvas: int) -> np.ndarray:
    """Returns where the fence is, boolean `[canvas, canvas]`."""
    bar, width = BAR * canvas / _SIDE, (BAR + GAP) * canvas / _SIDE
    hidden = (np.arange(canvas) + chance.uniform(0, width)) % width < bar
    fence = np.tile(hidden, (canvas, 1))
    return fence if chance.random() < 0.5 else fence.T


def _path(chance: np.random.Generator, canvas: int, size: int, steps: int) -> np.ndarray:
    """Returns the upper left corners of a digit on its way, int `[steps, 2]`: a third of it is outside at both ends."""
    room = canvas - size
    ends = np.array([-size / 3, canvas - 2 * size / 3])
    along = np.linspace(*(ends if chance.random() < 0.5 else ends[::-1]), steps)
    across = np.linspace(*chance.uniform(0, room, 2), steps)
    corners = np.stack([along, across] if chance.random() < 0.5 else [across, along], axis=1)
    return np.rint(corners).astype(int)


def _put(frame: np.ndarray, digit: np.ndarray, corner: np.ndarray) -> None:
    """Puts what is inside of a frame of a digit onto it."""
    (top, left), side, size = corner, len(frame), len(digit)
    rows, columns = (slice(max(0, place), min(side, place + size)) for place in (top, left))
    frame[rows, columns] = digit[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
