"""A small day, its run and the files that the run writes."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from logistics.day import service as days
from logistics.day.commands import run_here
from logistics.day.export import export_run
from logistics.db import reading, transaction
from tests.builders import (
    NOW,
    OfferSpec,
    TownRef,
    a_campaign,
    a_day,
    a_quarantine,
    a_store,
    a_town,
    a_vehicle,
    an_order,
)

FILES = [
    "summary.json",
    "order_lines.csv",
    "batches.csv",
    "plan.json",
    "matrix.npz",
    "routes.geojson",
    "manifests.csv",
]


def a_day_of_orders() -> tuple[int, TownRef]:
    """Two compounds of six households; each orders 2 kg of V01 (20 in stock for 24), every other one 16 kg of R01."""
    with transaction() as session:
        town, store = a_town(session), a_store(session)
        a_vehicle(session, store)
        campaign = a_campaign(
            session, store, town, OfferSpec(sku="V01", supply=20), OfferSpec(sku="R01", weight_g=16_000)
        )
        for homes in town.households:
            for number, home in enumerate(homes):
                an_order(session, campaign, home, {"V01": 2, "R01": 1} if number % 2 else {"V01": 2})
        a_quarantine(session, town.households[0][0])
        return a_day(session, [campaign]), town


def run(day_id: int, cache: Path) -> int:
    """Id of a run that is over."""
    with transaction() as session:
        run_id = days.start_run(
            session, days.StartRun(day_id=day_id, time_limit_s=5, iteration_limit=20, seed=1), now=NOW
        )
    run_here(run_id, travel_cache_dir=cache)
    return run_id


def exported(run_id: int, folder: Path) -> Path:
    with reading() as session:
        paths = export_run(session, run_id, folder, travel_cache_dir=folder.parent / "travel")
    assert [path.name for path in paths] == FILES
    return folder


def table(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def document(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text("utf-8"))  # type: ignore[no-any-return]
