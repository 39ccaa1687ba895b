"""A plan as a drawing (SVG, nothing but lines and dots): one colour a route, depots square, dropped stops hollow, ways
on foot grey and dashed."""

import colorsys
import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.problem_file import ReadProblem
from logistics.routing.engine.plan import Plan, Route
from logistics.routing.engine.problem import Problem

SIZE, MARGIN, HEAD = 1_000, 20, 40
GOLDEN = 0.618034
"""Steps of the golden ratio around the colour circle keep neighbours in the list apart, however many there are."""


class NoCoordinates(ValueError):
    """The file says how far places lie apart, but not where."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} has no coordinates, so there is nothing to draw")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Footway:
    """A way on foot: `(n, 2)` points in the coordinates of the file, all of them known."""

    title: str
    points: NDArray[np.float64]


def plan_as_svg(read: ReadProblem, plan: Plan, on_foot: Sequence[Footway] = ()) -> str:
    """The text of an SVG file, north up; a place that is nowhere is passed over.

    Raises:
        NoCoordinates: if the problem came without any.
    """
    at, ways, width, height = _on_paper(read, on_foot)
    problem = read.problem
    title = f"{read.name}: cost {read.objective(plan.cost)}, {len(plan.routes)} routes, {len(plan.dropped)} dropped"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" font-family="sans-serif">',
        f"<title>{_told(title)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{MARGIN}" y="{HEAD - 12}" font-size="18">{_told(title)}</text>',
    ]
    for number, route in enumerate(plan.routes):
        colour = _colour(number)
        places = [problem.stop(visit.stop).place for visit in route.visits]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in at[_way(problem, route)] if not math.isnan(x))
        lines.append(f'<g stroke="{colour}" fill="{colour}"><title>{_told(route.vehicle)}: {len(places)} stops</title>')
        lines.append(f'<polyline points="{way}" fill="none" stroke-width="1.5" stroke-opacity="0.7"/>')
        dots = [(x, y) for x, y in at[places] if not math.isnan(x)]
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2.5" stroke="none"/>' for x, y in dots]
        lines.append("</g>")
    for footway, points in zip(on_foot, ways, strict=True):
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        lines.append(f'<g stroke="#555" fill="#555"><title>{_told(footway.title)}</title>')
        lines.append(f'<polyline points="{way}" fill="none" stroke-width="0.8" stroke-dasharray="3 2"/>')
        lines += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.2" stroke="none"/>' for x, y in points]
        lines.append("</g>")
    for dropped in plan.dropped:
        x, y = at[problem.stop(dropped.stop).place]
        if math.isnan(x):
            continue
        why = _told(f"{dropped.stop}: {dropped.reason}")
        lines.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="none" stroke="red"><title>{why}</title></circle>')
    for depot in problem.depots:
        x, y = at[depot.place]
        if math.isnan(x):
            continue
        box = f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10"><title>{_told(depot.id)}</title></rect>'
        lines.append(box)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _told(text: str) -> str:
    """The text as XML has it, which knows no control characters."""
    return escape("".join(letter if letter.isprintable() else " " for letter in text))


def _way(problem: Problem, route: Route) -> list[int]:
    """Every place that a route comes to, those where it loads again included."""
    vehicle = problem.vehicle(route.vehicle)
    depot = problem.depot(vehicle.depot).place
    reloads = {reload.before for reload in route.reloads}
    way = [problem.start_place(vehicle)]
    for index, visit in enumerate(route.visits):
        way += [depot] * (index in reloads)
        way.append(problem.stop(visit.stop).place)
    return [*way, problem.end_place(vehicle)]


def _on_paper(
    read: ReadProblem, on_foot: Sequence[Footway]
) -> tuple[NDArray[np.float64], list[NDArray[np.float64]], int, int]:
    """`(n, 2)` points on paper, y downwards, NaN for places that are nowhere; the same for each way on foot; and the
    paper's width and height."""
    if read.coordinates is None:
        raise NoCoordinates(read.name)
    places = read.coordinates[:, :2]  # a third coordinate is a height
    plane = np.concatenate([places, *(footway.points for footway in on_foot)])
    if read.geographic:
        plane[:, 0] *= math.cos(math.radians(float(np.nanmean(places[:, 1]))))
    plane -= np.nanmin(plane, axis=0)
    extent = np.nanmax(plane, axis=0)
    stretch = (SIZE - 2 * MARGIN) / max(float(extent.max()), 1e-12)
    width, height = (extent * stretch).tolist()
    paper = np.column_stack([plane[:, 0] * stretch + MARGIN, height - plane[:, 1] * stretch + HEAD])
    at, *ways = np.split(paper, np.cumsum([len(places), *(len(footway.points) for footway in on_foot)])[:-1])
    return at, ways, math.ceil(width + 2 * MARGIN), math.ceil(height + HEAD + MARGIN)


def _colour(number: int) -> str:
    red, green, blue = colorsys.hls_to_rgb(number * GOLDEN % 1, 0.4, 0.75)
    return f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}"
