"""Manifests: the list, giving one to a courier, and the print with the load sheet."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts import queries as accounts
from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.delivery import queries, service
from logistics.errors import NotFound
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number, public_address
from logistics.web.qr import qr
from logistics.web.words import _

pages = Blueprint("manifests", __name__)

GIVE_OUT = frozenset({Role.ADMIN, Role.MERCHANT})
"""Who gives manifests to couriers."""


@pages.get("/manifests")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    plan_id = asked_id(request.args, "plan_id")
    with reading() as session:
        offset = PAGE_ROWS * (number - 1)
        rows = queries.manifests(session, viewer, now=now(), plan_id=plan_id, limit=PAGE_ROWS + 1, offset=offset)
        couriers = accounts.couriers(session, viewer)
    return render_template(
        "manifests.html",
        page=page(rows, number),
        couriers=couriers,
        plan_id=plan_id,
        may_assign=viewer.role in GIVE_OUT,
    )


@pages.post("/manifests/<int:manifest_id>/courier")
def assign(manifest_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    courier_id = asked_id(request.form, "courier_id")
    with transaction() as session:
        queries.manifest(session, viewer, manifest_id, now=now())
        if courier_id is not None and courier_id not in {c.id for c in accounts.couriers(session, viewer)}:
            raise NotFound(kind="courier", key=courier_id)
        service.assign_courier(session, manifest_id, courier_id, now=now())
    flash(_("Saved."), "good")
    return redirect(url_for(".index", plan_id=asked_id(request.form, "plan_id")))


@pages.get("/manifests/<int:manifest_id>/print")
def sheet(manifest_id: int) -> str:
    """The courier's list of stops and, on a page of its own, the load sheet: last stop in first."""
    with reading() as session:
        manifest = queries.manifest(session, current_viewer(), manifest_id, now=now())
    return render_template(
        "manifest_print.html",
        manifest=manifest,
        qr=qr,
        address=public_address("web.manifests.scanned", token=manifest.token) if manifest.token else "",
    )


@pages.get("/m/<string:token>")
def scanned(token: str) -> ResponseReturnValue:
    """Where the QR code of a manifest leads: a courier to the tour, everybody else who may see it to the print."""
    viewer = current_viewer()
    with reading() as session:
        manifest = queries.manifest_of_token(session, viewer, token, now=now())
    page = "web.courier.tour" if viewer.role is Role.COURIER else ".sheet"
    return redirect(url_for(page, manifest_id=manifest.id))
