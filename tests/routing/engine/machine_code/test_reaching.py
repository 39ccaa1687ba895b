"""What kernels can reach counts, and nothing else."""

import ast
from pathlib import Path
from types import ModuleType

import pytest

from logistics.routing.engine import walking
from logistics.routing.engine.machine_code.reaching import reached_sources
from logistics.routing.engine.solvers import rich, ruin_recreate
from tests.routing.engine.machine_code.folders import a_folder


def stems(folder: Path) -> set[str]:
    return {path.stem for path in reached_sources(folder)}


def test_only_what_kernels_use_is_reached(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path / "search",
        __init__="from search.solver import solve",
        compiling="""
            from numba import njit
            compiled = njit()
            """,
        layout="""
            from search.columns import ROUTE
            class State: ...
            """,
        columns="ROUTE = 0",
        weights="HEAVY = 2",
        model="class Model: ...",
        moves="""
            from search.compiling import compiled
            from search.layout import State
            from search.model import Model
            from search.weights import HEAVY
            def heavy():
                return HEAVY
            @compiled
            def move(state: State):
                return heavy()
            class Mover:
                def moved(self, model: Model):
                    return move(model.state)
            """,
        solver="""
            from search.moves import move
            from search.pace import Pace
            def solve(): ...
            """,
        pace="class Pace: ...",
    )

    # State by an annotation, and what its file imports; HEAVY by way of a plain function. Model only beside the kernel.
    assert stems(folder) == {"compiling", "layout", "columns", "weights", "moves"}


@pytest.mark.parametrize(
    "line",
    [
        "from search.rates import RATE",
        "from .rates import RATE",
        "from . import rates as RATE",
        "from search import rates as RATE",
        "import search.rates as RATE",
        "from far.away.search.rates import FAST as RATE",
        "from rates import RATE",
        "from search.rates import *",
    ],
)
def test_an_import_is_followed_however_it_is_written(tmp_path: Path, line: str) -> None:
    kernel = "from numba import njit\n{}\n@njit\ndef price():\n    return RATE"
    folder = a_folder(tmp_path / "search", rates="RATE = 2", others="RATE = 3", prices=kernel.format(line))

    assert stems(folder) == {"prices", "rates"}


def test_a_kernel_without_a_decorator_is_one(tmp_path: Path) -> None:
    made = """
        from numba import njit
        from search.rates import RATE
        def plain():
            return RATE
        def made():
            return njit(plain)
        """
    folder = a_folder(tmp_path / "search", rates="RATE = 2", prices=made)

    assert stems(folder) == {"prices", "rates"}


@pytest.mark.parametrize(
    ("room", "plain"),
    [
        (ruin_recreate, {"solver", "search", "threads", "model", "pacing", "warming"}),
        (rich, {"solver", "threads", "tables", "warming"}),
        (walking, {"solving", "two_echelons", "walk", "items", "warming"}),
    ],
)
def test_the_engines_kernels_take_nothing_from_elsewhere(room: ModuleType, plain: set[str]) -> None:
    folder = Path(room.__file__ or "").parent

    reached = reached_sources(folder)

    assert not plain & {path.stem for path in reached}
    assert {path for path in folder.glob("*.py") if "compiling import" in path.read_text(encoding="utf-8")} <= reached
    elsewhere = {
        alias.name
        for path in reached
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("logistics.")
        for alias in node.names
        if not str(node.module).startswith(room.__name__)
    }
    # a class of plain Python beside a kernel has routes pooled
    assert elsewhere <= {"forget_stale_code", "RoutePool"}
