"""A town with masks and a ballot over them, each step in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from logistics.db import reading, transaction
from logistics.inventory.ballots import service as ballots
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import BallotOutcome
from logistics.inventory.ledger import service as ledger
from logistics.inventory.ledger.models import Item
from tests.builders import NOW
from tests.inventory.entitlement.giving import Town, a_limited_town, stocked

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DRAWN_AT = NOW + 2 * DAY
"""A day after the registration ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lots:
    """A ballot in a town, for `quantity` masks a household."""

    town: Town
    ballot_id: int


def a_stocked_town(stock: int = 100, *, limit: int | None = None, flats: int = 3) -> Town:
    """A town of 2 × flats households, its masks at the street office, with an entitlement where a limit is given."""
    town = a_limited_town(quantity=limit, flats=flats)
    stocked(town, stock, area_id=town.ref.office_id)
    return town


def a_ballot(town: Town, *, quantity: int = 5, supply: int = 10, source: str = "", days: int = 2) -> Lots:
    """A draft of the street office: two shares of five, registration for a day, two days to collect."""
    with transaction() as session:
        command = ballots.NewBallot(
            title="Masks",
            item_id=town.item_id,
            area_id=town.ref.office_id,
            quantity=quantity,
            supply=supply,
            closes_at=NOW + DAY,
            collect_days=days,
            public_source=source,
        )
        return Lots(town=town, ballot_id=ballots.create_ballot(session, command, now=NOW))


def an_open_ballot(
    town: Town, *, quantity: int = 5, supply: int = 10, source: str = "", days: int = 2, homes: int = 6
) -> Lots:
    """The same, open, with so many households registered."""
    lots = a_ballot(town, quantity=quantity, supply=supply, source=source, days=days)
    opened(lots)
    for home in range(homes):
        registered(lots, home)
    return lots


def a_drawn_ballot(town: Town, *, quantity: int = 5, supply: int = 10, days: int = 2, homes: int = 6) -> Lots:
    lots = an_open_ballot(town, quantity=quantity, supply=supply, days=days, homes=homes)
    closed(lots)
    drawn(lots)
    return lots


def opened(lots: Lots, *, now: datetime = NOW) -> None:
    with transaction() as session:
        ballots.open_ballot(session, lots.ballot_id, now=now)


def registered(lots: Lots, home: int = 0, *, now: datetime = NOW + HOUR) -> ballots.Registered:
    with transaction() as session:
        return ballots.register(session, lots.ballot_id, lots.town.homes[home], now=now)


def closed(lots: Lots, *, now: datetime = NOW + DAY) -> None:
    with transaction() as session:
        ballots.close_ballot(session, lots.ballot_id, now=now)


def drawn(lots: Lots, *, now: datetime = DRAWN_AT, public_value: str = "") -> None:
    with transaction() as session:
        ballots.draw_ballot(session, lots.ballot_id, now=now, public_value=public_value)


def moved_up(lots: Lots, *, now: datetime) -> int:
    with transaction() as session:
        return ballots.move_up(session, lots.ballot_id, now=now)


def collected(registration_id: int, *, now: datetime = DRAWN_AT + HOUR) -> None:
    with transaction() as session:
        ballots.collect(session, registration_id, now=now)


def declined(registration_id: int, *, now: datetime = DRAWN_AT + HOUR) -> None:
    with transaction() as session:
        ballots.decline(session, registration_id, now=now)


def rows(lots: Lots) -> list[BallotRegistration]:
    """Registrations in the order of the draw."""
    with reading() as session:
        statement = select(BallotRegistration).where(BallotRegistration.ballot_id == lots.ballot_id)
        return list(session.scalars(statement.order_by(BallotRegistration.rank, BallotRegistration.id)))


def outcomes(lots: Lots) -> list[str]:
    """What became of everybody, in the order of the draw."""
    return [row.outcome.value for row in rows(lots)]


def of(lots: Lots, outcome: BallotOutcome) -> list[BallotRegistration]:
    return [row for row in rows(lots) if row.outcome is outcome]


def ballot(lots: Lots) -> Ballot:
    with reading() as session:
        return session.get_one(Ballot, lots.ballot_id)


def stock(lots: Lots) -> tuple[int, int]:
    """On hand and promised at the street office."""
    with reading() as session:
        (row,) = [
            row
            for row in ledger.stock_of_areas(session, [lots.town.ref.office_id])
            if row.item_code == item_code(lots.town)
        ]
        return row.on_hand, row.promised


def item_code(town: Town) -> str:
    with reading() as session:
        return session.get_one(Item, town.item_id).code


def with_seed(lots: Lots, seed: str) -> None:
    """A draft whose seed is known, so that its draw is the same in every run."""
    with transaction() as session:
        session.execute(update(Ballot).where(Ballot.id == lots.ballot_id).values(seed=seed, salt="5a17" * 8))
