"""The tree, the compounds and the households over HTTP."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from logistics.access import current_viewer
from logistics.clock import local_date, utc_now
from logistics.communities import queries, service
from logistics.communities.rules import StatusKind
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.rest import Subject
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, page, page_of, query_whole, shape, whole

communities = Subject("communities", __name__, description="Areas, compounds and households")


class CompoundQuery(PageQuery):
    area_id = query_whole(1, ROW_ID_MAX)


class HouseholdQuery(PageQuery):
    compound_id = query_whole(1, ROW_ID_MAX)
    building_id = query_whole(1, ROW_ID_MAX)


class StatusRequest(Schema):
    """Both days inclusive."""

    starts_on = calendar_day(required=True)
    ends_on = calendar_day(required=True)


class PersonsRequest(Schema):
    """Null: nobody has counted."""

    person_count = whole(1, service.PERSONS_MAX, required=True, allow_none=True)


@communities.get("/areas")
@communities.response(200, shape(queries.AreaView)(many=True))
def list_areas() -> list[queries.AreaView]:
    """The areas you may name, from district to community"""
    with reading() as session:
        return queries.areas(session, current_viewer())


@communities.get("/compounds")
@communities.arguments(CompoundQuery, location="query")
@communities.response(200, page_of(queries.CompoundView))
def list_compounds(query: dict[str, Any]) -> dict[str, Any]:
    """Compounds with their gates"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.compounds(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@communities.get("/compounds/<int:compound_id>")
@communities.response(200, shape(queries.CompoundDetail))
def show_compound(compound_id: int) -> queries.CompoundDetail:
    """One compound with its buildings and delivery points"""
    with reading() as session:
        return queries.compound(session, current_viewer(), compound_id)


@communities.get("/households")
@communities.arguments(HouseholdQuery, location="query")
@communities.response(200, page_of(queries.HouseholdView))
def list_households(query: dict[str, Any]) -> dict[str, Any]:
    """Households by compound and building"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.households(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])


@communities.get("/households/<int:household_id>")
@communities.response(200, shape(queries.HouseholdDetail))
def show_household(household_id: int) -> queries.HouseholdDetail:
    """One household with its dated statuses"""
    with reading() as session:
        return queries.household(session, current_viewer(), household_id)


@communities.put("/households/<int:household_id>/persons")
@communities.arguments(PersonsRequest)
@communities.response(200, shape(queries.HouseholdDetail))
def put_persons(wanted: dict[str, Any], household_id: int) -> queries.HouseholdDetail:
    """Keep how many persons live in a household, for entitlements per person"""
    viewer = current_viewer()
    with transaction() as session:
        queries.household(session, viewer, household_id)
        service.set_person_count(session, household_id, wanted["person_count"])
        session.flush()
        return queries.household(session, viewer, household_id)


@communities.put("/households/<int:household_id>/statuses/<kind>")
@communities.arguments(StatusRequest)
@communities.response(200, shape(queries.HouseholdDetail))
def put_status(wanted: dict[str, Any], household_id: int, kind: str) -> queries.HouseholdDetail:
    """Record a dated status of a household; it ends by itself"""
    viewer = current_viewer()
    with transaction() as session:
        queries.household(session, viewer, household_id)
        dates, today = (wanted["starts_on"], wanted["ends_on"]), local_date(utc_now())
        service.set_status(session, household_id, _kind(kind), *dates, today=today)
        return queries.household(session, viewer, household_id)


@communities.delete("/households/<int:household_id>/statuses/<kind>")
@communities.response(200, shape(queries.HouseholdDetail))
def end_status(household_id: int, kind: str) -> queries.HouseholdDetail:
    """End a running status today"""
    viewer = current_viewer()
    with transaction() as session:
        queries.household(session, viewer, household_id)
        service.end_status(session, household_id, _kind(kind), local_date(utc_now()))
        session.flush()
        return queries.household(session, viewer, household_id)


def _kind(word: str) -> StatusKind:
    try:
        return StatusKind(word)
    except ValueError:
        raise NotFound(kind="status", key=word) from None
