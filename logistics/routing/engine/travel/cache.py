"""Arrays kept on disk under the hash of everything they were computed from; never pickled, never trusted."""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import tempfile
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

log = logging.getLogger(__name__)

MATRICES_KEPT = 64
"""Older matrices are removed: one of 5,000 points is 200 MB."""


def digest(*parts: bytes | str) -> str:
    """sha256 over the parts, each with its length, so that no two lists of parts read the same."""
    total = hashlib.sha256()
    for part in parts:
        raw = part.encode() if isinstance(part, str) else part
        total.update(len(raw).to_bytes(8, "big"))
        total.update(raw)
    return total.hexdigest()


class Cache:
    """Named groups of arrays in a folder; `None` as the folder keeps nothing.

    A file that is damaged, cut short or written by another version is the same as no file. A folder that cannot be
    written to costs time only: it is logged, and the arrays are computed again next time.
    """

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def load(self, kind: str, key: str, names: tuple[str, ...]) -> dict[str, NDArray[Any]] | None:
        """The arrays saved under kind and key; None if any of `names` is missing or cannot be read."""
        if self.folder is None:
            return None
        path = self.folder / _file_name(kind, key)
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                if str(stored["cache_key"]) != key:
                    return None
                return {name: stored[name] for name in names}
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError) as error:
            log.warning("cache file %s is damaged and will be rebuilt: %s", path.name, error)
            return None

    def save(self, kind: str, key: str, arrays: Arrays) -> None:
        """Saves the arrays whole or not at all: written beside, then renamed."""
        if self.folder is None:
            return
        path = self.folder / _file_name(kind, key)
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            handle, written = tempfile.mkstemp(dir=self.folder, prefix=f".{kind}-", suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, allow_pickle=False, cache_key=np.array(key), **arrays)
                os.replace(written, path)
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(written)
                raise
        except OSError as error:
            log.warning("cache file %s could not be written: %s", path.name, error)

    def trim(self, kind: str, *, kept: int = MATRICES_KEPT) -> None:
        """Removes all but the newest `kept` files of a kind."""
        if self.folder is None:
            return
        with contextlib.suppress(OSError):  # another process may be trimming too
            files = sorted(self.folder.glob(f"{kind}-*.npz"), key=lambda path: path.stat().st_mtime, reverse=True)
            for path in files[kept:]:
                path.unlink(missing_ok=True)


def _file_name(kind: str, key: str) -> str:
    return f"{kind}-{key[:32]}.npz"
