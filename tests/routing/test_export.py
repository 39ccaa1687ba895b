"""A plan as documents that others read: plan.json, GeoJSON, CSV."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from logistics.communities.models import Compound
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.fulfilment.models import Batch
from logistics.routing.export import MANIFEST_COLUMNS, csv_text, geojson, local_iso, manifests_csv, plan_document
from logistics.routing.models import Vehicle
from tests.builders import NOW
from tests.routing.planning import ReadyDay, a_ready_day, planned


def document_of(plan_id: int, **narrow: Any) -> dict[str, Any]:
    with reading() as session:
        return plan_document(session, plan_id, **narrow)


def geojson_of(plan_id: int, **narrow: Any) -> dict[str, Any]:
    with reading() as session:
        return geojson(session, plan_id, **narrow)


def csv_of(plan_id: int, **narrow: Any) -> list[dict[str, str]]:
    with reading() as session:
        return list(csv.DictReader(io.StringIO(manifests_csv(session, plan_id, **narrow))))


def is_local(moment: str) -> bool:
    return datetime.fromisoformat(moment).utcoffset() == timedelta(hours=8)


# plan.json


def test_the_document_has_the_fields_that_readers_count_on(any_tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day(ill=[(0, 0)], vehicles=2)
    with transaction() as session:
        session.execute(update(Compound).where(Compound.id == day.town.compound_ids[1]).values(gate_closes_min=480))

    document = document_of(planned(day, cache=tmp_path))

    assert {"depots", "vehicles", "stops", "routes", "dropped", "metric"} <= set(document)
    assert {"id", "lng", "lat"} <= set(document["depots"][0])
    for vehicle in document["vehicles"]:
        assert {"id", "type", "depot", "capacity_g", "shift"} <= set(vehicle)
        assert len(vehicle["shift"]) == 2
    for stop in document["stops"]:
        wanted = {"id", "name", "kind", "lng", "lat", "demand_g", "packages", "window", "service_s"}
        assert wanted <= set(stop)
        assert len(stop["window"]) == 2
    (route,) = document["routes"]
    assert {"vehicle", "depart", "return", "distance_m", "stops"} <= set(route)
    for visit in route["stops"]:
        wanted = {"stop", "arrival", "start", "departure", "load_g_after", "travel_s", "travel_m"}
        assert wanted <= set(visit)
    (dropped,) = document["dropped"]
    assert (dropped["reason"], dropped["stop"].split("/")[-1]) == ("gate_closed", "pickup")
    assert json.loads(json.dumps(document)) == document


def test_ids_in_the_document_lead_somewhere(tables: Flask, tmp_path: Path) -> None:
    document = document_of(planned(a_ready_day(compounds=3, vehicles=2), cache=tmp_path))

    stops = {stop["id"] for stop in document["stops"]}
    vehicles = {vehicle["id"]: vehicle["depot"] for vehicle in document["vehicles"]}
    visited = [visit["stop"] for route in document["routes"] for visit in route["stops"]]
    assert len(stops) == len(document["stops"]) == 3
    assert sorted(visited + [drop["stop"] for drop in document["dropped"]]) == sorted(stops)
    assert {route["vehicle"] for route in document["routes"]} <= set(vehicles)
    assert set(vehicles.values()) == {depot["id"] for depot in document["depots"]}
    with reading() as session:
        batches = set(session.scalars(select(Batch.code)))
    assert {code for stop in document["stops"] for code in stop["batches"]} == batches


def test_numbers_in_the_document_add_up(tables: Flask, tmp_path: Path) -> None:
    document = document_of(planned(a_ready_day(compounds=3), cache=tmp_path))

    (route,) = document["routes"]
    demand = {stop["id"]: stop["demand_g"] for stop in document["stops"]}
    load_g = route["load_g"]
    assert load_g == sum(demand.values()) == 60_000  # six households, 10 kg each
    for visit in route["stops"]:
        load_g -= demand[visit["stop"]]
        assert visit["load_g_after"] == load_g
    assert route["distance_m"] == sum(v["travel_m"] for v in route["stops"]) + route["return_travel_m"]
    assert (route["stop_count"], route["packages"]) == (3, 6)


def test_every_moment_in_the_document_is_local_with_its_offset(tables: Flask, tmp_path: Path) -> None:
    document = document_of(planned(a_ready_day(), cache=tmp_path))

    (route,) = document["routes"]
    moments = [route["depart"], route["return"], document["depots"][0]["opens"], document["depots"][0]["closes"]]
    moments += [visit[name] for visit in route["stops"] for name in ("arrival", "start", "departure")]
    moments += [moment for stop in document["stops"] for moment in stop["window"]]
    moments += [moment for vehicle in document["vehicles"] for moment in vehicle["shift"]]
    assert all(map(is_local, moments))
    assert document["stops"][0]["window"] == ["2020-02-19T08:00:00+08:00", "2020-02-19T12:00:00+08:00"]
    assert local_iso(NOW) == "2020-02-18T17:00:00+08:00"
    assert local_iso(None) is None


def test_stops_stand_in_driving_order_and_dropped_ones_last(any_tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day(compounds=3)
    with transaction() as session:
        session.execute(update(Compound).where(Compound.id == day.town.compound_ids[0]).values(gate_closes_min=480))

    document = document_of(planned(day, cache=tmp_path))

    driven = [visit["stop"] for route in document["routes"] for visit in route["stops"]]
    assert [stop["id"] for stop in document["stops"]] == [*driven, document["dropped"][0]["stop"]]


def test_an_unknown_plan_is_not_found(tables: Flask) -> None:
    for export in (plan_document, geojson, manifests_csv):
        with pytest.raises(NotFound, match="No plan 999"), reading() as session:
            export(session, 999)


# GeoJSON


def test_the_geojson_holds_a_line_per_route_and_a_point_per_stop_and_depot(tables: Flask, tmp_path: Path) -> None:
    collection = geojson_of(planned(a_ready_day(), cache=tmp_path))

    assert collection["type"] == "FeatureCollection"
    kinds = [(f["properties"]["role"], f["geometry"]["type"]) for f in collection["features"]]
    assert kinds == [("route", "LineString"), ("stop", "Point"), ("stop", "Point"), ("depot", "Point")]
    for feature in collection["features"]:
        assert feature["type"] == "Feature"
        line = feature["geometry"]["coordinates"]
        pairs = line if feature["geometry"]["type"] == "LineString" else [line]
        assert all(116 < lng < 118 and 36 < lat < 37 for lng, lat in pairs)  # RFC 7946: longitude first
    assert len(collection["features"][0]["geometry"]["coordinates"]) == 4  # depot, two stops, depot
    assert json.loads(json.dumps(collection)) == collection


def test_a_dropped_stop_is_a_point_with_its_reason_and_no_vehicle(tables: Flask, tmp_path: Path) -> None:
    collection = geojson_of(planned(a_ready_day(vehicles=0, compounds=1), cache=tmp_path))

    stop, depot = (feature["properties"] for feature in collection["features"])
    assert (stop["vehicle"], stop["position"], stop["drop_reason"]) == (None, None, "no_vehicle")
    assert "arrival" not in stop
    assert depot["role"] == "depot"


# CSV


def test_the_manifest_has_a_row_per_stop_in_driving_order(tables: Flask, tmp_path: Path) -> None:
    plan_id = planned(a_ready_day(compounds=3), cache=tmp_path)

    rows = csv_of(plan_id)

    assert tuple(rows[0]) == MANIFEST_COLUMNS
    assert [row["position"] for row in rows] == ["1", "2", "3"]
    (route,) = document_of(plan_id)["routes"]
    assert [row["stop"] for row in rows] == [visit["stop"] for visit in route["stops"]]
    assert [row["load_g_after"] for row in rows] == ["40000", "20000", "0"]
    assert all(is_local(row["arrival"]) for row in rows)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    text = csv_text(["name"], [[f"{start}HYPERLINK(1)"]])

    (_, (cell,)) = list(csv.reader(io.StringIO(text, newline="")))
    assert cell == f"'{start}HYPERLINK(1)".replace("\r", "\n")


def test_a_return_inside_a_cell_begins_no_row_of_its_own() -> None:
    text = csv_text(["name", "kg"], [["Block 1\r=HYPERLINK(1)", 2]])

    assert list(csv.reader(io.StringIO(text, newline=""))) == [["name", "kg"], ["Block 1\n=HYPERLINK(1)", "2"]]


def test_other_cells_are_left_as_they_are() -> None:
    text = csv_text(["a", "b", "c", "d"], [["5=6", -7.5, None, "槐荫, 甲\n乙"]])

    assert list(csv.reader(io.StringIO(text, newline="")))[1] == ["5=6", "-7.5", "", "槐荫, 甲\n乙"]


def test_a_compound_named_like_a_formula_cannot_run_from_the_manifest(tables: Flask, tmp_path: Path) -> None:
    day = a_ready_day(compounds=1)
    with transaction() as session:
        session.execute(update(Compound).values(name='=HYPERLINK("http://x")'))
        session.execute(update(Vehicle).values(plate="@A12345"))

    (row,) = csv_of(planned(day, cache=tmp_path))

    assert (row["name"], row["plate"]) == ('\'=HYPERLINK("http://x")', "'@A12345")


# narrowed to what a viewer may see


def two_rivals(tmp_path: Path) -> tuple[int, ReadyDay, ReadyDay]:
    """One plan over the waves of two stores of two merchants."""
    ours, theirs = a_ready_day(), a_ready_day()
    return planned(ours, theirs, cache=tmp_path), ours, theirs


def test_a_merchants_documents_hold_nothing_of_a_rivals(tables: Flask, tmp_path: Path) -> None:
    plan_id, ours, theirs = two_rivals(tmp_path)
    whole = document_of(plan_id)
    rival = theirs.store.code
    assert rival in json.dumps(whole)

    document = document_of(plan_id, store_ids={ours.store.store_id})
    collection = geojson_of(plan_id, store_ids={ours.store.store_id})
    rows = csv_of(plan_id, store_ids={ours.store.store_id})

    told = json.dumps([document, collection, rows])
    assert ours.store.code in told
    names = [rival, *(stop["name"] for stop in whole["stops"] if stop["depot"] == rival)]
    names += [code for stop in whole["stops"] if stop["depot"] == rival for code in stop["batches"]]
    assert [name for name in names if f'"{name}"' in told or f"{name}/" in told] == []
    assert len(document["routes"]) == 1
    assert document["routes"][0]["distance_m"] > 0  # its own route it sees whole
    assert document["cost_cents"] is None  # the sum would tell what the rival's routes cost
    assert whole["cost_cents"] > 0


def test_nobodys_stores_are_nothing_at_all(tables: Flask, tmp_path: Path) -> None:
    plan_id, _, _ = two_rivals(tmp_path)

    document = document_of(plan_id, store_ids=[])

    assert [document[key] for key in ("depots", "vehicles", "stops", "routes", "dropped")] == [[]] * 5
    assert geojson_of(plan_id, store_ids=[])["features"] == []
    assert csv_of(plan_id, store_ids=[]) == []
