"""The house holds: arrows point one way, rules stay pure, the engine knows nothing of the platform.

Read from the imports of every file (AST), so that a wrong arrow fails here and not in a review.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[1]

BASE = "base"
WIRING = "wiring"
FLOORS = (
    BASE,
    "accounts",
    "communities",
    "notifications",
    "inventory",
    "orders",
    "fulfilment",
    "routing",
    "delivery",
    "day",
    "web",
    WIRING,
)
"""From the ground up: a room may import from its own floor and from the floors below."""

WIRING_MODULES = {"logistics", "logistics.api", "logistics.metrics", "logistics.observability", "logistics.health"}
"""What ties the rooms together or looks at all of them from outside."""

GUARD_MODULES = {
    "logistics.access",
    "logistics.page_policy",
    "logistics.policy",
    "logistics.policy_roles",
    "logistics.problems",
    "logistics.rest",
    "logistics.security_headers",
}
"""Who may do what is about accounts, so it stands on their floor."""

PUBLIC = {
    *("service", "rules", "queries", "views", "export", "intake", "scope", "schemas", "importing", "upload"),
    *("keys", "overview", "verifying"),  # of the rooms of the inventory
    *("lengths", "texts"),  # how long an SMS is; the words that tell of a campaign
    *("wording", "speaking"),  # of the notifications: what messages say
}
"""What another subject may use: verbs, words, reads and the frozen shapes they return. Models are private, but a query
may join tables of the floors below."""

INVENTORY = "logistics.inventory"
INVENTORY_FLOORS = (
    {"allocation", "ledger"},
    {"entitlement"},
    {"ballots"},
    {"rounds"},
    {"reports"},
    {"sheets"},
)
"""The rooms of the inventory from the ground up: what is shared out and what is held, then what is done with both."""
ORDERS = "logistics.orders"
ORDERS_GROUND = {"models", "rules", "errors", "scope", "subject", "views"}
"""The tables and words that all rooms of the orders share."""
ORDERS_FLOORS = (
    {"ground"},
    {"catalogue"},
    {"campaigns"},
    {"orders"},  # the flat files
    {"settlement"},
    {"chat_sheets"},
    {"api"},
)
"""The rooms of the orders from the ground up: what is sold, on which terms, what is ordered, what it comes to."""
LIBRARIES = ("logistics.routing.engine", "logistics.inventory.allocation")
"""What imports nothing of the platform may be used at any of its modules."""

ENGINE = "logistics.routing.engine"
ENGINE_FLOORS = (
    {"items"},
    {"travelling"},
    {"validation"},
    {"problem"},
    {"plan"},
    {"check"},
    {"costs"},
    {"scheduling"},
    {"schedule"},
    {"orders", "parts", "machine_code"},
    {"travel"},
    {"formats"},
    {"solvers", "decompose"},  # the portfolio splits what is large, and the parts are searched
    {"explaining"},
    {"explain"},
    {"planning"},
    {"relaxing"},
    {"replanning"},
    {"walking"},
    {"warming", ""},
)
"""The engine's own floors: what a problem is, what a plan is, whether it holds, and only then how to find one."""

PURE = ("flask", "sqlalchemy", "marshmallow", "rq", "redis")
LINES_MAX = 300
FUNCTION_LINES_MAX = 60


@dataclass(frozen=True, slots=True)
class Import:
    importer: str
    imported: str
    line: int
    local: bool


def modules() -> Iterator[tuple[str, Path]]:
    for package in ("logistics", "workers"):
        for path in sorted((REPO / package).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            parts = path.relative_to(REPO).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path
    yield "wsgi", REPO / "wsgi.py"


@cache
def imports() -> tuple[Import, ...]:
    found = []
    for name, path in modules():
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
        local = {id(inner) for function in functions for inner in ast.walk(function)}
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for node in ast.walk(tree):
            for imported in _targets(node, package):
                found.append(Import(name, imported, getattr(node, "lineno", 0), id(node) in local))
    return tuple(found)


def _targets(node: ast.AST, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            above = package.split(".")[: len(package.split(".")) - (node.level - 1)]
            base = ".".join([*above, base] if base else above)
        return [f"{base}.{alias.name}" for alias in node.names]
    return []


@cache
def known_modules() -> frozenset[str]:
    return frozenset(name for name, _ in modules())


def floor_of(module: str) -> str:
    if module in WIRING_MODULES:
        return WIRING
    if module in GUARD_MODULES:
        return "accounts"
    parts = module.split(".")
    return parts[1] if len(parts) > 1 and parts[1] in FLOORS else BASE


def room_of(imported: str) -> str:
    """The module an import names: `logistics.orders.models.Order` lives in `logistics.orders.models`."""
    known = known_modules()
    while imported and imported not in known:
        imported = imported.rpartition(".")[0]
    return imported


def own(edge: Import) -> bool:
    return edge.imported.startswith("logistics.") and room_of(edge.imported) != ""


def told(edges: list[Import]) -> str:
    return "\n".join(f"  {edge.importer}:{edge.line} imports {edge.imported}" for edge in edges)


def test_nothing_in_logistics_imports_the_workers_or_the_entry_point() -> None:
    wrong = [
        edge
        for edge in imports()
        if edge.importer.startswith("logistics") and edge.imported.split(".")[0] in {"workers", "wsgi", "tests"}
    ]
    assert not wrong, told(wrong)


def test_arrows_point_down() -> None:
    wrong = [
        edge
        for edge in imports()
        if edge.importer.startswith("logistics")
        and own(edge)
        and FLOORS.index(floor_of(room_of(edge.imported))) > FLOORS.index(floor_of(edge.importer))
    ]
    assert not wrong, told(wrong)


def test_subjects_meet_at_their_public_modules_only() -> None:
    wrong = []
    for edge in imports():
        there, here = room_of(edge.imported), floor_of(edge.importer)
        floor = floor_of(there)
        parts = there.split(".")
        if not edge.importer.startswith("logistics") or floor in {BASE, WIRING, here} or here == WIRING:
            continue
        joins_tables = edge.importer.endswith(("queries", "scope")) and parts[-1] == "models"
        in_library = there.startswith(LIBRARIES)
        accounts_are_ground = floor == "accounts"  # who is asking concerns every room
        inner = inventory_room(there) or orders_room(there) in {"catalogue", "campaigns", "settlement", "chat_sheets"}
        word = parts[3] if len(parts) > 3 and inner else parts[2] if len(parts) > 2 else ""
        if word and word not in PUBLIC and not (joins_tables or in_library or accounts_are_ground):
            wrong.append(edge)
    assert not wrong, told(wrong)


def inventory_room(module: str) -> str:
    """The room of the inventory a module lies in; empty elsewhere, and for what stands over the rooms."""
    name = module.removeprefix(f"{INVENTORY}.").partition(".")[0] if module.startswith(f"{INVENTORY}.") else ""
    return name if any(name in rooms for rooms in INVENTORY_FLOORS) else ""


def test_the_inventorys_own_arrows_point_down() -> None:
    height = {room: floor for floor, rooms in enumerate(INVENTORY_FLOORS) for room in rooms}
    wrong = []
    for edge in imports():
        here, there = inventory_room(edge.importer), inventory_room(room_of(edge.imported))
        if here and there and here != there and height[there] >= height[here]:
            wrong.append(edge)
    assert not wrong, told(wrong)


def orders_room(module: str) -> str:
    """The room of the orders a module lies in; empty elsewhere."""
    if not module.startswith(f"{ORDERS}."):
        return ""
    name = module.removeprefix(f"{ORDERS}.").partition(".")[0]
    if name in ORDERS_GROUND:
        return "ground"
    return name if any(name in rooms for rooms in ORDERS_FLOORS) else "orders"


def test_the_orders_own_arrows_point_down() -> None:
    height = {room: floor for floor, rooms in enumerate(ORDERS_FLOORS) for room in rooms}
    wrong = []
    for edge in imports():
        here, there = orders_room(edge.importer), orders_room(room_of(edge.imported))
        words = here == "ground" and room_of(edge.imported).endswith(".rules")  # a column names a room's words
        if here and there and here != there and height[there] >= height[here] and not words:
            wrong.append(edge)
    assert not wrong, told(wrong)


def test_the_allocation_is_a_library() -> None:
    wrong = [
        edge
        for edge in imports()
        if edge.importer.startswith(f"{INVENTORY}.allocation")
        and edge.importer != f"{INVENTORY}.allocation_commands"
        and (edge.imported.split(".")[0] in PURE or (own(edge) and inventory_room(room_of(edge.imported)) == "ledger"))
    ]
    assert not wrong, told(wrong)


def test_rules_are_pure() -> None:
    wrong = [
        edge
        for edge in imports()
        if edge.importer.startswith("logistics")
        and edge.importer.rpartition(".")[2] == "rules"
        and (edge.imported.split(".")[0] in PURE or edge.imported.startswith("logistics.db"))
    ]
    assert not wrong, told(wrong)


def test_the_engine_knows_nothing_of_the_platform() -> None:
    wrong = [
        edge
        for edge in imports()
        if edge.importer.startswith("logistics.routing.engine")
        and (
            edge.imported.split(".")[0] in PURE
            or (own(edge) and not edge.imported.startswith("logistics.routing.engine"))
        )
    ]
    assert not wrong, told(wrong)


def engine_room(module: str) -> str:
    """The part of the engine a module lies in; empty for its face."""
    return room_of(module).removeprefix(ENGINE).lstrip(".").partition(".")[0]


def test_the_engines_own_arrows_point_down() -> None:
    height = {room: floor for floor, rooms in enumerate(ENGINE_FLOORS) for room in rooms}
    inside = [edge for edge in imports() if edge.importer.startswith(ENGINE) and edge.imported.startswith(ENGINE)]
    unknown = {engine_room(edge.importer) for edge in inside} - set(height)
    assert not unknown, f"rooms of the engine without a floor: {unknown}"
    wrong = [edge for edge in inside if height[engine_room(edge.imported)] > height[engine_room(edge.importer)]]
    assert not wrong, told(wrong)


def test_the_second_opinion_is_one() -> None:
    """The check knows problems and plans and nothing that makes, times or prices one."""
    wrong = [
        edge
        for edge in imports()
        if engine_room(edge.importer) == "check"
        and edge.importer.startswith(ENGINE)
        and own(edge)
        and engine_room(edge.imported) not in {"check", "problem", "plan"}
    ]
    assert not wrong, told(wrong)


def test_services_never_commit() -> None:
    wrong = []
    for name, path in modules():
        if not name.startswith("logistics") or name == "logistics.db":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in {"commit", "rollback"}:
                wrong.append(f"  {name}:{node.lineno} calls {node.attr}")
    assert not wrong, "\n".join(wrong)


def test_no_import_hides_in_a_function() -> None:
    """A local import marks a wrong arrow. The wiring may wait until a command or the app needs something heavy."""
    wrong = [
        edge
        for edge in imports()
        if edge.local and own(edge) and floor_of(edge.importer) != WIRING and not edge.importer.startswith("workers")
    ]
    assert not wrong, told(wrong)


def test_files_and_functions_stay_small() -> None:
    wrong = []
    for name, path in modules():
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > LINES_MAX:
            wrong.append(f"  {name} has {lines} lines; split it by meaning below {LINES_MAX}")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length >= FUNCTION_LINES_MAX:
                    wrong.append(f"  {name}:{node.lineno} {node.name} has {length} lines")
    assert not wrong, "\n".join(wrong)


def test_every_job_that_is_promised_exists() -> None:
    from workers.jobs import JOBS

    promised = set()
    for name, path in modules():
        if not name.startswith("logistics"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "promise":
                promised |= {
                    keyword.value.value
                    for keyword in node.keywords
                    if keyword.arg == "job" and isinstance(keyword.value, ast.Constant)
                }
    assert promised, "no promise found: this test looks in the wrong place"
    assert promised <= set(JOBS), f"promised but unknown to the workers: {promised - set(JOBS)}"


@pytest.mark.parametrize("word", ["utils", "helpers", "common", "manager"])
def test_no_room_has_a_name_that_says_nothing(word: str) -> None:
    assert not [name for name, _ in modules() if name.rpartition(".")[2] in {word, f"{word}s"}]
