"""Every published solution costs what its authors say, by the engine's own scheduling, costs and check."""

import csv
from decimal import ROUND_DOWN, Decimal
from pathlib import Path

import pytest

from logistics.routing.engine import check
from logistics.routing.engine.formats import plan_of_routes, read_problem, read_sol

pytestmark = pytest.mark.realdata

PAPER = (1, 1_000, 100_000)
"""Mixed fleets: the files state thousandths, our unit, or the paper's, a hundredth of ours, cut to its digits."""


def test_every_published_solution_holds_and_costs_what_is_published(real_data: Path) -> None:
    published = _published(real_data)
    solutions = sorted((real_data / "vrp").glob("*/*.sol"))
    assert solutions

    for path in solutions:
        read = read_problem(path.with_suffix(".vrp"))
        routes, stated = read_sol(path.read_text(encoding="utf-8"), path.name)
        plan = plan_of_routes(read, routes, solver="published")

        assert check(read.problem, plan) == (), path.name
        assert not plan.dropped, path.name
        assert read.objective(plan.cost) == published[path.parent.name, path.stem], path.name
        if path.parent.name == "hfvrp":
            assert stated in {(Decimal(plan.cost) / unit).quantize(stated, ROUND_DOWN) for unit in PAPER}, path.name
        else:
            assert read.objective(plan.cost) == stated, path.name
        if path.parent.name == "mdvrptw":
            assert all(vehicle.longest_s is not None for vehicle in read.problem.vehicles), path.name


def test_every_instance_is_read_with_its_customers(real_data: Path) -> None:
    for row in _rows(real_data):
        folder = real_data / "vrp" / row["folder"]
        path = next(path for path in folder.glob(f"{row['name']}.*") if path.suffix in (".txt", ".vrp"))

        read = read_problem(path)

        assert len(read.problem.stops) == int(row["customers"]), path.name
        assert len(read.problem.depots) == int(row["depots"]), path.name
        assert len({vehicle.type for vehicle in read.problem.vehicles}) == int(row["vehicle_types"]), path.name


def _rows(real_data: Path) -> list[dict[str, str]]:
    with (real_data / "vrp" / "bks.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _published(real_data: Path) -> dict[tuple[str, str], Decimal]:
    return {(row["folder"], row["name"]): Decimal(row["bks"]) for row in _rows(real_data)}
