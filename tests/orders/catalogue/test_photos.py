"""What comes in as a photo is believed in nothing but its pixels."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from logistics.orders.catalogue.errors import BadPhoto, PhotoTooLarge, PhotoTooManyPixels
from logistics.orders.catalogue.photos import (
    PHOTO_BYTES_MAX,
    SIDE_MAX_PX,
    made_anew,
    received_photo,
)
from tests.api.world_catalogue import a_picture

SCRIPT = b"<script>alert(1)</script>"


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_becomes_a_jpeg_of_our_own(kind: str) -> None:
    photo = made_anew(a_picture((40, 30), kind))

    kept = opened(photo.content)
    assert (kept.format, kept.mode, kept.size) == ("JPEG", "RGB", (40, 30))
    assert (photo.width_px, photo.height_px, len(photo.sha256)) == (40, 30, 64)


def test_a_large_picture_is_made_smaller_in_proportion() -> None:
    photo = made_anew(a_picture((3_000, 1_500), "JPEG"))

    assert (photo.width_px, photo.height_px) == (SIDE_MAX_PX, SIDE_MAX_PX // 2)


def test_the_place_that_a_phone_notes_down_is_left_out_and_the_picture_stands_upright() -> None:
    noted = Image.new("RGB", (40, 20), "red")
    exif = Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif.get_ifd(0x8825)[1] = "N"
    exif[0x010F] = "SomePhone"
    out = io.BytesIO()
    noted.save(out, "JPEG", exif=exif)
    assert b"SomePhone" in out.getvalue()

    photo = made_anew(out.getvalue())

    assert (photo.width_px, photo.height_px) == (20, 40)
    assert b"SomePhone" not in photo.content
    assert dict(opened(photo.content).getexif()) == {}


def test_what_is_appended_or_told_beside_the_pixels_is_gone() -> None:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "blue").save(out, "JPEG", comment=SCRIPT)

    photo = made_anew(out.getvalue() + SCRIPT)

    assert SCRIPT not in photo.content


def test_what_was_transparent_is_white() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (40, 30), (255, 0, 0, 0)).save(out, "PNG")

    red, green, blue = opened(made_anew(out.getvalue()).content).getpixel((20, 15))  # type: ignore[misc]

    assert min(red, green, blue) > 250


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"GIF89a" + bytes(100),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        SCRIPT,
        a_picture((40, 30), "GIF"),
        a_picture((40, 30), "BMP"),
        a_picture((40, 30), "JPEG")[:200],
        a_picture((40, 30), "PNG")[:-40],
    ],
    ids=["empty", "gif head", "pdf", "svg", "html", "gif", "bmp", "cut jpeg", "cut png"],
)
def test_what_is_no_whole_picture_of_the_three_kinds_is_refused(content: bytes) -> None:
    with pytest.raises(BadPhoto):
        made_anew(content)


def a_png_that_claims(width: int, height: int) -> bytes:
    """A few bytes that promise a picture of that size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(5_001, 5_000), (100_000, 100_000), (15, 100)])
def test_a_picture_that_unfolds_too_far_is_refused_before_it_does(size: tuple[int, int]) -> None:
    with pytest.raises(BadPhoto) as refused:
        made_anew(a_png_that_claims(*size))

    assert size[0] > 50_000 or isinstance(refused.value, PhotoTooManyPixels)


def test_a_file_beyond_the_limit_is_read_no_further() -> None:
    stream = io.BytesIO(bytes(PHOTO_BYTES_MAX + 10))

    with pytest.raises(PhotoTooLarge):
        received_photo(stream)
    assert stream.tell() == PHOTO_BYTES_MAX + 1
    assert len(received_photo(io.BytesIO(bytes(PHOTO_BYTES_MAX)))) == PHOTO_BYTES_MAX


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), max_size=8),
)
def test_a_damaged_picture_is_a_picture_or_refused_and_nothing_else(kind: str, hits: list[tuple[int, int]]) -> None:
    content = bytearray(a_picture((48, 32), kind))
    for place, value in hits:
        content[place % len(content)] = value
    try:
        photo = made_anew(bytes(content))
    except BadPhoto:
        return
    assert opened(photo.content).format == "JPEG"
