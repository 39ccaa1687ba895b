"""Streets open to visitors only (`access=destination`): a journey may begin and end in them, never pass through.

Every journey has up to three stages: leaving the visitors' street it starts in, the public roads, the visitors' street
it ends in. A state of stage 0 is on public roads, stage 1 still leaving, stage 2 already arriving.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

IntArray = NDArray[np.int64]

FIRST = 1
LATER = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Moves between states: `tail[i]` → `head[i]` by driving `arc[i]`."""

    tail: IntArray
    head: IntArray
    arc: IntArray

    def where(self, kept: NDArray[np.bool_]) -> Moves:
        """The moves that are kept, in order."""
        return Moves(tail=self.tail[kept], head=self.head[kept], arc=self.arc[kept])


def staged(moves: Moves, arc_visitors: NDArray[np.bool_], state_count: int) -> tuple[Moves, IntArray, int]:
    """The moves with the stage told in the state's number: state `s` at stage `k` is `k * state_count + s`.

    Returns the moves, FIRST for each move that a journey may begin on (else LATER), and `state_count`.
    """
    closed = _behind_visitors(moves, arc_visitors, state_count)
    if not closed.any():
        return moves, np.full(len(moves.arc), FIRST), state_count
    public, visit = moves.where(~closed), moves.where(closed)
    at_visit = np.zeros(state_count, dtype=np.bool_)
    at_visit[visit.tail] = at_visit[visit.head] = True
    leaving = public.where(at_visit[public.tail])
    driving, out, back = 0, state_count, 2 * state_count
    parts = [
        (public, driving, driving, FIRST),
        (leaving, out, driving, LATER),
        (visit, out, out, FIRST),
        (visit, driving, back, LATER),
        (visit, back, back, LATER),
    ]
    return (
        Moves(
            tail=np.concatenate([part.tail + tail for part, tail, _, _ in parts]),
            head=np.concatenate([part.head + head for part, _, head, _ in parts]),
            arc=np.concatenate([part.arc for part, _, _, _ in parts]),
        ),
        np.concatenate([np.full(len(part.arc), first) for part, _, _, first in parts]),
        state_count,
    )


def _behind_visitors(moves: Moves, arc_visitors: NDArray[np.bool_], state_count: int) -> NDArray[np.bool_]:
    """Moves that only visitors make: on a visitors' street, or on one that is reached through such streets alone.

    The public part is the largest strongly connected part without the visitors' streets.
    """
    tagged = arc_visitors[moves.arc]
    if not tagged.any():
        return tagged
    public = moves.where(~tagged)
    links = csr_array((np.ones(len(public.arc)), (public.tail, public.head)), shape=(state_count, state_count))
    _, label = connected_components(links, directed=True, connection="strong")
    inside = label[public.tail] == label[public.head]
    if not inside.any():
        return np.ones(len(tagged), dtype=np.bool_)
    main = np.bincount(label[public.head[inside]]).argmax()
    in_main = np.zeros(len(arc_visitors), dtype=np.bool_)
    in_main[public.arc[inside & (label[public.tail] == main)]] = True
    return ~in_main[moves.arc]
