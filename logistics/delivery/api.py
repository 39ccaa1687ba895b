"""Manifests, handovers and pickup codes over HTTP."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response
from marshmallow import Schema
from sqlalchemy.orm import Session

from logistics.access import current_viewer
from logistics.accounts import queries as accounts
from logistics.accounts.limits import count_pickup_try
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.delivery import queries, service
from logistics.delivery.rules import ProofKind
from logistics.errors import NotFound
from logistics.orders import queries as orders
from logistics.orders import views as order_views
from logistics.rest import KEY_OPTIONAL, Subject, create_once
from logistics.shapes import (
    ROW_ID_MAX,
    PageQuery,
    calendar_day,
    page,
    page_of,
    query_whole,
    row_id,
    shape,
    text,
    word_of,
)

delivery = Subject("delivery", __name__, description="Manifests, handovers and pickup codes")

NOTE_LENGTH_MAX = 240


class ManifestQuery(PageQuery):
    delivery_date = calendar_day()
    plan_id = query_whole(1, ROW_ID_MAX)


class AssignRequest(Schema):
    """The courier who drives the manifest; null takes it back."""

    courier_id = row_id(required=True, allow_none=True)


class HandoverRequest(Schema):
    proof = word_of(ProofKind, required=True)
    note = text(NOTE_LENGTH_MAX, low=0, load_default="")


class CollectRequest(Schema):
    pickup_code = text(12, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """The stop whose handover was recorded."""

    manifest_id: int
    stop_id: int
    proof: ProofKind


@delivery.get("/manifests")
@delivery.arguments(ManifestQuery, location="query")
@delivery.response(200, page_of(queries.ManifestView))
def list_manifests(query: dict[str, Any]) -> dict[str, Any]:
    """Manifests; a courier sees its own of today"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.manifests(session, current_viewer(), now=utc_now(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@delivery.get("/manifests/<int:manifest_id>")
@delivery.response(200, shape(queries.ManifestDetail))
def show_manifest(manifest_id: int) -> queries.ManifestDetail:
    """One manifest with its stops in order"""
    with reading() as session:
        return queries.manifest(session, current_viewer(), manifest_id, now=utc_now())


@delivery.post("/manifests/<int:manifest_id>/assign")
@delivery.arguments(AssignRequest)
@delivery.response(200, shape(queries.ManifestDetail))
def assign_courier(wanted: dict[str, Any], manifest_id: int) -> queries.ManifestDetail:
    """Give a manifest to a courier"""
    viewer, now = current_viewer(), utc_now()
    courier_id = wanted["courier_id"]
    with transaction() as session:
        queries.manifest(session, viewer, manifest_id, now=now)
        if courier_id is not None and courier_id not in {c.id for c in accounts.couriers(session, viewer)}:
            raise NotFound(kind="courier", key=courier_id)
        service.assign_courier(session, manifest_id, courier_id, now=now)
        session.flush()
        return queries.manifest(session, viewer, manifest_id, now=now)


@delivery.post("/manifests/<int:manifest_id>/stops/<int:stop_id>/handover")
@delivery.arguments(HandoverRequest)
@delivery.response(201, shape(Recorded))
@delivery.doc(parameters=[KEY_OPTIONAL])
def record_handover(wanted: dict[str, Any], manifest_id: int, stop_id: int) -> Response:
    """Record the handover at a stop: once, with its proof"""
    viewer, now = current_viewer(), utc_now()

    def effect(session: Session) -> Recorded:
        queries.manifest(session, viewer, manifest_id, now=now)
        command = service.RecordHandover(
            manifest_id=manifest_id,
            stop_id=stop_id,
            proof=wanted["proof"],
            note=wanted["note"],
            recorded_by_id=viewer.account_id,
        )
        service.record_handover(session, command, now=now)
        return Recorded(manifest_id=manifest_id, stop_id=stop_id, proof=wanted["proof"])

    return create_once(effect, answer=shape(Recorded))


@delivery.post("/orders/<int:order_id>/collect")
@delivery.arguments(CollectRequest)
@delivery.response(200, shape(order_views.OrderDetail))
def collect_order(wanted: dict[str, Any], order_id: int) -> order_views.OrderDetail:
    """Redeem a pickup code: once, five tries in fifteen minutes"""
    viewer = current_viewer()
    with reading() as session:
        orders.order(session, viewer, order_id)  # a foreign order must not use up its tries
    count_pickup_try(order_id)
    with transaction() as session:
        service.collect_order(session, order_id, wanted["pickup_code"], now=utc_now())
        session.flush()
        return orders.order(session, viewer, order_id)
