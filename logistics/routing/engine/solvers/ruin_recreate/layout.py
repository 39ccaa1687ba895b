"""How the kernel's arrays are laid out: which column holds what.

A node is a stop (0 … n-1) or a slot's gate (n + slot): the depot where that slot's route begins and ends, so a route is
a ring through its gate. All that an insertion test reads of a node lies in 64 bytes, one line of the processor's cache.
Times are seconds since the earliest hour of any vehicle.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Floats = NDArray[np.float64]
Random = NDArray[np.uint64]
Number = Any
"""A number inside a kernel: int64 or float64 there, an int or float where the kernel is called from."""

# A node's columns. ROUTE is the slot, or -1 for a stop that is in no route of this state; WAS_OUT 1 if it was in none
# before the step.
# EARLIEST and LATEST bound the start of service given the stops before and after (Savelsbergh 1992, DOI
# 10.1287/ijoc.4.2.146). The last four are duration segments (Vidal et al. 2013, DOI 10.1016/j.cor.2012.07.018): the
# shortest time from the departure at the depot to that from here and the latest departure that gives it; the shortest
# time from the start of service here to the return and the earliest start that gives it.
NODE_COLUMNS = 16
NEXT, PREVIOUS, ROUTE, EARLIEST, LATEST, OPENS, CLOSES, SERVICE = range(8)
METRES_IN, SECONDS_IN, METRES_OUT, WAS_OUT, HEAD_S, HEAD_LATEST, TAIL_S, TAIL_EARLIEST = range(8, 16)

# A slot's columns; money in fine units.
ROOM_G, ROOM_PACKAGES, ROOM_ML, SIZE, COST, METRES, SECONDS, KIND = range(8)
SLOT_COLUMNS = 8

# The columns of a kind of vehicle. Its slots are FIRST_SLOT … FIRST_SLOT + SLOTS - 1.
PER_METRE, PER_SECOND, FIXED, CAPACITY_G, CAPACITY_PACKAGES, CAPACITY_ML = range(6)
LONGEST_S, LONGEST_M, MOST_STOPS, FIRST_SLOT, SLOTS, START_PLACE, END_PLACE, HOURS_START, HOURS_END = range(6, 15)
KIND_COLUMNS = 16

# A stop's columns. ACCESS is the row of the table of kinds that may serve it; PRICE what leaving it out costs, in fine
# units; OPTIONAL 1 if that price is the caller's, so that serving it must be cheaper.
GRAMS, PACKAGES, ML, ACCESS, PRICE, OPTIONAL = range(6)
STOP_COLUMNS = 8

# By what stops may be put in order before they are inserted: the load as a share of the largest vehicle, the distance
# to the nearest depot.
SHARE, DEPOT_DISTANCE = range(2)

# Which rules bind in this problem, so that the kernel skips the others: TIMED, hours or windows; WAITING, a longer wait
# costs money or time that is limited; CLOCKED, seconds are needed at all; CLOSED, some legs may not be driven;
# MIXED, there are several kinds of vehicle; ACCESS_BOUND, some kinds may not serve some stops; EXCHANGED, some kinds
# differ in loads and prices alone, so that a route may become cheaper after all its stops are in place.
TIMED, WAITING, CLOCKED, LIMITED, MIXED, ACCESS_BOUND, EXCHANGED = range(7)
FLAGS = 8

# The numbers of a state: cost now and of the best plan met (fine units, prices of what is left out included), how many
# stops are left out in each, how many routes changed since the best, the steps done so far, how many seeds and changes
# of the free slots are listed.
NOW, BEST, LEFT_OUT, BEST_LEFT_OUT, CHANGED, STEP, SEED_COUNT, TOUCHED_COUNT, FREED_COUNT, REMOVED_COUNT = range(10)
NUMBERS = 16

FAR = np.int64(1) << np.int64(60)
"""More than any cost."""


class Tables(NamedTuple):
    """What no search changes; the matrices are the problem's own. `entries` and `exits`: where a node is entered, left.

    `before_m` and `after_m` are the metres from the neighbours of `before` and to those of `after`; `least` is one
    number, the least that a metre costs.
    """

    metres: Int32s
    metres_back: Int32s
    seconds: Int32s
    seconds_back: Int32s
    entries: Int32s
    exits: Int32s
    stops: Int64s
    kinds: Int64s
    access: NDArray[np.uint8]
    before: Int32s
    after: Int32s
    before_m: Int32s
    after_m: Int32s
    near: Int32s
    least: Int64s
    keys: Floats
    flags: Int64s


class State(NamedTuple):
    """One search; threads may search in states of their own over the same tables."""

    nodes: Int32s
    slots: Int64s
    free: Int32s
    free_count: Int64s
    left_out: Int32s
    seeds: Int32s
    numbers: Int64s
    random: Random
    best_next: Int32s
    best_left_out: Int32s
    changed: NDArray[np.uint8]
    changed_slots: Int32s
    log: Int32s
    stamps: Int64s
    ruined: Int64s
    touched: Int32s
    backup: Int64s
    freed: Int32s
    removed: Int32s
    missed: Int32s
    ranks: Floats
    every_slot: Int32s


class Settings(NamedTuple):
    """How much is removed and how (Christiaens & Vanden Berghe 2020): the mean number of stops in one step, the longest
    string, the chance of a string with a gap and that the gap grows, the chance that a place is overlooked.

    `retype_chance` is that of the seed's route changing its kind of vehicle first: with five kinds and large fixed
    costs the same number of steps ends 26 % above the best known at 0, 4 % at 0.1 and 1 % at 0.3. For `looked_at` see
    `recreate.place_one`: 100 made a step a fifth longer.
    """

    removed_mean: float = 10.0
    string_max: float = 10.0
    gap_chance: float = 0.5
    gap_growth: float = 0.01
    blink_chance: float = 0.01
    retype_chance: float = 0.3
    looked_at: float = 32.0


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """The same numbers, contiguous and locked: the kernels are compiled for exactly this kind of array."""
    view = np.ascontiguousarray(array).view()
    view.flags.writeable = False
    return view
