"""Cordeau's files of problems with several depots, without windows (type 2) and with them (type 6).

    6 2 48 4                                            type m n t: type, vehicles per depot, customers, depots
    500 200                                             D Q of each depot: longest route (0: any), capacity
    …
    1 -29.730 64.136 2 12 1 4 1 2 4 8 399 525           i x y d q f a list e l: each customer
    …
    49 4.163 13.559 0 0 0 0 0 1000                      each depot, numbered after the customers

d is the service time, q the demand, f how often a customer is visited (here: once). The list has a combinations: a
binary number each, of which the leftmost of t digits stands for the first depot; a customer may be served from the
depots that its list names. e and l are the window, in type 6 only (Cordeau, Gendreau & Laporte 1997, DOI
10.1002/(SICI)1097-0037(199709)30:2<105::AID-NET5>3.0.CO;2-G; Cordeau, Laporte & Mercier 2001, DOI
10.1057/palgrave.jors.2601163).

Distances, times and D are taken × 1,000 and rounded, as in the CVRPLIB files of the same family; the cost is distance
in these units, a thousand times that of the papers. Stops are named by i. Vehicles are numbered depot by depot.
"""

from dataclasses import dataclass, replace

import numpy as np

from logistics.routing.engine.formats.numbers import LARGEST_FLEET, Row, rows_of
from logistics.routing.engine.formats.parts import a_depot, a_fleet, a_stop, all_day
from logistics.routing.engine.formats.problem_file import ReadProblem, problem_of
from logistics.routing.engine.formats.rounding import THOUSANDS
from logistics.routing.engine.items import Depot, Stop, TimeWindow, Vehicle

TYPES = ("VRP", "PVRP", "MDVRP", "SDVRP", "VRPTW", "PVRPTW", "MDVRPTW", "SDVRPTW")
READ = {2: False, 6: True}
"""The types that are read, and whether they have windows."""
FIXED = ("i", "x", "y", "d", "q", "f", "a")
LARGEST_LIST = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The first line: what follows, and how much of it."""

    windows: bool
    fleet: int
    customers: int
    depots: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A line of a customer or depot; `combinations` are its list."""

    row: Row
    combinations: tuple[int, ...]
    window: TimeWindow | None

    @property
    def service_s(self) -> int:
        """Rounded."""
        return THOUSANDS.one(self.row.number(3, "d", at_least=0))

    @property
    def point(self) -> tuple[float, float]:
        """On the plane."""
        return self.row.number(1, "x"), self.row.number(2, "y")


def looks_like_cordeau(text: str) -> bool:
    """Whether this text begins as such a file does, with four whole numbers alone on the first line."""
    first = next((line.split() for line in text.splitlines() if line.strip()), [])
    return len(first) == 4 and all(word.isascii() and word.isdigit() for word in first)


def read_cordeau(text: str, file: str) -> ReadProblem:
    """The problem in one of Cordeau's files.

    Raises:
        BadProblemFile: if the file is cut off, of another type, or a number is missing, none or impossible; with its
            line.
    """
    rows = rows_of(text, file)
    head = _head(rows[0])
    limits = _limits(rows[1 : head.depots + 1], rows[-1], head)
    nodes = _nodes(rows[head.depots + 1 :], rows[-1], head)
    ordered = nodes[head.customers :] + nodes[: head.customers]  # depots first, as everywhere here
    coordinates = np.array([node.point for node in ordered])
    matrix = THOUSANDS.distances(coordinates, file=file)
    day = all_day(matrix, [node.service_s for node in nodes])
    depots = [
        a_depot(f"D{number + 1}", place=number, window=node.window or day)
        for number, node in enumerate(ordered[: head.depots])
    ]
    vehicles = _fleet(limits, depots, head)
    stops = [
        _stop(node, head.depots + number, day, depots=depots, vehicles=vehicles)
        for number, node in enumerate(nodes[: head.customers])
    ]
    return ReadProblem(
        name=file.rpartition(".")[0] or file,
        format="cordeau",
        convention=f"{THOUSANDS.words}; distance only",
        problem=problem_of(file, depots=depots, vehicles=vehicles, stops=stops, seconds=matrix, metres=matrix),
        scale=THOUSANDS.scale,
        factor=THOUSANDS.factor,
        coordinates=coordinates,
        numbered_vehicles=True,
    )


def _head(row: Row) -> Head:
    kind = row.whole(0, "the type", at_most=len(TYPES) - 1)
    if kind not in READ:
        known = " or ".join(f"{number} ({TYPES[number]})" for number in READ)
        raise row.refuse(f"the type is {kind} ({TYPES[kind]}); it must be {known}")
    head = Head(
        windows=READ[kind],
        fleet=row.whole(1, "m, the vehicles per depot,", at_least=1, at_most=LARGEST_FLEET),
        customers=row.whole(2, "n, the customers,", at_least=1),
        depots=row.whole(3, "t, the depots,", at_least=1, at_most=LARGEST_LIST),
    )
    if head.fleet * head.depots > LARGEST_FLEET:
        raise row.refuse(f"{head.depots} depots have {head.fleet} vehicles each; there must be at most {LARGEST_FLEET}")
    return head


def _limits(rows: list[Row], last: Row, head: Head) -> list[tuple[int | None, int]]:
    """The longest route, None for any, and the capacity at each depot."""
    limits: list[tuple[int | None, int]] = []
    for row in rows:
        if len(row.words) != 2:
            raise row.refuse(f"the line of a depot has {len(row.words)} numbers; it must have D and Q{_cut(row, last)}")
        longest = THOUSANDS.one(row.number(0, "D", at_least=0))
        limits.append((longest or None, row.whole(1, "Q", at_least=1)))
    if len(limits) < head.depots:
        raise last.refuse(f"the file ends after D and Q of {len(limits)} depots; there must be {head.depots}; cut off?")
    return limits


def _nodes(rows: list[Row], last: Row, head: Head) -> list[Node]:
    """Customers, then depots, as the file has them."""
    count = head.customers + head.depots
    for expected, row in enumerate(rows[:count], start=1):
        if row.whole(0, "i") != expected:
            raise row.refuse(f"i is {row.words[0]}; it must be {expected}, customers and then depots counting from 1")
    if len(rows) < count:
        raise last.refuse(
            f"the file ends after {len(rows)} customers and depots; "
            f"there must be {head.customers} and {head.depots}; is it cut off?"
        )
    if len(rows) > count:
        raise rows[count].refuse(
            f"this line is one too many: there are {head.customers} customers and {head.depots} depots"
        )
    return [_node(row, last, head, depot=index >= head.customers) for index, row in enumerate(rows)]


def _node(row: Row, last: Row, head: Head, *, depot: bool) -> Node:
    listed = row.whole(6, "a", at_most=LARGEST_LIST) if len(row.words) >= len(FIXED) else 0
    width = len(FIXED) + listed + 2 * head.windows
    if len(row.words) != width:
        names = f"{' '.join(FIXED)}, the list of {listed}" + (", e l" if head.windows else "")
        raise row.refuse(f"the line has {len(row.words)} numbers; it must have {width} ({names}){_cut(row, last)}")
    if not depot and row.whole(5, "f") != 1:
        raise row.refuse(f"f is {row.words[5]}; here a customer is visited once")
    window = None
    if head.windows:
        opens, closes = row.number(width - 2, "e"), row.number(width - 1, "l")
        if closes < opens:
            raise row.refuse(f"the window ends at {row.words[-1]}, before it begins at {row.words[-2]}")
        window = TimeWindow(start_s=THOUSANDS.one(opens), end_s=THOUSANDS.one(closes))
    start = len(FIXED)
    combinations = tuple(row.whole(index, "the list's number") for index in range(start, start + listed))
    return Node(row=row, combinations=combinations, window=window)


def _fleet(limits: list[tuple[int | None, int]], depots: list[Depot], head: Head) -> list[Vehicle]:
    rows = [(capacity, depot, 0, 1) for (_, capacity), depot in zip(limits, depots, strict=True)]
    fleet = a_fleet([row for row in rows for _ in range(head.fleet)], stop_count=head.customers)
    return [replace(vehicle, longest_s=limits[index // head.fleet][0]) for index, vehicle in enumerate(fleet)]


def _stop(node: Node, place: int, day: TimeWindow, *, depots: list[Depot], vehicles: list[Vehicle]) -> Stop:
    """The customer, bound to the depots of its list if these are not all."""
    stop = a_stop(
        node.row.words[0],
        place=place,
        demand=node.row.whole(4, "q"),
        window=node.window or day,
        service_s=node.service_s,
    )
    bits = {1 << (len(depots) - 1 - number): depot.id for number, depot in enumerate(depots)}
    for code in node.combinations:
        if code not in bits:
            raise node.row.refuse(f"the list names {code}; it must be a power of 2 below 2^{len(depots)}, one depot")
    may = {bits[code] for code in node.combinations}
    if not may:
        raise node.row.refuse("a is 0, so no depot may serve the customer; it must be 1 or more")
    if len(may) == len(depots):
        return stop
    if len(may) == 1:
        return replace(stop, depot=may.pop())
    return replace(stop, vehicles_allowed=frozenset(vehicle.id for vehicle in vehicles if vehicle.depot in may))


def _cut(row: Row, last: Row) -> str:
    return "; is the file cut off?" if row is last else ""
