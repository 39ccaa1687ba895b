"""A day folder sent over HTTP: its files one by one, or zipped. Names and sizes are checked before a byte is kept."""

from __future__ import annotations

import lzma
import re
import zipfile
import zlib
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import IO

from werkzeug.datastructures import FileStorage

from logistics.errors import N_, Invalid

FILE_NAME = re.compile(r"[A-Za-z0-9_-]{1,60}\.(csv|csv\.gz|toml)", re.ASCII)
FILES_MAX = 32
UNZIPPED_BYTES_MAX = 512 * 1024 * 1024
CHUNK_BYTES = 1024 * 1024
BROKEN = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, RuntimeError, NotImplementedError, EOFError, OSError, ValueError,
)  # fmt: skip
"""What unpacking damaged bytes raises, by where the damage is; RuntimeError is a password."""


class BadUpload(Invalid):
    template = N_("%(name)s: a day folder is up to %(maximum)s files named like orders.csv, orders.csv.gz or day.toml.")
    code = "bad_upload"


class UploadTooLarge(Invalid):
    template = N_("%(name)s: unpacked, the folder is larger than %(mib)s MiB.")
    code = "upload_too_large"
    status = 413


class BrokenZip(Invalid):
    template = N_("%(name)s cannot be unzipped; it is damaged, locked with a password, or no zip.")
    code = "broken_zip"


def keep(uploads: Iterable[FileStorage], folder: Path) -> None:
    """Write the uploaded files into `folder`; a zip is unpacked, the folders in it left out.

    Raises:
        BadUpload: a file's name is not one of a day folder, comes twice, or there are too many.
        UploadTooLarge: more bytes than a day has.
        BrokenZip: a zip that cannot be read.
    """
    left = UNZIPPED_BYTES_MAX
    for upload in uploads:
        name = upload.filename or ""
        if name.lower().endswith(".zip"):
            left = _unzip(upload.stream, name, folder, left=left)
        else:
            left = _copy(upload.stream, name, folder, left=left)


def _unzip(stream: IO[bytes], name: str, folder: Path, *, left: int) -> int:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = [member for member in archive.infolist() if not member.is_dir() and not _is_debris(member)]
            if len(members) > FILES_MAX:
                raise BadUpload(name=name, maximum=FILES_MAX)
            for member in members:
                with archive.open(member) as source:
                    left = _copy(source, PurePosixPath(member.filename).name, folder, left=left)
    except BROKEN as broken:
        raise BrokenZip(name=name) from broken
    return left


def _copy(source: IO[bytes], name: str, folder: Path, *, left: int) -> int:
    """Copy one file and return how many bytes are left; stops reading at the limit, however far a zip would go on."""
    target = folder / name
    if not FILE_NAME.fullmatch(name) or target.exists() or len(list(folder.iterdir())) >= FILES_MAX:
        raise BadUpload(name=name, maximum=FILES_MAX)
    with target.open("wb") as kept:
        while chunk := source.read(CHUNK_BYTES):
            left -= len(chunk)
            if left < 0:
                raise UploadTooLarge(name=name, mib=UNZIPPED_BYTES_MAX // CHUNK_BYTES)
            kept.write(chunk)
    return left


def _is_debris(member: zipfile.ZipInfo) -> bool:
    """What operating systems add to a zip on their own."""
    return member.filename.startswith("__MACOSX/") or PurePosixPath(member.filename).name in {".DS_Store", "Thumbs.db"}
