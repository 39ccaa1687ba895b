"""A finished run as a folder of files, under fixed names; `docs/exports.md` describes each."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from logistics.day import service as days
from logistics.day.matrix import matrix_npz
from logistics.day.models import Day
from logistics.errors import N_, Conflict
from logistics.fulfilment import service as fulfilment
from logistics.orders import service as orders
from logistics.orders.rules import OrderState
from logistics.orders.service import LineOutcome
from logistics.routing import service as routing
from logistics.routing.export import MANIFEST_COLUMNS, geojson, manifests_csv, plan_document
from logistics.tables_out import csv_text


class NothingToExport(Conflict):
    template = N_("Run %(run)s has no plan yet: it is %(state)s at %(phase)s. Wait until it is done.")
    code = "nothing_to_export"


def export_run(session: Session, run_id: int, folder: Path, *, travel_cache_dir: Path) -> list[Path]:
    """Write a run's results into `folder` (made if missing; files of the same names are replaced). Returns the paths.

    They are what the run itself did, whatever later runs of the day did since. Where nobody got anything, the files of
    the plan are there and empty.

    Raises:
        NotFound: no such run.
        NothingToExport: it is not done.
        MatrixLost: what its plan was measured on is gone. Nothing is written then.
    """
    status = days.run_status(session, run_id)
    if not status.summary:
        raise NothingToExport(run=run_id, state=status.state, phase=status.phase)
    closed = set(status.summary["campaigns"])
    campaign_ids = [
        campaign_id
        for campaign_id in days.campaign_ids(session, status.day_id)
        if orders.campaign_facts(session, campaign_id).code in closed
    ]
    summary = {"day": status.day_code, **status.summary, "phase_seconds": dict(status.phase_seconds)}
    files: dict[str, bytes] = {
        "summary.json": _json(summary),
        "order_lines.csv": _order_lines(session, campaign_ids).encode(),
        "batches.csv": _batches(session, days.wave_ids(session, status.day_id), status.plan_id).encode(),
        **(
            _no_plan(session.get_one(Day, status.day_id))
            if status.plan_id is None
            else _plan(session, status.plan_id, travel_cache_dir=travel_cache_dir)
        ),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / name, content) for name, content in files.items()]


def _plan(session: Session, plan_id: int, *, travel_cache_dir: Path) -> dict[str, bytes]:
    document = plan_document(session, plan_id)
    roads_file = routing.plan_roads_file(session, plan_id)
    return {
        "plan.json": _json(document),
        "matrix.npz": matrix_npz(document, roads_file=roads_file, travel_cache_dir=travel_cache_dir),
        "routes.geojson": _json(geojson(session, plan_id)),
        "manifests.csv": manifests_csv(session, plan_id).encode(),
    }


def _no_plan(day: Day) -> dict[str, bytes]:
    """The same files of a day on which there was nothing to drive."""
    unknown = ("plan", "state", "solver", "seed", "time_limit_s", "iteration_limit", "inputs_sha256")
    lists: dict[str, list[Any]] = {name: [] for name in ("depots", "vehicles", "stops", "routes", "dropped")}
    document: dict[str, Any] = {
        **dict.fromkeys(unknown),
        "delivery_date": day.delivery_date.isoformat(),
        "cost_cents": 0,
        "metric": {},
        **lists,
    }
    out = io.BytesIO()
    nothing = np.zeros((0, 0), dtype=np.int32)
    np.savez_compressed(out, ids=np.array([], dtype=str), seconds=nothing, metres=nothing)
    return {
        "plan.json": _json(document),
        "matrix.npz": out.getvalue(),
        "routes.geojson": _json({"type": "FeatureCollection", "features": []}),
        "manifests.csv": csv_text(MANIFEST_COLUMNS, []).encode(),
    }


def _order_lines(session: Session, campaign_ids: list[int]) -> str:
    rows = [
        [line.order, line.sku, line.ordered, line.given or 0, _reason(line)]
        for line in orders.order_lines(session, campaign_ids)
    ]
    return csv_text(["order", "sku", "ordered", "given", "reason"], rows)


def _reason(line: LineOutcome) -> str:
    """Why a line was not given whole; empty if it was."""
    if line.order_state is OrderState.CANCELLED:
        return OrderState.CANCELLED.value
    return line.reason.value if line.reason else ""


def _batches(session: Session, wave_ids: list[int], plan_id: int | None) -> str:
    """The plan's own batches: one that was made after it is on no stop of it."""
    planned = routing.stop_of_batches(session, plan_id) if plan_id is not None else {}
    batches = [batch for batch in fulfilment.batches_of_waves(session, wave_ids) if batch.batch_id in planned]
    stop_of = {batch.code: planned[batch.batch_id] for batch in batches}
    packed = [row for row in fulfilment.packed_orders(session, wave_ids) if row[0] in stop_of]
    codes = orders.order_codes(session, [order_id for _, order_id, _, _ in packed])
    rows = [[batch, stop_of[batch], codes[order_id], weight_g, count] for batch, order_id, weight_g, count in packed]
    return csv_text(["batch", "stop", "order", "weight_g", "packages"], rows)


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, content: bytes) -> Path:
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    return partial.replace(path)
