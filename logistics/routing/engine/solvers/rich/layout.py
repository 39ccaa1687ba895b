"""How the search's arrays are laid out: which column holds what.

A node is a stop (0 … n - 1), a marker where a vehicle loads again, or the start or the end of a vehicle's route. A
route is a row of stops and markers in order; its start and end are not in the row. Money is in fine units, times are
the problem's own seconds.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.solvers.rich.compiling import Number as Number

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]

# A stop's columns. Its windows are rows FIRST_WINDOW … FIRST_WINDOW + WINDOWS - 1; RELEASED is -NEVER if its goods are
# packed anyway; LATE is the price of a second, -1 where windows are hard; CLASS its row in the table of who may serve
# it; GROUP -1 for a stop of its own; POSITION 0 if it may be anywhere; WEIGHT what it counts to serve it, 0 for a stop
# that has a price, DROP, instead.
PLACE, GRAMS, PACKAGES, ML, SERVING, FIRST_WINDOW, WINDOWS, RELEASED = range(8)
LATE, CLASS, GROUP, POSITION, WEIGHT, DROP, LAST_END = range(8, 15)
STOP_COLUMNS = 16

# A vehicle's columns. FIRST_MARKER is the first of its RELOADS markers; EXACT 1 if more than metres and hard windows
# decide about an insertion, so that the route must be timed; CLOCKED 1 if the time between departure and return is paid
# or limited; PINNED 1 if a stop has a position on it.
START_PLACE, END_PLACE, DEPOT_PLACE, PROFILE, CAPACITY_G, CAPACITY_PACKAGES, CAPACITY_ML, OPENS = range(8)
CLOSES, LONGEST_S, LONGEST_M, MOST_STOPS, RELOADS, RELOAD_S, BREAKS, UNDERWAY = range(8, 16)
FIXED, PER_METRE, PER_SECOND, KIND, FIRST_MARKER, EXACT, PINNED, CLOCKED = range(16, 24)
DEPOT_OPENS, DEPOT_CLOSES = range(24, 26)
VEHICLE_COLUMNS = 26

# A break's columns.
FROM, UNTIL, LASTS = range(3)

# A route's columns: how many nodes and how many of them stops; money without the price on the longest route; seconds
# between departure and return; metres; seconds driven, served and loaded, at the matrix' speed; what pinned positions
# that are missed cost in the search, and the weight and the drop costs of the stops that must leave because of them;
# the step that touched it last and the one that ruined it last.
SIZE, VISITS, MONEY, PAID, METRES, WORK, PENALTY, LOST, LOST_DROP, TOUCHED, RUINED = range(11)
ROUTE_COLUMNS = 12

# What a trip carries, at the node where it begins: the load, and when the last of its goods are packed.
TRIP_G, TRIP_PACKAGES, TRIP_ML, TRIP_RELEASED = range(4)

# The numbers of a state.
STEP, ABSENT, OLD_ABSENT, TOUCHED_COUNT, CHANGED_COUNT, FOUND = range(6)
MONEY_NOW, WEIGHT_NOW, PENALTY_NOW, MONEY_BEST, WEIGHT_BEST, LONGEST, LONGEST_OF, SECOND_LONGEST = range(6, 14)
NUMBERS = 16

# What timing a route says: money, seconds paid, penalty and weight of missed positions.
OUT_MONEY, OUT_PAID, OUT_PENALTY, OUT_LOST, OUT_LOST_DROP, OUT_DEPART, OUT_RETURN, OUT_LATE = range(8)
OUT_METRES = 8
OUT = 9

# The best insertion met: what it adds, the vehicle, the index in its row, and where a marker comes with it.
ADDS, VEHICLE, INDEX, MARKER = range(4)
# As numpy's integers, because numba compiles a function anew for every constant that it is called with.
NO_MARKER, MARKER_BEFORE, MARKER_AFTER = np.int64(0), np.int64(1), np.int64(2)
ZERO, ONE, YES, NO = np.int64(0), np.int64(1), np.bool_(True), np.bool_(False)
BEST_COLUMNS = 4

# Rules that bind somewhere in this problem, so that others cost nothing; BALANCE is the price of a paid second on the
# longest route; WEIGHT_PRICE what a unit of weight left out counts in fine units when two plans are compared.
BALANCE, WEIGHT_PRICE, ANY_RELEASE, ANY_LATE, ANY_GROUP, ANY_POSITION = range(6)
RULES = 8

FAR = np.int64(1) << np.int64(60)
"""More than any cost."""
NEVER = np.int64(1) << np.int64(40)
"""Later than any moment; -NEVER is earlier than any."""
CLOSED = np.int64(2**31 - 1)
CLOSED_WAY = np.int64(1) << np.int64(55)
"""More metres than any limit."""


class Tables(NamedTuple):
    """What no search changes. `metres` and `seconds` are (profiles, places, places)."""

    metres: Int32s
    seconds: Int32s
    speed_starts: Int64s
    speed_percents: Int64s
    speed_counts: Int64s
    stops: Int64s
    windows: Int64s
    vehicles: Int64s
    breaks: Int64s
    access: NDArray[np.uint8]
    kind_starts: Int64s
    kind_vehicles: Int64s
    group_starts: Int64s
    group_stops: Int64s
    before: Int32s
    after: Int32s
    near: Int32s
    keys: Floats
    rules: Int64s


class State(NamedTuple):
    """One search; threads search in states of their own over the same tables.

    `ready` is when a vehicle may leave a node and `latest` when it must arrive there, for each number of breaks taken;
    `heads` the node where the node's trip begins, `trips` what that trip carries, `tardy` what lateness has cost until
    then.
    """

    rows: Int64s
    routes: Int64s
    route_of: Int64s
    index_of: Int64s
    ready: Int64s
    latest: Int64s
    heads: Int64s
    trips: Int64s
    tardy: Int64s
    absent: Int64s
    empty_of_kind: Int64s
    backup_rows: Int64s
    backup_routes: Int64s
    backup_absent: Int64s
    touched: Int64s
    best_rows: Int64s
    best_sizes: Int64s
    changed: NDArray[np.uint8]
    changed_routes: Int64s
    alone: Int64s
    trial: Int64s
    spare: Int64s
    stands: Int64s
    starts: Int64s
    clocks: Int64s
    path: Int64s
    walk: Int64s
    out: Int64s
    best: Int64s
    numbers: Int64s
    ranks: Floats
    order: Int64s
    out_before: NDArray[np.uint8]
    random: NDArray[np.uint64]


class Settings(NamedTuple):
    """How much is removed and how (Christiaens & Vanden Berghe 2020): the mean number of stops in one step, the longest
    string, the chance of a string with a gap and that the gap grows, the chance that a place is overlooked; and the
    chances that stops are drawn anywhere, that a whole route goes, and that a stop goes back at more than its price."""

    removed_mean: float = 10.0
    string_max: float = 10.0
    gap_chance: float = 0.5
    gap_growth: float = 0.01
    blink_chance: float = 0.01
    scatter_chance: float = 0.02
    whole_route_chance: float = 0.02
    daring_chance: float = 0.2


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """The same numbers, contiguous and locked: the functions are compiled for exactly this kind of array."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
