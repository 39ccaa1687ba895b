"""The page on problem files says what the readers do."""

import dataclasses
import json
import re
from pathlib import Path

import pytest

from logistics.routing.engine import Depot, Problem, Stop, Vehicle
from logistics.routing.engine.formats import BadProblemFile, read_json
from logistics.routing.engine.formats.cordeau import read_cordeau
from logistics.routing.engine.formats.solomon import read_solomon
from logistics.routing.engine.formats.tsplib_distances import MEASURES
from logistics.routing.engine.formats.vrplib import read_vrplib
from logistics.routing.engine.items import Break, Underway
from logistics.routing.engine.travelling import SpeedSlot
from logistics.routing.engine.walking import BuildingDrop, GateWalk, Volunteers
from logistics.routing.engine.walking.files import StatedGate, walks_of

from .files import CORDEAU, CVRP, SOLOMON
from .test_own_json import broken

PAGE = (Path(__file__).parents[4] / "docs" / "problem-files.md").read_text(encoding="utf-8")


RECORDS = [Problem, Depot, Vehicle, Stop, Break, Underway, SpeedSlot, GateWalk, BuildingDrop, Volunteers]


def read_walks(text: str, file: str) -> dict[str, tuple[StatedGate, ...]]:
    return walks_of(read_json(text, file), file)


def walking(*steps: str | int, value: object) -> str:
    """The page's example of walks with another value somewhere."""
    root = json.loads(PAGE.split("```json\n")[2].partition("```")[0])
    *above, last = steps
    inner = root
    for step in above:
        inner = inner[step]
    inner[last] = value
    return json.dumps(root)


@pytest.mark.parametrize("record", RECORDS)
def test_every_field_is_in_the_table(record: type) -> None:
    table = PAGE.partition("| **The file**")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))

    assert {field.name for field in dataclasses.fields(record) if field.init} - named == set()


@pytest.mark.parametrize(
    ("read", "text", "said"),
    [
        (read_vrplib, CVRP.replace("3 7\n", ""), "line 13: DEMAND_SECTION ends here after 2 rows; it must have 3"),
        (
            read_cordeau,
            CORDEAU.replace("6 2 3 2", "6 2 4 2"),
            "line 8: the file ends after 5 customers and depots; there must be 4 and 2; is it cut off?",
        ),
        (
            read_json,
            broken(lnglat=[[117, 36], [36.6, 117.2], [117, 37]]),
            "lnglat[1]: is [36.6, 117.2], which is latitude before longitude; swapped it is right: [117.2, 36.6]",
        ),
        (
            read_json,
            broken(seconds__1__2=float("nan")),
            "seconds[1][2]: is NaN; it must be a whole number from 0, or null",
        ),
        (read_json, broken(seconds__1=[0, 5]), "seconds[1]: has 2 cells; it must have 3"),
        (read_json, broken(seconds__1__1=5), "seconds[1][1]: is 5; it must be 0, from a place to itself"),
        (
            read_json,
            broken(stops__0__window={"start_s": 9, "end_s": 8}),
            "stops[0].window.end_s: is 8, before start_s 9; it must not be earlier",
        ),
        (read_solomon, SOLOMON.replace("  20\n", "  0\n"), "line 5: CAPACITY is 0; it must be from 1 to 1000000000"),
        (read_json, broken(stops__1__weight=3), "stops[1].weight: is not known here"),
        (read_json, broken(start={"V": ["B", "X"]}), "start.V[1]: is 'X', which stops does not hold"),
        (
            read_walks,
            walking("walks", "S1", "volunteers", "count", value=0),
            "walks.S1: the gate: volunteers.count is 0; it must be a whole number of people from 1 to 200",
        ),
        (
            read_walks,
            walking("stops", 0, "packages", value=9),
            "walks.S1.buildings: 10 packages go to them, but stop 'S1' drops 9; at most as much must be carried on",
        ),
    ],
)
def test_the_messages_on_the_page_are_those_that_come(read, text: str, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadProblemFile) as refused:
        read(text, "x")

    assert said in PAGE
    assert said in str(refused.value)


def test_every_way_to_measure_is_named() -> None:
    for kind in MEASURES:
        assert f"`{kind}`" in PAGE
