"""Walks in problem files: what is wrong is named with its way."""

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine.formats import BadProblemFile
from tests.routing.engine.walking.stated import a_file, stated

GATE = {"volunteers": {"count": 1, "packages_each": 9, "grams_each": 9_000}, "seconds": [[0, 5], [5, 0]]}

FEWER = {**GATE, "buildings": [{"id": "B1", "place": 1, "packages": 2, "grams": 1_999}]}

ENOUGH = {**GATE, "buildings": [{"id": "B1", "place": 1, "packages": 2, "grams": 2_000}]}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"walks": []}, "x.json: walks: is []; it must be an object {…}"),
        ({"walks": {"S": 7}}, "x.json: walks.S: is 7; it must be an object {…}"),
        ({"walks": {"S": []}}, "walks.S: has no gate; give one or more, or leave the stop out"),
        ({"walks": {"X": GATE}}, "walks.X: the problem has no stop 'X'; each walk must belong to one"),
        ({"walks__S__porters": 3}, "walks.S.porters: is not known here"),
        ({"walks__S__volunteers": None}, "walks.S.volunteers: is null; it must be an object"),
        ({"walks__S__volunteers__people": 2}, "walks.S.volunteers.people: is not known here"),
        ({"walks__S__volunteers__count": 0}, "walks.S: the gate: volunteers.count is 0; it must be a whole number of"),
        (
            {"walks__S__volunteers__count": 201},
            "volunteers.count is 201; it must be a whole number of people from 1 to",
        ),
        ({"walks__S__volunteers__packages_each": 0}, "the gate: volunteers.packages_each is 0; it must be a whole"),
        (
            {"walks__S__volunteers__grams_each": "9"},
            "the gate: volunteers.grams_each is '9'; it must be a whole number",
        ),
        ({"walks__S__volunteers__grams_each": 999}, "walks.S: building 'B1': a package weighs up to 1000 g and"),
        (
            {"walks__S__volunteers__loading_s": -1},
            "the gate: volunteers.loading_s is -1; it must be a whole number of s",
        ),
        (
            {"walks__S__volunteers__s_per_door": 1.5},
            "the gate: volunteers.s_per_door is 1.5; it must be a whole number",
        ),
        (
            {"walks__S__volunteers__s_per_package": True},
            "the gate: volunteers.s_per_package is True; it must be a whole",
        ),
        ({"walks__S__unloading_s": -1}, "walks.S: the gate: unloading_s is -1; it must be a whole number of seconds"),
        ({"walks__S__vehicle_waits": 1}, "walks.S.vehicle_waits: is 1; it must be true or false"),
        ({"walks__S__gate": 1}, "walks.S.gate: is 1; it must be a text"),
        ({"walks__S__place": -1}, "walks.S: the gate: place is -1; it must be a whole number of rows from 0"),
        ({"walks__S__place": 4}, "walks.S.place: is 4; it must be from 0 to 3, a row of the problem's matrices"),
        ({"walks__S__buildings": []}, "walks.S: the gate has 0 buildings; it must have 1 to 2000"),
        ({"walks__S__buildings__1__id": 2}, "walks.S.buildings[1].id: is 2; it must be a text"),
        ({"walks__S__buildings__1__id": "B1"}, "walks.S: building 'B1' is given 2 times"),
        ({"walks__S__buildings__1__floors": 2}, "walks.S.buildings[1].floors: is not known here"),
        ({"walks__S__buildings__1": {"id": "B2"}}, "walks.S.buildings[1].place: is missing"),
        ({"walks__S__buildings__1__place": 3}, "walks.S: building 'B2': place is 3; it must be from 1 to 2, for row 0"),
        ({"walks__S__buildings__0__place": 0}, "walks.S: building 'B1': place is 0; it must be from 1 to 2, for row 0"),
        ({"walks__S__buildings__0__place": None}, "walks.S: building 'B1': place is None; it must be a row number"),
        ({"walks__S__seconds": [[0]]}, "walks.S: building 'B1': place is 1; it must be another row, but the matrix h"),
        (
            {"walks__S__metres": [[0, 1, 1], [1, 9, 1], [1, 1, 0]]},
            "walks.S.metres[1][1]: is 9; it must be 0, from a place to itself",
        ),
        (
            {"walks__S__buildings__1__packages": 0},
            "walks.S: building 'B2': packages is 0; it must be a whole number of",
        ),
        ({"walks__S__buildings__1__grams": None}, "walks.S: building 'B2': grams is None; it must be a whole number"),
        ({"walks__S__buildings__1__doors": 3}, "walks.S: building 'B2': doors is 3 and packages 2; a door gets one"),
        ({"walks__S__buildings__1__packages": 3}, "walks.S.buildings: 5 packages go to them, but stop 'S' drops 4; at"),
        ({"walks__S__buildings__1__grams": 2_001}, "walks.S.buildings: 4001 g go to them, but stop 'S' drops 4000; at"),
        ({"walks__S__seconds": [[0, 1], [1]]}, "walks.S.seconds[1]: has 1 cells; it must have 2"),
        ({"walks__S__seconds__1__2": -4}, "walks.S.seconds[1][2]: is -4; it must be a whole number from 0, or null"),
        (
            {"walks__S__seconds__1__2": 86_401},
            "walks.S: the gate: seconds[1, 2] is 86401 s; it must be from 0 to 86400",
        ),
        ({"walks__S__seconds__0__2": None}, "walks.S: building 'B2': there is no way on foot to it; leave it out or"),
        ({"walks__S__metres": [[0]]}, "walks.S.metres: has 1 rows; it must have 3, one per place"),
        ({"walks__S__lnglat": [[117, 36]]}, "walks.S.lnglat: has 1 points; it must have 3, one per place"),
        ({"walks__S__xy": [[1, 2], [1, 2], [1]]}, "walks.S.xy[2]: has 1 numbers; it must be [x, y]"),
        (
            {"walks__S__xy": [None] * 3, "walks__S__lnglat": [None] * 3},
            "walks.S.xy: stands beside lnglat; places lie in degrees or on a plane, so give one of them",
        ),
        (
            {"xy": [[0, 0]] * 4, "walks__S__lnglat": [[117, 36]] * 3},
            "walks.S.lnglat: stands in a file with xy; places must be all in degrees or all on one plane",
        ),
        (
            {"walks": {"S": [ENOUGH, ENOUGH]}},
            "walks.S[1]: gate is '' as at a gate before; each of a stop's gates needs its own name",
        ),
        (
            {"walks": {"S": [ENOUGH, {**FEWER, "gate": "b"}]}},
            "walks.S[1].buildings: differ from the first gate's in what goes to which building; all gates have the",
        ),
        ({"walks": {"S": [ENOUGH, {**ENOUGH, "gate": "b", "place": 9}]}}, "walks.S[1].place: is 9; it must be from"),
        (
            {"walks": {"S": [ENOUGH, {**ENOUGH, "gate": "b"}]}, "split_gates": True, "stops__1__id": "S@b"},
            "walks.S[1]: with split_gates it becomes stop 'S@b', which the problem has already; rename one",
        ),
        ({"walking_cents_per_h": -1}, "walking_cents_per_h: is -1; it must be a whole number from 0"),
        ({"split_gates": "no"}, 'split_gates: is "no"; it must be true or false'),
    ],
)
def test_what_is_wrong_is_named_with_its_way(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadProblemFile) as refused:
        stated(a_file(**changes))

    assert str(refused.value).startswith("x.json: ")
    assert says in str(refused.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"walks__S__place": 3},
        {"walks__S__volunteers__count": 200},
        {"walks__S__volunteers__grams_each": 1_000},
        {"walks__S__buildings__1__doors": 2},
        {"walks__S__seconds__1__2": 86_400},
        {"walks__S__seconds__1__2": None},
        {"walks": {"S": [ENOUGH, {**ENOUGH, "gate": "b"}]}, "split_gates": False, "stops__1__id": "S@b"},
        {"walks": {"S": [ENOUGH]}, "split_gates": True, "stops__1__id": "S@"},
        {"walks": {}},
        {"walks": None},
    ],
)
def test_what_just_holds_is_read(changes: dict[str, Any]) -> None:
    assert stated(a_file(**changes)).keys() == ({"S"} if changes.get("walks", True) else set())


@pytest.mark.parametrize(
    ("lnglat", "says"),
    [
        (
            [[117, 36], None, [117, 37]],
            "walks.S.lnglat[1]: is null; where seconds is left out it must be [longitude, lat",
        ),
        ([], "walks.S: the gate: seconds has shape (0, 0)"),
        ([[117, 36], [117, 37], [117, 36]], "seconds[0, 1] is 138994 s; it must be from 0 to 86400"),
        (
            [[36.6, 117], [36.6, 117.1], [36.6, 117]],
            "walks.S.lnglat[0]: is [36.6, 117], which is latitude before longitude",
        ),
        (None, "walks.S.seconds: is missing"),
        ([[117, 36]] * 2_002, "walks.S.lnglat: has 2002 points; where seconds is left out there may be 2001"),
    ],
)
def test_points_that_make_no_times_are_refused(lnglat: Any, says: str) -> None:
    root = json.loads(a_file(walks__S__lnglat=lnglat))
    del root["walks"]["S"]["seconds"]

    with pytest.raises(BadProblemFile, match=re.escape(says)):
        stated(json.dumps(root))


JUNK = st.sampled_from([None, True, -1, 0, 10**12, 1.5, float("nan"), "", "x", [], {}, [[]], [None], {"": 0}, [[0]]])


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_junk_anywhere_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    root = json.loads(a_file(walks__S__lnglat=[[1, 2], [3, 4], [5, 6]], walks__S__metres=[[0] * 3] * 3))
    inner: Any = root["walks"]
    for _ in range(data.draw(st.integers(0, 4))):
        below = list(inner) if isinstance(inner, dict) else list(range(len(inner)))
        held = [key for key in below if isinstance(inner[key], dict | list)]
        if not held:
            break
        inner = inner[data.draw(st.sampled_from(held))]
    if inner:
        inner[data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))] = data.draw(
            JUNK
        )

    assert field_refused(json.dumps(root)).startswith("walks.")


def field_refused(text: str) -> str:
    """The field that is refused, or `walks.` if none is."""
    try:
        stated(text)
    except BadProblemFile as refused:
        return refused.field or ""
    return "walks."
