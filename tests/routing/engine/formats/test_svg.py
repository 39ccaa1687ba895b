"""Drawings of plans: what has no place on paper is passed over."""

import xml.etree.ElementTree as ET

import numpy as np

from logistics.routing.engine.formats import ReadProblem, plan_as_svg
from tests.routing.engine.builders import a_problem, a_stop, a_vehicle
from tests.routing.engine.relaxing.plans import planned

SVG = "{http://www.w3.org/2000/svg}"
NOWHERE = [np.nan, np.nan]


def drawn(*, name: str = "Tuesday", vehicle: str = "V") -> ET.Element:
    """V serves A, which is nowhere, and B; C, which is nowhere too, and E are dropped."""
    stops = [a_stop("A"), a_stop("B", place=2), a_stop("C"), a_stop("E", place=3)]
    problem = a_problem(*stops, vehicles=[a_vehicle(id=vehicle)])
    points = np.array([[0.0, 0.0], NOWHERE, [2.0, 0.0], [3.0, 0.0]])
    read = ReadProblem(name=name, format="json", convention="money", problem=problem, coordinates=points)
    text = plan_as_svg(read, planned(problem, {vehicle: ["A", "B"]}))
    assert "nan" not in text
    return ET.fromstring(text)  # noqa: S314 - written by the line above


def test_a_stop_that_is_nowhere_is_not_drawn() -> None:
    drawing = drawn()

    # 3 wide are 960 on paper, 20 from the edge: the depot at 20, B at 660, E at 980
    assert [one.get("points") for one in drawing.iter(f"{SVG}polyline")] == ["20.0,40.0 660.0,40.0 20.0,40.0"]
    assert [(one.get("cx"), one.findtext(f"{SVG}title")) for one in drawing.iter(f"{SVG}circle")] == [
        ("660.0", None),
        ("980.0", "E: fleet_full"),
    ]


def test_names_that_xml_cannot_hold_are_drawn_without_what_it_cannot() -> None:
    drawing = drawn(name="<a>\x01&\nb", vehicle="北\x00")

    assert str(drawing.findtext(f"{SVG}title")).startswith("<a> & b: cost ")
    assert "北 : 2 stops" in [one.text for one in drawing.iter(f"{SVG}title")]
