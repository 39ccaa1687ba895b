"""The tree is taken in by codes, many at a time, on both databases."""

from __future__ import annotations

from datetime import date

from flask import Flask
from sqlalchemy import select

from logistics.communities import intake
from logistics.communities.models import Area, Household, HouseholdStatus
from logistics.communities.rules import AreaLevel, StatusKind
from logistics.db import reading, transaction

TREE = (
    intake.AreaFact(code="区/街/社", name="社区", level=AreaLevel.COMMUNITY, parent="区/街"),
    intake.AreaFact(code="区", name="区", level=AreaLevel.DISTRICT, parent=""),
    intake.AreaFact(code="区/街", name="街道", level=AreaLevel.STREET_OFFICE, parent="区"),
)


def a_compound(code: str, *, name: str = "松鹤苑") -> intake.CompoundFact:
    return intake.CompoundFact(
        code=code,
        name=name,
        address="",
        community="区/街/社",
        gate_lng=117.0,
        gate_lat=36.6,
        gate_opens_min=0,
        gate_closes_min=1440,
        household_count=10,
        building_count=1,
    )


def a_household(code: str, *, building: str = "1", elderly: bool = False) -> intake.HouseholdFact:
    return intake.HouseholdFact(code=code, compound="C1", building=building, unit="", flat="", elderly=elderly)


def test_areas_find_their_parents_in_whatever_order_they_come(any_app: Flask) -> None:
    with transaction() as session:
        ids = intake.take_areas(session, TREE)

    with reading() as session:
        parents = {area.code: area.parent_id for area in session.scalars(select(Area))}
    assert parents == {"区": None, "区/街": ids["区"], "区/街/社": ids["区/街"]}


def test_taking_in_again_keeps_the_ids_and_updates_the_facts(any_app: Flask) -> None:
    ids = []
    for name, elderly in (("松鹤苑", False), ("松鹤苑北区", True)):
        with transaction() as session:
            areas = intake.take_areas(session, TREE)
            compounds = intake.take_compounds(session, [a_compound("C1", name=name)], area_ids=areas)
            buildings = intake.take_buildings(session, [("C1", "1"), ("C1", "2"), ("C1", "1")], compound_ids=compounds)
            households = intake.take_households(
                session, [a_household("H1", elderly=elderly), a_household("H2", building="2")], building_ids=buildings
            )
            ids.append((areas, compounds, buildings, households))

    assert ids[0] == ids[1]
    with reading() as session:
        assert intake.homes_of(session, ["H1", "H2", "H9"]) == {"H1": ("C1", "1"), "H2": ("C1", "2")}
        assert session.scalars(select(Household.elderly).where(Household.code == "H1")).one() is True


def test_a_status_that_starts_on_the_same_day_is_one_status(any_app: Flask) -> None:
    with transaction() as session:
        areas = intake.take_areas(session, TREE)
        compounds = intake.take_compounds(session, [a_compound("C1")], area_ids=areas)
        buildings = intake.take_buildings(session, [("C1", "1")], compound_ids=compounds)
        ids = intake.take_households(session, [a_household("H1")], building_ids=buildings)
        for _ in range(2):
            intake.take_statuses(
                session,
                ids.values(),
                kind=StatusKind.QUARANTINED,
                starts_on=date(2020, 2, 9),
                ends_on=date(2020, 2, 22),
            )

    with reading() as session:
        assert len(session.scalars(select(HouseholdStatus)).all()) == 1


def test_nothing_taken_in_is_no_error(any_app: Flask) -> None:
    with transaction() as session:
        assert intake.take_areas(session, []) == {}
        assert intake.take_households(session, [], building_ids={}) == {}


def test_a_district_taken_in_again_without_its_city_stays_in_it(any_app: Flask) -> None:
    city = intake.AreaFact(code="市", name="市", level=AreaLevel.CITY, parent="")
    district = intake.AreaFact(code="区", name="区", level=AreaLevel.DISTRICT, parent="市")
    with transaction() as session:
        ids = intake.take_areas(session, (district, city))
    with transaction() as session:
        intake.take_areas(session, TREE)  # a day's import knows no city

    with reading() as session:
        parents = {area.code: area.parent_id for area in session.scalars(select(Area))}
    assert (parents["市"], parents["区"], parents["区/街"]) == (None, ids["市"], ids["区"])
