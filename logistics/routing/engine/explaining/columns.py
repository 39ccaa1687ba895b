"""Stops as columns of numbers, so that a question about all of them is a few operations on arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.explaining.kinds import Kind, names_vehicles
from logistics.routing.engine.problem import Problem, Stop

NEVER_S = -(2**50)
"""Before every moment a problem can name (those are below 10**11), and far enough from overflow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StopColumns:
    """One row per stop, (n,) whole numbers; `opens_s` and `ends_s` are (n, w), the last window of a row repeated.

    `released_s` is `NEVER_S` for goods that are packed. `skills` are indexes into `skill_sets`.
    """

    stops: Sequence[Stop]
    place: NDArray[np.int64]
    demand_g: NDArray[np.int64]
    packages: NDArray[np.int64]
    volume_ml: NDArray[np.int64]
    serving_s: NDArray[np.int64]
    released_s: NDArray[np.int64]
    may_be_late: NDArray[np.bool_]
    opens_s: NDArray[np.int64]
    ends_s: NDArray[np.int64]
    depot: NDArray[np.int64]
    skills: NDArray[np.int64]
    skill_sets: Sequence[frozenset[str]]
    named: NDArray[np.int64]

    @classmethod
    def of(cls, problem: Problem, stops: Sequence[Stop]) -> StopColumns:
        """The columns of these stops; `depot` is an index into the problem's depots, -1 for any."""
        depots = {depot.id: index for index, depot in enumerate(problem.depots)}
        skill_sets = list({stop.skills: None for stop in stops})
        skill_index = {skills: index for index, skills in enumerate(skill_sets)}
        most = max((1 + len(stop.further_windows) for stop in stops), default=1)
        # One long tuple per stop and one array of all: a call of numpy for each column would cost more than this.
        rows = [
            (
                stop.place,
                stop.demand_g,
                stop.packages,
                stop.volume_ml,
                stop.serving_s,
                NEVER_S if stop.released_s is None else stop.released_s,
                stop.late_cents_per_h is not None,
                -1 if stop.depot is None else depots[stop.depot],
                skill_index[stop.skills],
            )
            for stop in stops
        ]
        table = np.array(rows, dtype=np.int64).reshape(len(stops), 9)
        windows = [stop.windows + (most - 1 - len(stop.further_windows)) * stop.windows[-1:] for stop in stops]
        opens = np.array([[window.start_s for window in row] for row in windows], dtype=np.int64)
        ends = np.array([[window.end_s for window in row] for row in windows], dtype=np.int64)
        return cls(
            stops=stops,
            place=table[:, 0],
            demand_g=table[:, 1],
            packages=table[:, 2],
            volume_ml=table[:, 3],
            serving_s=table[:, 4],
            released_s=table[:, 5],
            may_be_late=table[:, 6].astype(np.bool_),
            opens_s=opens.reshape(len(stops), most),
            ends_s=ends.reshape(len(stops), most),
            depot=table[:, 7],
            skills=table[:, 8],
            skill_sets=skill_sets,
            named=np.array([index for index, stop in enumerate(stops) if names_vehicles(stop)], dtype=np.int64),
        )

    def take(self, rows: NDArray[np.int64]) -> StopColumns:
        """The columns of some of the stops."""
        place_of = {int(row): place for place, row in enumerate(rows)} if len(self.named) else {}
        return StopColumns(
            stops=[self.stops[row] for row in rows],
            place=self.place[rows],
            demand_g=self.demand_g[rows],
            packages=self.packages[rows],
            volume_ml=self.volume_ml[rows],
            serving_s=self.serving_s[rows],
            released_s=self.released_s[rows],
            may_be_late=self.may_be_late[rows],
            opens_s=self.opens_s[rows],
            ends_s=self.ends_s[rows],
            depot=self.depot[rows],
            skills=self.skills[rows],
            skill_sets=self.skill_sets,
            named=np.array([place_of[int(row)] for row in self.named if int(row) in place_of], dtype=np.int64),
        )

    def allowing(self, kind: Kind) -> NDArray[np.bool_]:
        """Whether pin, allowance and ban leave a vehicle of the kind."""
        allowed = np.ones(len(self.stops), dtype=np.bool_)
        for row in self.named:
            allowed[row] = bool(kind.serving(self.stops[row]))
        return allowed

    def skilled(self, kind: Kind) -> NDArray[np.bool_]:
        """Whether vehicles of the kind have all the skills asked for."""
        enough = np.array([skills <= kind.vehicle.skills for skills in self.skill_sets], dtype=np.bool_)
        return enough[self.skills] if len(self.stops) else np.zeros(0, dtype=np.bool_)
