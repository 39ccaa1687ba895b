"""What a place counts for under the weights rule, from what is known of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from logistics.inventory.rounds.inputs.queries import Homes, Wanted, homes_below, stock_below
from logistics.inventory.rounds.inputs.record import Need

PARTS = 1_000_000
"""All needs together: a place's weight is its part of them."""
COVER_DAYS = 14
"""Cover that leaves nothing to wish: a stock for two weeks counts nothing, an empty one fourteen."""


def weights_of(
    session: Session,
    wanted: Mapping[str, Wanted],
    *,
    item_id: int,
    area_id: int,
    by: Sequence[Need],
    now: datetime,
) -> dict[str, int]:
    """The weight of each place by the chosen needs, in parts of a million; all weigh the same where none is chosen.

    A post has its own checkpoints; what its community has, households and cover, its places have in equal parts, so
    that nobody weighs more by asking for many posts. Who declined has no part.
    """
    if not by:
        return dict.fromkeys(wanted, PARTS)
    asking = {place: one for place, one in wanted.items() if one.refusal is None}
    places_of = Counter(one.area_id for one in asking.values())

    def of_community(count: Callable[[int], int]) -> dict[str, Fraction]:
        return {place: Fraction(count(one.area_id), places_of[one.area_id]) for place, one in asking.items()}

    counts: dict[Need, Mapping[str, Fraction | int]] = {}
    if Need.HOUSEHOLDS in by or Need.ELDERS in by:
        homes = defaultdict(lambda: Homes(households=0, elderly=0), homes_below(session, area_id))
        counts[Need.HOUSEHOLDS] = of_community(lambda community: homes[community].households)
        counts[Need.ELDERS] = of_community(lambda community: homes[community].elderly)
    if Need.CHECKPOINTS in by:
        counts[Need.CHECKPOINTS] = {place: one.checkpoint_count for place, one in asking.items()}
    if Need.COVER in by:
        stock = stock_below(session, item_id=item_id, area_id=area_id, now=now)

        def short_of(community: int) -> int:
            held = stock.get((item_id, community))
            return days_short(on_hand=held.available, cover=held.cover_days) if held else COVER_DAYS

        counts[Need.COVER] = of_community(short_of)
    return weigh({need: counts[need] for need in by}, places=list(wanted))


def days_short(*, on_hand: int, cover: int | None) -> int:
    """Days of the next two weeks for which a stock does not last; one that nobody draws on lasts, an empty one not."""
    if cover is None:
        return 0 if on_hand > 0 else COVER_DAYS
    return max(COVER_DAYS - cover, 0)


def weigh(counts: Mapping[Need, Mapping[str, Fraction | int]], *, places: Sequence[str]) -> dict[str, int]:
    """The part of each place in every need, all needs counting alike, in parts of a million.

    A need that nobody has is left out. A place with no part in any still weighs one part, so that it is not shut out.
    """
    totals = {need: sum(of.get(place, 0) for place in places) for need, of in counts.items()}
    felt = [need for need, total in totals.items() if total]
    if not felt:
        return dict.fromkeys(places, PARTS)
    return {
        place: max(sum(int(PARTS * counts[need].get(place, 0) // totals[need]) for need in felt) // len(felt), 1)
        for place in places
    }
