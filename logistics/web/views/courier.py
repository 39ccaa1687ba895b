"""A courier's own stops of today, and the big buttons that say a stop is handed over."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import BadRequest

from logistics.db import reading, transaction
from logistics.delivery import queries, service
from logistics.delivery.rules import PROOFS, ProofKind
from logistics.delivery.service import RecordHandover
from logistics.web.here import current_viewer, now
from logistics.web.words import _

pages = Blueprint("courier", __name__)

NOTE_LENGTH_MAX = 240


@pages.get("/courier")
def index() -> ResponseReturnValue:
    with reading() as session:
        rows = queries.manifests(session, current_viewer(), now=now())
    if len(rows) == 1:
        return redirect(url_for(".tour", manifest_id=rows[0].id))
    return render_template("tours.html", manifests=rows)


@pages.get("/courier/<int:manifest_id>")
def tour(manifest_id: int) -> str:
    with reading() as session:
        manifest = queries.manifest(session, current_viewer(), manifest_id, now=now())
    left = [row for row in manifest.stops if row.handover is None]
    proofs = {kind: sorted(kinds) for kind, kinds in PROOFS.items()}
    return render_template("tour.html", manifest=manifest, proofs=proofs, next_id=left[0].stop.id if left else None)


@pages.post("/courier/<int:manifest_id>/stops/<int:stop_id>")
def hand_over(manifest_id: int, stop_id: int) -> ResponseReturnValue:
    viewer, proof = current_viewer(), request.form.get("proof", "")
    if proof not in set(ProofKind):
        raise BadRequest
    command = RecordHandover(
        manifest_id=manifest_id,
        stop_id=stop_id,
        proof=ProofKind(proof),
        note=request.form.get("note", "").strip()[:NOTE_LENGTH_MAX],
        recorded_by_id=viewer.account_id,
    )
    with transaction() as session:
        manifest = queries.manifest(session, viewer, manifest_id, now=now())
        done = {row.stop.id for row in manifest.stops if row.handover is not None}
        if stop_id not in done:  # pressed twice, or sent again when the network came back
            service.record_handover(session, command, now=now())
    flash(_("Handed over."), "good")
    left = [row.stop.id for row in manifest.stops if row.stop.id not in {*done, stop_id}]
    return redirect(url_for(".tour", manifest_id=manifest_id, _anchor=f"stop-{left[0]}" if left else None))
