"""The problem's matrices as the kernels read them, copied only where that cannot be helped."""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.problem import UNREACHABLE, Problem, Vehicle
from logistics.routing.engine.solvers.ruin_recreate.layout import Int32s, read_only

# Rows compared at once, so that no second matrix of truth values is held.
ROWS_AT_ONCE = 256


class Matrices:
    """Metres and seconds from row to column, and both the other way round; one array wherever two would be equal.

    A closed leg is closed in `seconds`; what `metres` says of it then does not matter.
    """

    def __init__(self, problem: Problem, vehicle: Vehicle) -> None:
        travel = problem.travel(vehicle)
        metres, seconds = read_only(travel.metres), read_only(travel.seconds)
        if metres.max(initial=0) == UNREACHABLE:
            seconds = read_only(_closed_too(seconds, metres))
        self.closed = bool(seconds.max(initial=0) == UNREACHABLE)
        self.metres = metres
        self.seconds = metres if _same(metres, seconds) else seconds
        self.metres_back = _turned(metres)
        self.seconds_back = self.metres_back if self.seconds is metres else _turned(seconds)


def longest_open(matrix: Int32s) -> int:
    """The longest leg that is not closed, 0 if there is none."""
    longest = 0
    for begin in range(0, len(matrix), ROWS_AT_ONCE):
        rows = matrix[begin : begin + ROWS_AT_ONCE]
        longest = max(longest, int(np.max(rows, where=rows != UNREACHABLE, initial=0)))
    return longest


def _closed_too(seconds: Int32s, metres: Int32s) -> Int32s:
    both: NDArray[np.int32] = np.where(metres == UNREACHABLE, metres, seconds)
    return both


def _turned(matrix: Int32s) -> Int32s:
    """The matrix with rows and columns exchanged, or itself if that makes no difference."""
    if all(
        np.array_equal(matrix[begin : begin + ROWS_AT_ONCE], matrix[:, begin : begin + ROWS_AT_ONCE].T)
        for begin in range(0, len(matrix), ROWS_AT_ONCE)
    ):
        return matrix
    return read_only(matrix.T)


def _same(one: Int32s, other: Int32s) -> bool:
    return one is other or all(
        np.array_equal(one[begin : begin + ROWS_AT_ONCE], other[begin : begin + ROWS_AT_ONCE])
        for begin in range(0, len(one), ROWS_AT_ONCE)
    )
