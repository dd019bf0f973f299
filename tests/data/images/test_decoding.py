"""Image files of all kinds to pixels."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from toolkit.data.images.decoding import LARGEST, decode_frames, decode_image, oddities_hidden, read_image, to_png
from toolkit.errors import UserError

SIZE = 8
RED, GREEN = (220, 20, 20), (20, 220, 20)


def halves(mode="RGB", size=(16, 16)):
    """Red at the left, green at the right."""
    image = Image.new("RGB", size, RED)
    image.paste(GREEN, (size[0] // 2, 0, *size))
    return image.convert(mode)


def file_of(image, form, **options):
    buffer = io.BytesIO()
    image.save(buffer, form, **options)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("form", "mode", "options"),
    [("PNG", "RGB", {}), ("PNG", "P", {}), ("JPEG", "RGB", {"quality": 95}), ("WEBP", "RGB", {"lossless": True}), ("GIF", "P", {})],
)
def test_each_format_gives_the_same_picture(form, mode, options):
    pixels = decode_image(file_of(halves(mode), form, **options), SIZE)
    assert pixels.shape == (SIZE, SIZE, 3)
    assert pixels.dtype == np.uint8
    assert np.abs(pixels[:, 0].astype(int) - RED).max() < 30  # a palette and a JPEG change colours a little
    assert np.abs(pixels[:, -1].astype(int) - GREEN).max() < 30


def test_grey_has_three_equal_channels():
    pixels = decode_image(file_of(Image.new("L", (5, 3), 100), "PNG"), SIZE)
    assert (pixels == 100).all()


def test_one_bit_is_black_or_white():
    image = Image.new("1", (4, 4), 1)
    assert (decode_image(file_of(image, "PNG"), SIZE) == 255).all()


def test_sixteen_bits_keep_the_higher_eight():
    values = np.full((4, 4), 0x80FF, np.uint16)
    assert (decode_image(file_of(Image.fromarray(values), "PNG"), SIZE) == 0x80).all()


@pytest.mark.parametrize("mode", ["RGBA", "LA"])
def test_what_is_transparent_is_white(mode):
    image = Image.new(mode, (4, 4), (0, 0, 0, 0) if mode == "RGBA" else (0, 0))
    assert (decode_image(file_of(image, "PNG"), SIZE) == 255).all()


def test_a_transparent_colour_of_a_palette_is_white():
    image = Image.new("P", (4, 4), 0)
    image.putpalette([10, 10, 10] * 256)
    assert (decode_image(file_of(image, "PNG", transparency=0), SIZE) == 255).all()


def test_a_photograph_is_turned_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn right by 90 degrees: what was left comes up
    pixels = decode_image(file_of(halves(), "JPEG", quality=95, exif=exif), SIZE).astype(int)
    assert np.abs(pixels[0] - RED).max() < 30
    assert np.abs(pixels[-1] - GREEN).max() < 30


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_of_an_animation_the_first_frame_or_all_of_them(form):
    frames = [Image.new("RGB", (4, 4), colour) for colour in (RED, GREEN)]
    options = {"lossless": True} if form == "WEBP" else {}
    content = file_of(frames[0], form, save_all=True, append_images=frames[1:], **options)
    assert np.abs(decode_image(content, SIZE).astype(int) - RED).max() < 10
    first, second = decode_frames(content, SIZE).astype(int)
    assert np.abs(first - RED).max() < 10
    assert np.abs(second - GREEN).max() < 10


def test_a_picture_that_stands_still_is_one_frame():
    assert decode_frames(file_of(halves(), "PNG"), SIZE).shape == (1, SIZE, SIZE, 3)
    with pytest.raises(UserError, match=r"^x: expected PNG, JPEG, WebP or GIF, found something else$"):
        decode_frames(b"hello", SIZE, "x")


def test_any_shape_is_stretched_to_the_square():
    assert decode_image(file_of(halves(size=(40, 2)), "PNG"), SIZE).shape == (SIZE, SIZE, 3)
    assert decode_image(file_of(halves(size=(1, 1)), "PNG"), SIZE).shape == (SIZE, SIZE, 3)


def test_pixels_of_the_right_size_are_as_they_were():
    pixels = np.random.default_rng(0).integers(0, 256, (SIZE, SIZE, 3), np.uint8)
    np.testing.assert_array_equal(decode_image(to_png(pixels), SIZE), pixels)


def bomb(width, height):
    """A PNG of a few bytes that says that it is huge."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [9_500, 40_000])
def test_a_decompression_bomb_is_refused_in_a_line(side):
    with oddities_hidden(), pytest.raises(UserError, match=rf"^x\.png: expected at most {LARGEST:,} pixels, found .*; make .* smaller$"):
        decode_image(bomb(side, side), SIZE, "x.png")


@pytest.mark.parametrize("content", [b"", b"hello", b"<svg></svg>", b"BM" + bytes(60)])
def test_something_else_is_refused(content):
    with pytest.raises(UserError, match=r"^x: expected PNG, JPEG, WebP or GIF, found something else$"):
        decode_image(content, SIZE, "x")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_a_damaged_file_is_refused(form):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8))
    content = file_of(noise, form)
    with pytest.raises(UserError, match=r"^x: expected PNG, JPEG, WebP or GIF, "):
        decode_image(content[: len(content) // 2], SIZE, "x")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(UserError, match=r"none\.png: expected an image file, found none$"):
        read_image(tmp_path / "none.png", SIZE)
    with pytest.raises(UserError, match="expected an image file, found none"):
        read_image(tmp_path, SIZE)
