"""Old machine code is never run, wherever numba keeps it, and new is not thrown away for nothing."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from logistics.routing.engine.machine_code import forget_stale_code, is_whole, tell_whole
from tests.conftest import REPO
from tests.routing.engine.machine_code.folders import a_folder

KERNELS = {
    "__init__": "",
    "compiling": """
        from pathlib import Path
        from numba import njit
        from logistics.routing.engine.machine_code import forget_stale_code
        compiled = njit(cache=True)
        forget_stale_code(Path(__file__).parent)
        """,
    "rates": """
        from kernels.compiling import compiled
        @compiled
        def rate():
            return 2
        """,
    "prices": """
        from kernels.compiling import compiled
        from kernels.rates import rate
        @compiled
        def price(metres):
            return metres * rate()
        """,
    "solver": """
        from kernels.prices import price
        def solved():
            return price(21)
        """,
}
"""A package like those of the engine: `price` has `rate` put into it, which stands in another file."""

RUNS = """
import os, sys, traceback
import logistics.routing.engine.machine_code
for line in sys.stdin:  # every run a process of its own, which need not import the engine again
    if os.fork() == 0:
        try:
            from kernels.prices import price
            from kernels.solver import solved
            print(solved(), sum(price.stats.cache_hits.values()), flush=True)
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    assert os.wait()[1] == 0
"""


@contextmanager
def runs_of(folder: Path, **env: str) -> Iterator[Callable[[], tuple[int, int]]]:
    """A function that runs the package anew: what it returns, and how many kernels were loaded from the disk."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    # Python's own cache takes a source of equal size, changed within the same second, for the one it knows
    settings = {"PYTHONPATH": f"{REPO}:{folder}", "PYTHONDONTWRITEBYTECODE": "1", **env}
    command = [sys.executable, "-c", RUNS]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=folder, env=kept | settings) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told = process.stdin, process.stdout

        def run() -> tuple[int, int]:
            print("run", file=asked, flush=True)
            value, loaded = told.readline().split()
            return int(value), int(loaded)

        yield run
        asked.close()


def beside_the_sources(folder: Path) -> tuple[dict[str, str], Path]:
    return {}, folder / "kernels" / "__pycache__"


def where_numba_is_told(folder: Path) -> tuple[dict[str, str], Path]:
    return {"NUMBA_CACHE_DIR": str(folder / "told")}, folder / "told"


def with_the_users_caches(folder: Path) -> tuple[dict[str, str], Path]:
    (folder / "kernels" / "__pycache__").touch()  # a file, so that nothing can be put into it, even by root
    return {"HOME": str(folder / "home"), "XDG_CACHE_HOME": str(folder / "home" / "cache")}, folder / "home"


@pytest.mark.parametrize("place", [beside_the_sources, where_numba_is_told, with_the_users_caches])
def test_a_changed_callee_is_compiled_into_its_callers(
    tmp_path: Path, place: Callable[[Path], tuple[dict[str, str], Path]]
) -> None:
    kernels = a_folder(tmp_path / "kernels", **KERNELS)
    env, kept = place(tmp_path)

    with runs_of(tmp_path, **env) as run:
        assert run() == (42, 0)  # 21 × 2
        assert run() == (42, 1)
        assert {file.parent.name.partition("_")[0] for file in kept.rglob("*.nbc")} <= {"kernels", ""}
        others = [file.with_name("others.rate-1.py311.1.nbc") for file in kept.rglob("prices.*.nbc")]
        assert len(others) == 1
        others[0].touch()

        a_folder(kernels, rates=KERNELS["rates"].replace("return 2", "return 3"))

        assert run() == (63, 0)  # 21 × 3
        assert run() == (63, 1)

        a_folder(kernels, solver=KERNELS["solver"].replace("price(21)", "price(20) + 1"))

        assert run() == (61, 1)  # 20 × 3 + 1, by the same machine code
        assert others[0].is_file()


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """Where numba keeps the code of a folder with one kernel, a piece of it and things of others."""
    folder = a_folder(
        tmp_path / "search", compiling="from numba import njit", moves="from search.compiling import njit"
    )
    forget_stale_code(folder)
    kept = folder / "__pycache__"
    for name in ("moves.move-3.py311.nbi", "moves.move-3.py311.1.nbc", "others.f-1.py311.1.nbc", "moves.py311.pyc"):
        (kept / name).touch()
    return kept


def left(kept: Path) -> list[str]:
    return sorted(file.name for file in kept.iterdir() if file.suffix != ".sha256")


ALL = ["moves.move-3.py311.1.nbc", "moves.move-3.py311.nbi", "moves.py311.pyc", "others.f-1.py311.1.nbc"]
NONE = ["moves.py311.pyc", "others.f-1.py311.1.nbc"]


def test_code_stays_as_long_as_its_sources(kept: Path) -> None:
    assert [file.name for file in kept.glob("*.sha256*")] == ["search.sha256"]

    forget_stale_code(kept.parent)
    assert left(kept) == ALL

    a_folder(kept.parent, plain="")
    forget_stale_code(kept.parent)
    assert left(kept) == ALL

    a_folder(kept.parent, moves="from search.compiling import njit  # changed")
    forget_stale_code(kept.parent)
    assert left(kept) == NONE


def test_a_source_of_another_name_is_another(kept: Path) -> None:
    (kept.parent / "moves.py").rename(kept.parent / "others.py")

    forget_stale_code(kept.parent)

    assert left(kept) == ["moves.move-3.py311.1.nbc", "moves.move-3.py311.nbi", "moves.py311.pyc"]


@pytest.mark.parametrize("stamp", ["", "half", "one two three"])
def test_code_without_a_whole_stamp_is_not_trusted(kept: Path, stamp: str) -> None:
    (kept / "search.sha256").write_text(stamp, encoding="utf-8")

    forget_stale_code(kept.parent)

    assert left(kept) == NONE


def test_old_code_that_cannot_be_deleted_is_not_run(kept: Path) -> None:
    (kept / "moves.move-3.py311.2.nbc").mkdir()
    (kept / "search.sha256").unlink()

    with pytest.raises(OSError, match=r"moves\.move-3\.py311\.2\.nbc"):
        forget_stale_code(kept.parent)


@contextmanager
def a_full_disk() -> Iterator[None]:
    """No file of this process may grow: every write into one is an OSError."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_code_stays_on_a_full_disk_and_nothing_half_is_left(kept: Path) -> None:
    stamp = (kept / "search.sha256").read_bytes()
    a_folder(kept.parent, plain="")

    with a_full_disk():
        forget_stale_code(kept.parent)

    assert left(kept) == ALL
    assert (kept / "search.sha256").read_bytes() == stamp


def test_no_stamp_of_before_speaks_for_code_from_when_the_disk_was_full(kept: Path) -> None:
    before = (kept.parent / "moves.py").read_text(encoding="utf-8")
    a_folder(kept.parent, moves="from search.compiling import njit  # changed")
    with a_full_disk():
        forget_stale_code(kept.parent)
    assert left(kept) == NONE
    (kept / "moves.move-3.py311.1.nbc").touch()  # of the changed source, when there is room again

    (kept.parent / "moves.py").write_text(before, encoding="utf-8")
    forget_stale_code(kept.parent)

    assert left(kept) == NONE
    assert (kept / "search.sha256").is_file()


def test_another_container_with_the_same_process_id_writes_its_own_stamp(kept: Path) -> None:
    theirs = kept / f"search.sha256.{os.getpid()}"
    theirs.write_text("half", encoding="utf-8")
    a_folder(kept.parent, plain="")

    forget_stale_code(kept.parent)

    assert left(kept) == [*ALL, theirs.name]
    assert theirs.read_text(encoding="utf-8") == "half"


def test_a_stamp_is_for_every_user_to_read(kept: Path) -> None:
    assert (kept / "search.sha256").stat().st_mode & 0o777 == 0o644


def test_code_is_whole_once_it_was_made_to_its_end(kept: Path) -> None:
    assert not is_whole(kept.parent)  # there is some

    tell_whole(kept.parent)
    assert is_whole(kept.parent)

    (kept / "moves.turn-9.py311.nbi").touch()  # more, for other types
    assert is_whole(kept.parent)

    a_folder(kept.parent, plain="")
    forget_stale_code(kept.parent)
    assert is_whole(kept.parent)


def test_code_of_which_some_was_thrown_away_is_not_whole(kept: Path) -> None:
    tell_whole(kept.parent)

    (kept / "moves.move-3.py311.nbi").unlink()
    assert not is_whole(kept.parent)

    tell_whole(kept.parent)
    assert not is_whole(kept.parent)  # there is none


def test_code_of_other_sources_is_not_whole(kept: Path) -> None:
    tell_whole(kept.parent)
    before = (kept.parent / "moves.py").read_text(encoding="utf-8")

    for text in ("from search.compiling import njit  # changed", before):
        (kept.parent / "moves.py").write_text(text, encoding="utf-8")
        forget_stale_code(kept.parent)
        (kept / "moves.move-3.py311.nbi").touch()
        assert not is_whole(kept.parent)


@pytest.mark.parametrize("told", ["", "half", "1 2 3 4", "{} cpython-27 0.1 1", "{} 1"])
def test_what_nobody_told_whole_is_not(kept: Path, told: str) -> None:
    reached = (kept / "search.sha256").read_text(encoding="utf-8").split()[1]
    (kept / "search.whole").write_text(told.format(reached), encoding="utf-8")

    assert not is_whole(kept.parent)


def test_nothing_is_told_whole_on_a_full_disk_or_without_a_stamp(kept: Path) -> None:
    with a_full_disk():
        tell_whole(kept.parent)
    assert not is_whole(kept.parent)

    (kept / "search.sha256").unlink()
    tell_whole(kept.parent)
    assert not is_whole(kept.parent)
    assert left(kept) == ALL
