"""A finished run as a folder of files, under fixed names; `docs/formats.md` describes each."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from logistics.day import service as days
from logistics.errors import N_, Conflict
from logistics.fulfilment import service as fulfilment
from logistics.orders import service as orders
from logistics.routing import service as routing
from logistics.routing.engine.travel import Point
from logistics.routing.export import csv_text, geojson, manifests_csv, plan_document
from logistics.routing.service import open_travel


class NothingToExport(Conflict):
    template = N_("Run %(run)s has no plan yet: it is %(state)s at %(phase)s. Wait until it is done.")
    code = "nothing_to_export"


def export_run(session: Session, run_id: int, folder: Path, *, travel_cache_dir: Path) -> list[Path]:
    """Write a run's results into `folder` (made if missing; files of the same names are replaced). Returns the paths.

    Raises:
        NotFound: no such run.
        NothingToExport: it has no plan.
    """
    status = days.run_status(session, run_id)
    if status.plan_id is None or not status.summary:
        raise NothingToExport(run=run_id, state=status.state.value, phase=status.phase.value)
    document = plan_document(session, status.plan_id)
    campaign_ids, wave_ids = days.campaign_ids(session, status.day_id), days.wave_ids(session, status.day_id)
    summary = {"day": status.day_code, **status.summary, "phase_seconds": dict(status.phase_seconds)}
    files: dict[str, bytes] = {
        "summary.json": _json(summary),
        "order_lines.csv": _order_lines(session, campaign_ids).encode(),
        "batches.csv": _batches(session, wave_ids, status.plan_id).encode(),
        "plan.json": _json(document),
        "matrix.npz": matrix_npz(session, status.plan_id, document, travel_cache_dir=travel_cache_dir),
        "routes.geojson": _json(geojson(session, status.plan_id)),
        "manifests.csv": manifests_csv(session, status.plan_id).encode(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    return [_write(folder / name, content) for name, content in files.items()]


def matrix_npz(session: Session, plan_id: int, document: dict[str, Any], *, travel_cache_dir: Path) -> bytes:
    """The matrix the plan was made with, over the ids of its depots and stops: `ids` (n,), `seconds` and `metres`
    (n, n), row = from. Taken from the travel cache, or measured again on the same roads."""
    spots = [*document["depots"], *document["stops"]]
    points = [Point(id=spot["id"], lng=spot["lng"], lat=spot["lat"]) for spot in spots]
    source = open_travel(routing.plan_roads_file(session, plan_id), cache_dir=travel_cache_dir)
    travel = source.matrix(points)
    out = io.BytesIO()
    np.savez_compressed(out, ids=np.array(travel.ids), seconds=travel.seconds, metres=travel.metres)
    return out.getvalue()


def _order_lines(session: Session, campaign_ids: list[int]) -> str:
    rows = [
        [line.order, line.sku, line.ordered, line.given or 0, line.reason.value if line.reason else ""]
        for line in orders.order_lines(session, campaign_ids)
    ]
    return csv_text(["order", "sku", "ordered", "given", "reason"], rows)


def _batches(session: Session, wave_ids: list[int], plan_id: int) -> str:
    packed = fulfilment.packed_orders(session, wave_ids)
    codes = orders.order_codes(session, [order_id for _, order_id, _, _ in packed])
    stop_of_id = routing.stop_of_batches(session, plan_id)
    # a batch made after the plan, when its compound got a delivery point, is on no stop of it
    stop_of = {b.code: stop_of_id.get(b.batch_id, "") for b in fulfilment.batches_of_waves(session, wave_ids)}
    rows = [[batch, stop_of[batch], codes[order_id], weight_g, count] for batch, order_id, weight_g, count in packed]
    return csv_text(["batch", "stop", "order", "weight_g", "packages"], rows)


def _json(document: Any) -> bytes:
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _write(path: Path, content: bytes) -> Path:
    partial = path.with_name(f".{path.name}.part")
    partial.write_bytes(content)
    return partial.replace(path)
