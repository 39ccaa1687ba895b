"""Which sources of a folder decide about its machine code, read from their text and not by running them.

A kernel is made of the names it uses: functions that are put into it, constants, the fields of the tuples in its
annotations. Plain Python beside it may change without a kernel's changing, so that nobody waits a minute for nothing.
"""

import ast
import itertools
from collections.abc import Iterator
from pathlib import Path

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
NUMBA = "numba"
COMPILING = "compiling"
"""The file of a folder from which its kernels have their decorators."""
EVERYTHING = "*"
"""What is imported by a star may be used by any name."""


def reached_sources(folder: Path) -> set[Path]:
    """The files of a folder that import numba or `compiling`, and those of it whose names their kernels use.

    Raises:
        SyntaxError: if a file of the folder is not Python.
    """
    trees = {path.stem: ast.parse(path.read_bytes(), filename=str(path)) for path in folder.glob("*.py")}
    imports = {stem: list(_imports(tree, folder.name, set(trees))) for stem, tree in trees.items()}
    compiling = {stem for stem, found in imports.items() if any(module in {NUMBA, COMPILING} for _, module in found)}
    reached: set[str] = set()
    waiting = list(compiling)
    while waiting:
        stem = waiting.pop()
        if stem in reached or stem not in trees:
            continue
        reached.add(stem)
        counting = _names_in_kernels(trees[stem], imports[stem]) if stem in compiling else None
        waiting += [module for name, module in imports[stem] if counting is None or name in counting | {EVERYTHING}]
    return {folder / f"{stem}.py" for stem in reached}


def _names_in_kernels(tree: ast.Module, imports: list[tuple[str, str]]) -> set[str]:
    """The names that a file's compiled functions use, themselves or through a function or class of the file.

    Whatever is decorated counts as compiled, or uses what compiles, or stands outside functions and classes.
    """
    tools = {name for name, module in imports if module in {NUMBA, COMPILING}}
    plain: dict[str, list[ast.stmt]] = {}
    waiting: list[ast.stmt] = []
    for statement in tree.body:
        if isinstance(statement, Definition) and not statement.decorator_list and not _names(statement) & tools:
            plain.setdefault(statement.name, []).append(statement)
        else:
            waiting.append(statement)
    names: set[str] = set()
    while waiting:
        fresh = _names(waiting.pop()) - names
        names |= fresh
        for name in fresh:
            waiting += plain.get(name, [])
    return names


def _names(statement: ast.stmt) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name)}


def _imports(tree: ast.Module, folder: str, stems: set[str]) -> Iterator[tuple[str, str]]:
    """The names that a file imports from files of its folder or from numba, each with that file's stem or `numba`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                for module in _modules(alias.name.split("."), folder, stems):
                    yield alias.asname or alias.name.partition(".")[0], module
        elif isinstance(node, ast.ImportFrom):
            above = [folder] if node.level == 1 else []
            for alias in node.names:
                path = [*above, *(node.module.split(".") if node.module else []), alias.name]
                for module in _modules(path, folder, stems):
                    yield alias.asname or alias.name, module


def _modules(path: list[str], folder: str, stems: set[str]) -> set[str]:
    """Which of a folder's files `a.b.folder.file.name` can mean; what is no file comes from `__init__`."""
    inside = {here if here in stems else "__init__" for above, here in itertools.pairwise(path) if above == folder}
    return inside | ({path[0]} & {NUMBA, *stems})
