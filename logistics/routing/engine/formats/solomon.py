"""Solomon and Gehring-Homberger files (.txt): one depot, one kind of vehicle, windows.

    C109
    VEHICLE
    NUMBER     CAPACITY
      25         200
    CUSTOMER
    CUST NO.   XCOORD.   YCOORD.   DEMAND    READY TIME   DUE DATE   SERVICE TIME
        0      40         50          0          0       1236          0
        1      45         68         10        760       1120         90

Customer 0 is the depot. The convention is that of the DIMACS challenge of 2021: distance only, every distance and time
times ten and truncated, costs published in tenths; the fleet is the number of vehicles in the file, which is not to be
made smaller (Solomon 1987, DOI 10.1287/opre.35.2.254; Gehring and Homberger 1999).
"""

import re

import numpy as np

from logistics.routing.engine.formats.numbers import LARGEST_FLEET, Row, rows_of
from logistics.routing.engine.formats.parts import a_depot, a_fleet, a_stop
from logistics.routing.engine.formats.problem_file import BadProblemFile, ReadProblem, problem_of
from logistics.routing.engine.formats.rounding import TENTHS
from logistics.routing.engine.items import TimeWindow

COLUMNS = ("CUST NO.", "XCOORD.", "YCOORD.", "DEMAND", "READY TIME", "DUE DATE", "SERVICE TIME")


def looks_like_solomon(text: str) -> bool:
    """Whether this text is such a file, whole or not."""
    return re.search(r"^\s*VEHICLE\s*$", text, re.MULTILINE) is not None


def read_solomon(text: str, file: str) -> ReadProblem:
    """The problem in a Solomon or Gehring-Homberger file.

    Raises:
        BadProblemFile: if the file is cut off, or a number is missing, none, or impossible; with its line.
    """
    rows = rows_of(text, file)
    if not rows:
        raise BadProblemFile("the file is empty", file=file)
    name = " ".join(rows[0].words)
    count, capacity, customers = _parts(rows, file)
    _check_count(name, customers)
    _check_numbering(customers)
    coordinates = np.array([[row.number(1, COLUMNS[1]), row.number(2, COLUMNS[2])] for row in customers])
    windows = [_window(row) for row in customers]
    matrix = TENTHS.distances(coordinates, file=file)
    depot = a_depot("0", place=0, window=windows[0])
    stops = [
        a_stop(
            row.words[0],
            place=place,
            demand=row.whole(3, COLUMNS[3]),
            window=windows[place],
            service_s=TENTHS.one(row.number(6, COLUMNS[6], at_least=0)),
        )
        for place, row in enumerate(customers)
        if place > 0
    ]
    return ReadProblem(
        name=name,
        format="solomon",
        convention=f"{TENTHS.words}; distance only, fleet as in the file",
        problem=problem_of(
            file,
            depots=[depot],
            vehicles=a_fleet([(capacity, depot, 0, 1)] * count, stop_count=len(stops)),
            stops=stops,
            seconds=matrix,
            metres=matrix,
        ),
        scale=TENTHS.scale,
        factor=TENTHS.factor,
        coordinates=coordinates,
    )


def _parts(rows: list[Row], file: str) -> tuple[int, int, list[Row]]:
    """Vehicles, capacity and the rows of depot and customers."""
    titles = [" ".join(row.words).upper() for row in rows]
    for title in ("VEHICLE", "CUSTOMER"):
        if title not in titles:
            raise BadProblemFile(f"the file ends without a line {title}; is it cut off?", file=file, line=rows[-1].line)
    fleet = rows[titles.index("VEHICLE") + 1 : titles.index("CUSTOMER")]
    if len(fleet) != 2 or len(fleet[1].words) != 2:
        raise rows[titles.index("VEHICLE")].refuse("below it must stand NUMBER CAPACITY and two numbers")
    customers = rows[titles.index("CUSTOMER") + 2 :]
    if len(customers) < 2:
        raise rows[-1].refuse("the file ends before the first customer; is it cut off?")
    for row in customers:
        if len(row.words) != len(COLUMNS):
            cut = "; is the file cut off?" if row is rows[-1] else ""
            raise row.refuse(f"the row has {len(row.words)} numbers; it must have {len(COLUMNS)}{cut}")
    count = fleet[1].whole(0, "NUMBER", at_least=1, at_most=LARGEST_FLEET)
    return count, fleet[1].whole(1, "CAPACITY", at_least=1), customers


def _check_count(name: str, rows: list[Row]) -> None:
    """The names of both sets say how many customers there must be; a file says so nowhere else."""
    count = len(rows) - 1
    right: tuple[int, ...] = ()
    if large := re.fullmatch(r"(?:R|C|RC)[12]_(10|[2468])_\d+", name, re.IGNORECASE):
        right = (100 * int(large[1]),)
    elif re.fullmatch(r"(?:R|C|RC)[12]\d\d", name, re.IGNORECASE):
        right = (25, 50, 100)
    if right and count not in right:
        some = " or ".join(map(str, right))
        raise rows[-1].refuse(f"the file ends after {count} customers, {name} has {some}; is it cut off?")


def _check_numbering(rows: list[Row]) -> None:
    for expected, row in enumerate(rows):
        if row.whole(0, COLUMNS[0]) != expected:
            raise row.refuse(f"CUST NO. is {row.words[0]}; it must be {expected}, counting from the depot, which is 0")


def _window(row: Row) -> TimeWindow:
    ready, due = row.number(4, COLUMNS[4]), row.number(5, COLUMNS[5])
    if due < ready:
        raise row.refuse(f"DUE DATE {row.words[5]} is before READY TIME {row.words[4]}; it must not be earlier")
    return TimeWindow(start_s=TENTHS.one(ready), end_s=TENTHS.one(due))
