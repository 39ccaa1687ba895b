"""Kernels that numba keeps on disk, thrown away when a source that they were made of has changed."""

import contextlib
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import numba
from numba.core.caching import FunctionCache

from logistics.routing.engine.machine_code.reaching import reached_sources

_NumbaCache: Any = FunctionCache  # numba's own classes bear no types
SUFFIXES = {".nbi", ".nbc"}


def forget_stale_code(folder: Path) -> None:
    """Deletes the kernels kept of a folder's sources if a source that they can reach has changed since.

    numba looks only at the file of the function it loads, and would go on using what was put into it from others.

    Raises:
        OSError: if old code cannot be deleted, for it would be run.
        RuntimeError: by numba, if there is no place where it could keep code.
    """
    sources = set(folder.glob("*.py"))
    texts = _digest(sources)
    for kept in _kept_in(folder):
        stamp = _stamp(folder, kept)
        known = _read(stamp)
        if known[:1] == [texts]:  # what kernels reach need not be found out, which takes a twentieth of a second
            continue
        reached = _digest(reached_sources(folder))
        if known[1:] != [reached]:
            # If no new stamp can be written, the old one would vouch for code that is yet to come.
            for told in (stamp, _whole(folder, kept)):
                told.unlink(missing_ok=True)
            for file in list(_code(folder, kept)):
                file.unlink(missing_ok=True)
        with contextlib.suppress(OSError):  # a full disk: code without a stamp is only compiled again
            _write(stamp, f"{texts}\n{reached}\n")


def tell_whole(folder: Path) -> None:
    """Notes beside the machine code of a folder's sources that all of it is there: who warms has just used it all."""
    for kept in _kept_in(folder):
        if not _is_told_whole(folder, kept) and _read(_stamp(folder, kept)):
            with contextlib.suppress(OSError):  # a full disk: next time it is warmed once more
                _write(_whole(folder, kept), " ".join([*_makers(folder, kept), str(_count(folder, kept))]))


def is_whole(folder: Path) -> bool:
    """Whether all machine code of a folder's sources is on disk, made to its end by this Python and this numba.

    Some of it can be there because making it was broken off, or because it was thrown away by hand.
    """
    places = _kept_in(folder)
    return all(_is_told_whole(folder, kept) for kept in places) and any(_count(folder, kept) for kept in places)


def _is_told_whole(folder: Path, kept: Path) -> bool:
    *makers, count = _read(_whole(folder, kept)) or [""]
    return makers == _makers(folder, kept) and count.isdecimal() and int(count) <= _count(folder, kept)


def _makers(folder: Path, kept: Path) -> list[str]:
    """The sources that the code was made of, and what made it."""
    return [*_read(_stamp(folder, kept))[1:], str(sys.implementation.cache_tag), numba.__version__]


def _count(folder: Path, kept: Path) -> int:
    """How many functions are kept there: each has an index of its own."""
    return sum(file.suffix == ".nbi" for file in _code(folder, kept))


def _stamp(folder: Path, kept: Path) -> Path:
    return kept / f"{folder.name}.sha256"


def _whole(folder: Path, kept: Path) -> Path:
    return kept / f"{folder.name}.whole"


def _read(stamp: Path) -> list[str]:
    """The words in a stamp, none if there is no stamp."""
    try:
        return stamp.read_text().split()
    except FileNotFoundError:  # perhaps since a moment ago: others, who share the place, delete old code too
        return []


def _write(stamp: Path, text: str) -> None:
    """Puts a whole stamp there at once: nobody may read half of one and delete what is good.

    Containers that share the place may have the same process ids, so these make no name of one's own.

    Raises:
        OSError: if it cannot be written; nothing is left of it then.
    """
    handle, name = tempfile.mkstemp(dir=stamp.parent, prefix=f"{stamp.name}.")
    fresh = Path(name)
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        fresh.chmod(0o644)  # made for its owner alone, but all who share the place read it
        fresh.replace(stamp)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise


def _digest(sources: set[Path]) -> str:
    """Of the sources' names and texts."""
    digest = hashlib.sha256()
    for source in sorted(sources):
        digest.update(f"{source.name}\0".encode() + hashlib.sha256(source.read_bytes()).digest())
    return digest.hexdigest()


def _kept_in(folder: Path) -> set[Path]:
    """Where numba keeps the code of the folder's sources, made if it was not there.

    Beside them, or where NUMBA_CACHE_DIR or NUMBA_CACHE_LOCATOR_CLASSES say, or with the user's caches if nothing can
    be written beside them. numba itself is asked, about a function of each file, because settings can tell files apart.
    """
    return {Path(_NumbaCache(_function_of(source)).cache_path) for source in folder.glob("*.py")}


def _function_of(source: Path) -> FunctionType:
    """A function that says of itself that it stands in this file."""
    module = compile("def kept(): pass", str(source), "exec")
    return FunctionType(next(one for one in module.co_consts if isinstance(one, CodeType)), {})


def _code(folder: Path, kept: Path) -> Iterator[Path]:
    """The files that numba has named after the folder's sources: `insertion.detour-113.py311.1.nbc`.

    Others may lie beside them: a place that a user has named can be one for all.
    """
    stems = {source.stem for source in folder.glob("*.py")}
    return (file for file in kept.iterdir() if file.suffix in SUFFIXES and file.name.partition(".")[0] in stems)
