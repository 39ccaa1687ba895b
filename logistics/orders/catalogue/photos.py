"""Photos of products: what comes in is believed in nothing but its pixels, which are written down anew.

The kind of a file is what its bytes say. Its head is read before any pixel is unpacked, so that a small file which
unfolds to gigabytes is refused by its size in pixels. What is kept is a JPEG of our own making: without the place and
device that a phone notes down, without anything appended, and nothing in it that a browser would run.
"""

from __future__ import annotations

import hashlib
import io
import struct
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from PIL import Image, ImageOps
from sqlalchemy import delete
from sqlalchemy.orm import Session

from logistics.bulk import overwrite
from logistics.orders.catalogue.errors import BadPhoto, PhotoTooLarge, PhotoTooManyPixels
from logistics.orders.catalogue.models import ProductPhoto

PHOTO_BYTES_MAX = 8 * 1024 * 1024
PIXELS_MAX = 25_000_000
"""What a phone takes is 12 to 24 megapixels; unpacked that is 75 MB."""
SIDE_MIN_PX = 16
SIDE_MAX_PX = 1_280
"""Of what is kept; more than any page shows."""
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
BROKEN = (
    OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError, OverflowError, MemoryError,
    struct.error, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip
"""What reading damaged pictures raises, by where the damage is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A JPEG as it is kept and served."""

    content: bytes
    width_px: int
    height_px: int

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def received_photo(stream: IO[bytes]) -> bytes:
    """The bytes of a picture that was sent.

    Raises:
        PhotoTooLarge: it is; nothing beyond the limit was read.
    """
    content = stream.read(PHOTO_BYTES_MAX + 1)
    if len(content) > PHOTO_BYTES_MAX:
        raise PhotoTooLarge(mib=PHOTO_BYTES_MAX // 1024 // 1024)
    return content


def made_anew(content: bytes) -> Photo:
    """The picture, upright, at most `SIDE_MAX_PX` on a side, on white where it was transparent, as a JPEG of its own.

    Raises:
        BadPhoto: these bytes are no JPEG, PNG or WebP, or a damaged one.
        PhotoTooManyPixels: larger than is unpacked here, or too small to show anything.
    """
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
            width, height = picture.size
            if width * height > PIXELS_MAX or min(width, height) < SIDE_MIN_PX:
                raise PhotoTooManyPixels(width=width, height=height, megapixels=PIXELS_MAX // 1_000_000)
            picture.draft("RGB", (SIDE_MAX_PX, SIDE_MAX_PX))  # a JPEG is unpacked no larger than is needed
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((SIDE_MAX_PX, SIDE_MAX_PX))
            colours = upright.convert("RGBA")
            canvas = Image.new("RGB", colours.size, "white")
            canvas.paste(colours, mask=colours.getchannel("A"))
    except PhotoTooManyPixels:
        raise
    except BROKEN as broken:
        raise BadPhoto() from broken
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Photo(content=out.getvalue(), width_px=canvas.width, height_px=canvas.height)


def keep_photo(session: Session, product_id: int, photo: Photo, *, set_by_id: int | None, now: datetime) -> None:
    """Keep the photo of a product in place of the one before."""
    row = {
        "product_id": product_id,
        "sha256": photo.sha256,
        "content": photo.content,
        "width_px": photo.width_px,
        "height_px": photo.height_px,
        "set_at": now,
        "set_by_id": set_by_id,
    }
    overwrite(session, ProductPhoto, [row], key=("product_id",))


def drop_photo(session: Session, product_id: int) -> bool:
    """Forget a product's photo; False where it has none."""
    gone = delete(ProductPhoto).where(ProductPhoto.product_id == product_id).returning(ProductPhoto.product_id)
    return session.scalar(gone) is not None
