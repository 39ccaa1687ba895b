"""Waves, batches and pick lists over HTTP."""

from __future__ import annotations

from typing import Any

from logistics.access import current_viewer
from logistics.db import reading
from logistics.fulfilment import queries
from logistics.rest import Subject
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, page, page_of, query_whole, shape

fulfilment = Subject("fulfilment", __name__, description="Waves, batches and pick lists")


class WaveQuery(PageQuery):
    delivery_date = calendar_day()
    campaign_id = query_whole(1, ROW_ID_MAX)


@fulfilment.get("/waves")
@fulfilment.arguments(WaveQuery, location="query")
@fulfilment.response(200, page_of(queries.WaveView))
def list_waves(query: dict[str, Any]) -> dict[str, Any]:
    """Waves, latest delivery date first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.waves(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@fulfilment.get("/waves/<int:wave_id>")
@fulfilment.response(200, shape(queries.WaveView))
def show_wave(wave_id: int) -> queries.WaveView:
    """One wave with its sums"""
    with reading() as session:
        return queries.wave(session, current_viewer(), wave_id)


@fulfilment.get("/waves/<int:wave_id>/batches")
@fulfilment.arguments(PageQuery, location="query")
@fulfilment.response(200, page_of(queries.BatchView))
def list_batches(query: dict[str, Any], wave_id: int) -> dict[str, Any]:
    """The batches of a wave"""
    limit, offset = query["limit"], query["offset"]
    with reading() as session:
        rows = queries.batches(session, current_viewer(), wave_id, limit=limit + 1, offset=offset)
    return page(rows, limit=limit, offset=offset)


@fulfilment.get("/waves/<int:wave_id>/pick-list")
@fulfilment.response(200, shape(queries.PickRow)(many=True))
def show_pick_list(wave_id: int) -> list[queries.PickRow]:
    """Totals by product, in the order of the aisles"""
    with reading() as session:
        return queries.pick_list(session, current_viewer(), wave_id)


@fulfilment.get("/batches/<int:batch_id>")
@fulfilment.response(200, shape(queries.BatchDetail))
def show_batch(batch_id: int) -> queries.BatchDetail:
    """One batch with its orders and what is packed for each"""
    with reading() as session:
        return queries.batch(session, current_viewer(), batch_id)
