"""What the pages of a plan draw: the map's document, the chart, the exports, the words of dropped stops."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from logistics.routing.engine.relaxing import RelaxationKind
from logistics.routing.rules import StopKind
from logistics.routing.views import RouteView, StopView
from logistics.web.chart import AXIS_HEIGHT, LABEL_WIDTH, ROW_HEIGHT, WIDTH, timeline
from logistics.web.reasons import explain
from logistics.web.routes import driven_routes
from logistics.web.wishes import wishes_of
from tests.web.site import PlannedDay, a_planned_day, browser_of

EIGHT = datetime(2020, 2, 19, 0, 0, tzinfo=UTC)
"""08:00 in Shanghai."""


@pytest.fixture
def day(app: Flask, tmp_path: Path) -> PlannedDay:
    return a_planned_day(tmp_path)


def a_stop(position: int | None = 1, *, arrival: datetime = EIGHT, **fields: object) -> StopView:
    known: dict[str, object] = {
        "id": 1,
        "store_id": 1,
        "compound_id": 1,
        "code": "s",
        "name": "Gate",
        "place": "p",
        "kind": StopKind.PICKUP,
        "lng": 117.0,
        "lat": 36.6,
        "window_start_at": EIGHT,
        "window_end_at": EIGHT + timedelta(hours=4),
        "weight_g": 1_000,
        "volume_ml": 0,
        "package_count": 1,
        "service_s": 600,
        "plan_vehicle_id": 1,
        "position": position,
        "arrival_at": arrival,
        "start_at": arrival,
        "departure_at": arrival + timedelta(minutes=10),
        "load_g_after": 0,
        "travel_s": 60,
        "travel_m": 500,
        "drop_reason": None,
        "drop_detail": None,
        "batches": (),
    }
    return StopView(**{**known, **fields})  # type: ignore[arg-type]


def a_route(number: int, *stops: StopView, depart: datetime | None = EIGHT) -> RouteView:
    return RouteView(
        id=number,
        vehicle_id=number,
        store_id=1,
        code=f"van-{number:02d}",
        type="van",
        type_name="van",
        plate="",
        capacity_g=2_000,
        capacity_packages=4,
        shift_start_at=EIGHT - timedelta(hours=1),
        shift_end_at=EIGHT + timedelta(hours=10),
        depart_at=depart,
        return_at=depart and depart + timedelta(hours=2),
        distance_m=1_000,
        return_travel_s=1,
        return_travel_m=1,
        line=None,
        shared=False,
        stops=stops,
    )


def test_the_map_document_has_every_route_and_every_stop_once(app: Flask, day: PlannedDay) -> None:
    browser = browser_of(app, day.admin_id)

    document = json.loads(browser.text(f"/plans/{day.plan_id}/map.json"))
    plan = json.loads(browser.text(f"/plans/{day.plan_id}/plan.json"))

    assert len(document["routes"]) == len(plan["routes"])
    assert len(document["stops"]) == len(plan["stops"]) == 5  # 3 gates, 2 of them with a door, the dropped one included
    assert [stop["route"] for stop in document["stops"]].count(None) == len(plan["dropped"]) == 1
    assert all(len(route["line"]) >= 2 for route in document["routes"])
    assert (document["tile_url"], len(document["depots"])) == ("", 1)


def test_the_map_says_leave_at_door_and_never_why(app: Flask, day: PlannedDay) -> None:
    browser = browser_of(app, day.admin_id)

    for language in ("zh", "en"):
        text = browser.text(f"/plans/{day.plan_id}/map.json?lang={language}")
        doors = [stop for stop in json.loads(text)["stops"] if stop["door"]]
        assert len(doors) == 2
        assert "隔离" not in text
        assert "quarantin" not in text.lower()


def test_a_dropped_stop_is_told_with_its_numbers_and_what_would_help(app: Flask, day: PlannedDay) -> None:
    page = browser_of(app, day.admin_id).text(f"/plans/{day.plan_id}?lang=en")

    assert "Too heavy for any vehicle" in page
    assert "the largest vehicle takes 50 kg" in page
    assert re.search(r"takes [\d.,]+ kg more – costs ¥\d+\.\d\d more", page)  # in place of the general advice
    assert "Send a larger vehicle or split the batch." not in page
    assert "great-circle × 1.35" in page


def test_the_exports_are_files_under_their_fixed_names(app: Flask, day: PlannedDay) -> None:
    browser = browser_of(app, day.admin_id)

    for name in ("plan.json", "routes.geojson", "manifests.csv"):
        answer = browser.get(f"/plans/{day.plan_id}/{name}")
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{name}"'
    browser.text(f"/plans/{day.plan_id}/secrets.json", status=404)


def test_routes_in_use_are_numbered_and_unused_vehicles_left_out() -> None:
    routes = driven_routes([a_route(1), a_route(2, depart=None), a_route(3)])

    assert [(r.number, r.route.code) for r in routes] == [(1, "van-01"), (2, "van-03")]


def test_twenty_one_routes_look_different() -> None:
    routes = driven_routes([a_route(n) for n in range(22)])

    looks = [(r.tone, r.dash) for r in routes]
    assert len(set(looks[:21])) == 21
    assert looks[21] == looks[0]


def test_the_fill_of_a_route_is_the_fuller_of_weight_and_packages() -> None:
    (route,) = driven_routes([a_route(1, a_stop(weight_g=500, package_count=3))])

    assert route.fill == 0.75  # 3 of 4 packages; 500 of 2,000 g is only a quarter


def test_the_chart_places_a_stop_by_its_time() -> None:
    late = a_stop(arrival=EIGHT + timedelta(minutes=45), start_at=EIGHT + timedelta(hours=1))

    chart = timeline(driven_routes([a_route(1, late)]))

    # from 08:00 to 11:00: the return at 10:00 begins the last hour
    assert chart is not None
    assert [label for _, label in chart.hours] == ["08", "09", "10", "11"]
    assert chart.height == AXIS_HEIGHT + ROW_HEIGHT
    row = chart.rows[0]
    hour = (WIDTH - LABEL_WIDTH) / 3
    assert row.tour.x == LABEL_WIDTH
    assert row.tour.width == pytest.approx(2 * hour, abs=0.2)
    assert row.waits[0].width == pytest.approx(hour / 4, abs=0.2)
    assert row.serves[0].x == pytest.approx(LABEL_WIDTH + hour, abs=0.2)
    assert row.serves[0].title == "1. Gate"


def test_a_plan_without_routes_has_no_chart() -> None:
    assert timeline([]) is None


def test_explanations_speak_of_the_numbers_there_are(app: Flask) -> None:
    cases = {
        "It weighs 3 kg, the largest vehicle takes 2 kg.": {"demand_g": 3_000, "largest_capacity_g": 2_000},
        "Earliest arrival 09:01, the window ends 09:00.": {"earliest_arrival_s": 32_401, "window_end_s": 32_400},
        "It weighs 3 kg, the emptiest vehicle has room for 2 kg.": {"demand_g": 3_000, "free_g_max": 2_000},
        "2 packages, the emptiest vehicle has room for 0.": {
            "demand_g": 3_000,
            "free_g_max": 4_000,
            "packages": 2,
            "free_packages_max": 0,
        },
        "Earliest return 17:01, the shift ends 17:00.": {
            "earliest_arrival_s": 32_399,
            "window_end_s": 32_400,
            "earliest_return_s": 61_201,
            "latest_return_s": 61_200,
        },
        "Its goods are packed at 09:00.": {"released_s": 32_400},
        "612 m from the nearest road.": {"distance_m": 612},
        "No vehicle has: cold, lift.": {"skills": "cold, lift", "skills_missing": "cold, lift"},
        "There and back is 2,001 m, a vehicle may drive 2,000 m.": {"round_trip_m": 2_001, "longest_m": 2_000},
        "There and back takes 4 min, a vehicle may be out 3 min.": {"round_trip_s": 181, "longest_s": 180},
        "The gate is open 06:00 to 07:30.": {"gate_opens_min": 360, "gate_closes_min": 450},
    }
    with app.app_context(), app.test_request_context("/?lang=en"):
        for sentence, detail in cases.items():
            assert explain(a_stop(None, drop_detail=detail)) == [sentence]
        assert explain(a_stop(None)) == []


def test_wishes_are_told_with_their_amounts_and_what_they_cost(app: Flask) -> None:
    def a_wish(kind: str, amount: int = 0, **more: object) -> dict[str, object]:
        return {"kind": kind, "amount": amount, "vehicle": "A/van-01", "from_s": None, "cost_cents": 1_250, **more}

    cases = {
        "Take deliveries 21 min longer – costs ¥12.50 more": a_wish("window_later", 1_201),
        "One more vehicle like A/van-01 from 09:00 – costs ¥0.00 more": a_wish(
            "one_more_vehicle", 1, from_s=32_459, cost_cents=-5
        ),
        "A/van-01 takes 140 kg more – costs ¥12.50 more": a_wish("capacity_g", 140_000),
        "A/van-01 drives 1 min longer – costs ¥12.50 more": a_wish("shift_later", 60),
        "Plan again: a longer search found room – costs ¥12.50 more": a_wish("search_longer"),
        "A/van-01 takes 4,500 ml more – costs ¥12.50 more": a_wish("capacity_ml", 4_500),
        "A/van-01 drives 1,200 m farther – costs ¥12.50 more": a_wish("longest_m", 1_200),
        "A/van-01 makes 2 stops more – costs ¥12.50 more": a_wish("most_stops", 2),
        "Make the vehicle fit for it (A/van-01) – costs ¥12.50 more": a_wish("skill", 1),
        "Let any vehicle take it – costs ¥12.50 more": a_wish("pin_lifted", 1, vehicle=None),
    }
    with app.app_context(), app.test_request_context("/?lang=en"):
        for sentence, wish in cases.items():
            assert wishes_of(a_stop(None, drop_detail={"relaxations": [wish]})) == [sentence]
        pair = a_wish("window_later", 61) | {"also": a_wish("capacity_g", 3_000)}
        assert wishes_of(a_stop(None, drop_detail={"relaxations": [pair]})) == [
            "Take deliveries 2 min longer, and also: A/van-01 takes 3 kg more – costs ¥12.50 more"
        ]
        half = a_wish("window_later", 61) | {"also": a_wish("not known here")}
        assert wishes_of(a_stop(None, drop_detail={"relaxations": [half]})) == []
        assert wishes_of(a_stop(None, drop_detail={"relaxations": [a_wish("not known here")]})) == []
        assert wishes_of(a_stop(None, drop_detail={"demand_g": 3})) == []
        assert wishes_of(a_stop(None)) == []


def test_no_kind_of_wish_is_left_without_a_sentence(app: Flask) -> None:
    wish = {"amount": 1, "vehicle": "V", "from_s": 0, "cost_cents": 0}
    with app.app_context(), app.test_request_context("/?lang=en"):
        for kind in RelaxationKind:
            told = wishes_of(a_stop(None, drop_detail={"relaxations": [wish | {"kind": kind.value}]}))
            assert len(told) == 1
            assert kind.value not in told[0]


def test_the_print_loads_in_reverse_stop_order(app: Flask, day: PlannedDay) -> None:
    browser = browser_of(app, day.admin_id)
    manifest = re.findall(r"/manifests/(\d+)/print", browser.text("/manifests"))[0]

    page = browser.text(f"/manifests/{manifest}/print")

    listed, load = page.split("<h1>装车单", 1)
    stops = re.findall(r'<td class="num strong">(\d+)</td><td class="time"><span class="strong">\d\d:\d\d', listed)
    loaded = re.findall(r'rowspan="\d+">(\d+)</td><td class="num strong" rowspan="\d+">(\d+)', load)
    assert stops == [str(n + 1) for n in range(len(stops))]
    assert [stop for _, stop in loaded] == stops[::-1]
    assert [number for number, _ in loaded] == stops
    assert 'class="qr"' in listed
