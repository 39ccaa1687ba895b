"""A supermarket's evening: waves, the pick list of each, its batches and their labels."""

from __future__ import annotations

from flask import Blueprint, render_template

from logistics.accounts.models import Role
from logistics.db import reading
from logistics.fulfilment import queries
from logistics.web.here import PAGE_ROWS, current_viewer, page, page_number
from logistics.web.qr import qr

pages = Blueprint("waves", __name__)


@pages.get("/waves")
def index() -> str:
    number = page_number()
    with reading() as session:
        rows = queries.waves(session, current_viewer(), limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("waves.html", page=page(rows, number))


@pages.get("/waves/<int:wave_id>")
def show(wave_id: int) -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        wave = queries.wave(session, viewer, wave_id)
        picks = queries.pick_list(session, viewer, wave_id) if viewer.role in (Role.ADMIN, Role.MERCHANT) else []
        rows = queries.batches(session, viewer, wave_id, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("wave.html", wave=wave, picks=picks, page=page(rows, number))


@pages.get("/batches/<int:batch_id>")
def batch(batch_id: int) -> str:
    with reading() as session:
        found = queries.batch(session, current_viewer(), batch_id)
    return render_template("batch.html", batch=found, qr=qr)
