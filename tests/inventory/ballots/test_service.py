"""A ballot in the tables: committed to before, closed, drawn, collected, moved up; nothing lost and nobody twice."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from flask import Flask
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from logistics.db import reading, transaction
from logistics.errors import BadTransition, NotFound
from logistics.inventory.ballots import drawing, errors
from logistics.inventory.ballots import service as ballots
from logistics.inventory.ballots.export import document
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import BallotOutcome, BallotState
from logistics.inventory.ballots.verifying import verify
from logistics.inventory.entitlement.errors import EntitlementExceeded
from logistics.inventory.entitlement.models import EntitlementDraw
from logistics.inventory.entitlement.rules import DrawChannel
from logistics.inventory.entitlement.service import hand_over
from logistics.inventory.ledger import service as ledger
from logistics.notifications.models import Notification
from logistics.notifications.rules import Event
from logistics.outbox import Promise
from tests.builders import NOW, a_town
from tests.inventory.ballots.lots import (
    DAY,
    DRAWN_AT,
    HOUR,
    Lots,
    a_ballot,
    a_drawn_ballot,
    a_stocked_town,
    an_open_ballot,
    ballot,
    closed,
    collected,
    declined,
    drawn,
    moved_up,
    of,
    opened,
    outcomes,
    registered,
    rows,
    stock,
    with_seed,
)
from tests.inventory.entitlement import giving

SECOND = timedelta(seconds=1)


def told(event: Event) -> list[int]:
    """Households that were told of it."""
    with reading() as session:
        return sorted(session.scalars(select(Notification.household_id).where(Notification.event == event)))


def owed(job: str) -> list[object]:
    with reading() as session:
        owed = select(Promise.due_at).where(Promise.job == job, Promise.done_at.is_(None)).order_by(Promise.due_at)
        return list(session.scalars(owed))


# before the draw


def test_opening_publishes_the_commitment_and_promises_the_supply(any_tables: Flask) -> None:
    lots = a_ballot(a_stocked_town(100), supply=12)
    draft = ballot(lots)

    opened(lots)
    opened(lots)  # a second click

    found = ballot(lots)
    assert (draft.state, draft.commitment) == (BallotState.DRAFT, None)
    assert found.commitment == hashlib.sha256((found.seed + found.salt).encode()).hexdigest()
    assert (found.state, found.opened_at) == (BallotState.OPEN, NOW)
    assert stock(lots) == (100, 12)
    assert owed("close_ballot") == [NOW + DAY]


def test_seeds_are_nobodys_choice(tables: Flask) -> None:
    town = a_stocked_town(100)
    seeds = {ballot(a_ballot(town)).seed for _ in range(5)}

    assert len(seeds) == 5
    assert all(len(seed) == 64 for seed in seeds)


def test_a_ballot_without_its_supply_does_not_open(any_tables: Flask) -> None:
    lots = a_ballot(a_stocked_town(11), supply=12)

    with pytest.raises(ledger.OutOfStock):
        opened(lots)

    assert (ballot(lots).state, ballot(lots).commitment) == (BallotState.DRAFT, None)
    assert stock(lots) == (11, 0)


def test_nonsense_is_no_ballot(tables: Flask) -> None:
    town = a_stocked_town(100)

    for quantity, supply in ((0, 10), (11, 10), (5, 0), (100_001, 200_000)):
        with pytest.raises(errors.BadTerms):
            a_ballot(town, quantity=quantity, supply=supply)
    for days in (0, 61):
        with pytest.raises(errors.BadCollectDays):
            a_ballot(town, days=days)
    with pytest.raises(errors.BadSpan):
        opened(a_ballot(town), now=NOW + DAY)
    with pytest.raises(NotFound, match="No item 999"):
        a_ballot(giving.Town(ref=town.ref, item_id=999, homes=town.homes))


def test_a_household_is_registered_once(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=0)

    first, again = registered(lots), registered(lots, now=NOW + 2 * HOUR)

    assert (first.known, again.known) == (False, True)
    assert (first.code, first.registration_id) == (again.code, again.registration_id)
    assert len(first.code) == 8
    assert set(first.code) <= set(drawing.CODE_ALPHABET)
    assert told(Event.BALLOT_REGISTERED) == [first.household_id]


def test_registering_ends_to_the_moment(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=0)

    assert registered(lots, 0, now=NOW + DAY - timedelta(microseconds=1)).code
    with pytest.raises(errors.NotOpen, match="it is open, registration ends 2020-02-19T09:00"):
        registered(lots, 1, now=NOW + DAY)
    closed(lots)
    with pytest.raises(errors.NotOpen, match="it is closed"):
        registered(lots, 1)


def test_a_draft_is_nobodys_to_register_for(any_tables: Flask) -> None:
    with pytest.raises(NotFound):
        registered(a_ballot(a_stocked_town()))


def test_a_household_from_elsewhere_is_refused(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=0)
    with transaction() as session:
        stranger = a_town(session, compounds=1).households[0][0]

    with pytest.raises(errors.NotServed), transaction() as session:
        ballots.register(session, lots.ballot_id, stranger, now=NOW)
    with pytest.raises(NotFound, match="No household 999"), transaction() as session:
        ballots.register(session, lots.ballot_id, 999, now=NOW)


def test_withdrawn_it_is_off_the_list_until_that_is_closed(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=2)
    homes = lots.town.homes

    with transaction() as session:
        ballots.withdraw(session, lots.ballot_id, homes[0], now=NOW + HOUR)
    with pytest.raises(NotFound), transaction() as session:
        ballots.withdraw(session, lots.ballot_id, homes[0], now=NOW + HOUR)
    closed(lots)
    with pytest.raises(errors.NotOpen), transaction() as session:
        ballots.withdraw(session, lots.ballot_id, homes[1], now=NOW + HOUR)

    assert [row.household_id for row in rows(lots)] == [homes[1]]
    assert told(Event.BALLOT_WITHDRAWN) == [homes[0]]  # whoever took it off


def test_closing_publishes_list_and_terms(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=3, supply=10)

    closed(lots)
    closed(lots)

    found, item = ballot(lots), None
    with reading() as session:
        item = document(session, lots.ballot_id)["item"]
    lines = sorted(f"{row.code} {row.weight}\n" for row in rows(lots))
    published = f"{found.code} {item} 5 10\n" + "".join(lines)
    assert [row.weight for row in rows(lots)] == [1, 1, 1]
    assert found.list_sha256 == hashlib.sha256(published.encode()).hexdigest()
    assert owed("close_ballot") == []
    with pytest.raises(BadTransition):
        closed(a_ballot(lots.town))


def test_a_cancelled_ballot_frees_its_supply_and_tells_everybody(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(100), homes=3)

    for _ in range(2):
        with transaction() as session:
            ballots.cancel_ballot(session, lots.ballot_id, now=NOW + HOUR)

    assert (ballot(lots).state, stock(lots)) == (BallotState.CANCELLED, (100, 0))
    assert told(Event.BALLOT_CANCELLED) == sorted(lots.town.homes[:3])
    closed(lots)
    assert ballot(lots).state is BallotState.CANCELLED  # the bell that rings all the same
    with pytest.raises(BadTransition):
        drawn(lots)


# the draw


def test_the_first_of_the_draw_are_offered_what_the_supply_serves(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100), quantity=5, supply=14)  # two shares; four pieces serve nobody

    assert outcomes(lots) == ["offered"] * 2 + ["waiting"] * 4
    assert [row.rank for row in rows(lots)] == [1, 2, 3, 4, 5, 6]
    assert {row.collect_by for row in rows(lots)[:2]} == {DRAWN_AT + 2 * DAY}
    assert stock(lots) == (100, 10)  # the four are free again
    assert told(Event.BALLOT_OFFERED) == sorted(row.household_id for row in rows(lots)[:2])
    assert told(Event.BALLOT_WAITING) == sorted(row.household_id for row in rows(lots)[2:])
    assert owed("move_up_ballot") == [DRAWN_AT + 2 * DAY]


def test_the_draw_is_what_seed_and_list_say_and_anybody_can_check(any_tables: Flask) -> None:
    lots = a_ballot(a_stocked_town(100))
    with_seed(lots, "5eed" * 16)
    opened(lots)
    for home in range(6):
        registered(lots, home)
    closed(lots)
    with reading() as session:
        before = document(session, lots.ballot_id)

    drawn(lots)
    drawn(lots, now=DRAWN_AT + HOUR)  # a second click

    found = ballot(lots)
    assert found.list_sha256 is not None
    seed = drawing.draw_seed("5eed" * 16, found.list_sha256, "")
    entrants = [drawing.Entrant(code=row.code, weight=1) for row in rows(lots)]
    assert [row.code for row in rows(lots)] == [p.code for p in drawing.draw(entrants, seed=seed)]
    with reading() as session:
        verdict = verify(document(session, lots.ballot_id))
    assert verdict.winners == verdict.holders == tuple(row.code for row in rows(lots)[:2])
    assert (before["seed"], before["salt"], before["commitment"]) == (None, None, found.commitment)
    assert found.drawn_at == DRAWN_AT


def test_the_published_document_holds_no_household(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town())

    with reading() as session:
        published = document(session, lots.ballot_id)

    assert set(published["registrations"][0]) == {"rank", "code", "weight", "sha256", "ticket", "outcome"}
    assert not {"household", "household_id", "account", "registered_at"} & set(published)


def test_of_a_draft_nothing_is_published(any_tables: Flask) -> None:
    lots = a_ballot(a_stocked_town())

    with pytest.raises(NotFound), reading() as session:
        document(session, lots.ballot_id)


def test_a_public_number_must_come_with_the_draw_if_and_only_if_one_was_announced(any_tables: Flask) -> None:
    town = a_stocked_town(100)
    announced, plain = an_open_ballot(town, source="lottery of 19 February"), an_open_ballot(town)
    closed(announced)
    closed(plain)

    with pytest.raises(errors.NothingPublished, match=r"waits for a public number \(lottery of 19 February\)"):
        drawn(announced)
    with pytest.raises(errors.PublicValueUnasked):
        drawn(plain, public_value="07 12 29")
    drawn(announced, public_value="07 12 29")

    with reading() as session:
        published = document(session, announced.ballot_id)
    assert (published["public_source"], published["public_value"]) == ("lottery of 19 February", "07 12 29")
    assert verify(published).shares == 2


def test_a_ballot_that_is_not_closed_is_not_drawn(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town())

    with pytest.raises(BadTransition, match="is open and cannot become drawn"):
        drawn(lots)


def test_a_ballot_that_nobody_registered_for_is_done(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100), homes=0)

    assert (ballot(lots).state, stock(lots)) == (BallotState.DONE, (100, 0))
    with reading() as session:
        assert verify(document(session, lots.ballot_id)).winners == ()


def test_fewer_households_than_shares_all_win(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100), supply=50, homes=3)

    assert outcomes(lots) == ["offered"] * 3
    assert stock(lots) == (100, 15)


def test_a_draw_whose_supply_went_elsewhere_is_not_half_a_draw(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(10), supply=10)
    closed(lots)
    late = NOW + 40 * DAY
    with transaction() as session:
        assert ledger.expire_due(session, now=late) == 1
    giving.taken(lots.town, 6, area_id=lots.town.ref.office_id, after=late - NOW)

    with pytest.raises(ledger.OutOfStock):
        drawn(lots, now=late)

    assert outcomes(lots) == ["registered"] * 6
    assert (ballot(lots).state, stock(lots)) == (BallotState.CLOSED, (10, 6))


# what follows


def test_a_winner_draws_from_its_entitlement_and_collects_until_its_days_are_over(any_tables: Flask) -> None:
    town = a_stocked_town(100, limit=5)
    lots = a_drawn_ballot(town)
    first, second = rows(lots)[:2]

    collected(first.id, now=DRAWN_AT + 2 * DAY - SECOND)
    collected(first.id, now=DRAWN_AT + 2 * DAY)  # done again
    with pytest.raises(errors.TooLate):
        collected(second.id, now=DRAWN_AT + 2 * DAY)

    assert outcomes(lots)[:2] == ["collected", "offered"]
    assert stock(lots) == (95, 5)
    home = town.homes.index(first.household_id)
    assert giving.left(town, home=home, after=2 * DAY).available == 0
    with reading() as session:
        channels = session.scalars(
            select(EntitlementDraw.channel).where(EntitlementDraw.household_id == first.household_id)
        )
        assert channels.all() == [DrawChannel.BALLOT]


def test_when_the_days_are_over_the_next_moves_up_and_the_supply_stays_whole(any_tables: Flask) -> None:
    town = a_stocked_town(100, limit=5)
    lots = a_drawn_ballot(town)
    first, second, third = rows(lots)[:3]
    collected(first.id)
    after = DRAWN_AT + 2 * DAY

    early, in_time, again = moved_up(lots, now=after - SECOND), moved_up(lots, now=after), moved_up(lots, now=after)

    assert (early, in_time, again) == (0, 1, 0)
    assert outcomes(lots) == ["collected", "lapsed", "offered", "waiting", "waiting", "waiting"]
    assert rows(lots)[2].collect_by == after + 2 * DAY
    assert stock(lots) == (95, 5)
    assert told(Event.BALLOT_LAPSED) == [second.household_id]
    assert third.household_id in told(Event.BALLOT_OFFERED)
    assert owed("move_up_ballot") == [DRAWN_AT + 2 * DAY, after + 2 * DAY]
    # what lapsed was given back to the household's entitlement
    assert giving.left(town, home=town.homes.index(second.household_id), after=after - NOW).available == 5
    with reading() as session:
        moved = session.scalars(
            select(Notification.data).where(
                Notification.event == Event.BALLOT_OFFERED, Notification.household_id == third.household_id
            )
        ).one()
    assert (moved["moved_up"], moved["rank"]) == (True, 3)


def test_who_needs_nothing_lets_the_next_move_up_at_once(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100))
    first = rows(lots)[0]

    declined(first.id)
    declined(first.id)

    assert outcomes(lots) == ["declined", "offered", "offered", "waiting", "waiting", "waiting"]
    assert stock(lots) == (100, 10)
    with pytest.raises(errors.NotOffered, match="it is declined"):
        collected(first.id)
    with pytest.raises(errors.NotOffered, match="it is waiting"):
        declined(rows(lots)[3].id)


def test_who_drew_the_item_elsewhere_is_passed_over(any_tables: Flask) -> None:
    town = a_stocked_town(100, limit=5)
    lots = an_open_ballot(town)
    for home in (0, 1):
        giving.taken(town, 1, home=home, area_id=town.ref.office_id, after=HOUR)
    closed(lots)
    drawn(lots)

    by_home = {row.household_id: row for row in rows(lots)}
    offered = of(lots, BallotOutcome.OFFERED)
    passed = of(lots, BallotOutcome.PASSED_OVER)
    assert len(offered) == 2
    assert not {row.household_id for row in offered} & set(town.homes[:2])
    # whoever of the two came before the last one offered was passed over; the other one waits
    last = max(row.rank or 0 for row in offered)
    expected = [row for home in town.homes[:2] if ((row := by_home[home]).rank or 0) < last]
    assert {row.id for row in passed} == {row.id for row in expected}
    assert told(Event.BALLOT_PASSED_OVER) == sorted(row.household_id for row in expected)
    with reading() as session:
        verify(document(session, lots.ballot_id))


def test_with_everything_collected_the_others_have_lost(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100))

    for row in rows(lots)[:2]:
        collected(row.id)

    assert outcomes(lots) == ["collected"] * 2 + ["lost"] * 4
    assert (ballot(lots).state, stock(lots)) == (BallotState.DONE, (90, 0))
    assert told(Event.BALLOT_LOST) == sorted(row.household_id for row in rows(lots)[2:])
    assert moved_up(lots, now=DRAWN_AT + 9 * DAY) == 0
    with reading() as session:
        verify(document(session, lots.ballot_id))


def test_with_nobody_left_to_move_up_the_rest_is_free_again(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100), homes=2)

    moved_up(lots, now=DRAWN_AT + 2 * DAY)

    assert outcomes(lots) == ["lapsed", "lapsed"]
    assert (ballot(lots).state, stock(lots)) == (BallotState.DONE, (100, 0))


def test_what_was_handed_out_past_the_ballot_counts_as_collected(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town(100))
    with transaction() as session:
        draw_id = session.scalars(
            select(EntitlementDraw.id).where(EntitlementDraw.household_id == rows(lots)[0].household_id)
        ).one()
        hand_over(session, draw_id, now=DRAWN_AT + HOUR)

    assert moved_up(lots, now=DRAWN_AT + 2 * DAY) == 1  # the second one lapsed

    assert outcomes(lots)[:3] == ["collected", "lapsed", "offered"]
    assert stock(lots) == (95, 5)


def test_losers_carry_their_weight_into_the_next_ballot_of_the_item(any_tables: Flask) -> None:
    town, other = a_stocked_town(1_000), a_stocked_town(1_000)
    first = a_drawn_ballot(town)
    winners = {row.household_id for row in rows(first)[:2]}
    for row in rows(first)[:2]:
        collected(row.id)

    second = an_open_ballot(town)
    closed(second)
    same_homes_other_item = giving.Town(ref=town.ref, item_id=other.item_id, homes=town.homes)
    giving.stocked(same_homes_other_item, 100, area_id=town.ref.office_id)
    third = an_open_ballot(same_homes_other_item)
    closed(third)

    assert {row.household_id: row.weight for row in rows(second)} == {
        home: 1 if home in winners else 2 for home in town.homes
    }
    assert {row.weight for row in rows(third)} == {1}
    drawn(second, now=DRAWN_AT + DAY)
    with reading() as session:
        verify(document(session, second.ballot_id))
    fourth = an_open_ballot(town)
    closed(fourth)
    reached = {row.household_id for row in rows(second) if row.outcome is BallotOutcome.OFFERED}
    assert {row.household_id: row.weight for row in rows(fourth)} == {
        home: 1 if home in reached else 2 if home in winners else 3 for home in town.homes
    }


# the second line


def test_the_database_keeps_a_drawn_ballot_to_what_it_published(any_tables: Flask) -> None:
    lots = a_drawn_ballot(a_stocked_town())
    edits = (
        *(update(Ballot).values({name: "0" * 64}) for name in ("seed", "commitment", "list_sha256")),
        update(Ballot).values(salt="0" * 32),
        update(Ballot).values(supply=1_000),
        update(Ballot).values(closes_at=NOW + 2 * DAY),
        update(Ballot).values(collect_days=9),
        update(Ballot).values(public_value="07"),
        update(BallotRegistration).values(weight=9),
        update(BallotRegistration).values(code="ZZZZZZZZ"),
        update(BallotRegistration).where(BallotRegistration.rank == 1).values(rank=99),
        update(BallotRegistration).values(ticket="0" * 64),
        delete(BallotRegistration),
    )

    for edit in edits:
        with pytest.raises(DBAPIError, match=r"keeps to what|keeps its place|is not open"), transaction() as session:
            session.execute(edit)

    with reading() as session:
        verify(document(session, lots.ballot_id))


def test_the_database_takes_no_registration_after_the_closing(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=1)
    closed(lots)
    row = {"ballot_id": lots.ballot_id, "household_id": lots.town.homes[1], "code": "ZZZZZZZZ", "weight": 1}

    with pytest.raises(DBAPIError, match="the ballot is not open"), transaction() as session:
        session.execute(insert(BallotRegistration).values(**row, outcome=BallotOutcome.REGISTERED, registered_at=NOW))


# everything together


class Following(RuleBasedStateMachine):
    """A drawn ballot whose winners collect, decline or let their days pass, in any order."""

    lots: Lots

    def __init__(self) -> None:
        super().__init__()
        self.now = DRAWN_AT

    @initialize(supply=st.integers(5, 30), homes=st.integers(0, 6))
    def begin(self, supply: int, homes: int) -> None:
        self.now = DRAWN_AT
        self.lots = a_drawn_ballot(a_stocked_town(100, limit=5), supply=supply, homes=homes)
        self.shares = supply // 5

    @rule(hours=st.sampled_from([1, 24, 47, 48, 49]))
    def wait(self, hours: int) -> None:
        self.now += hours * HOUR

    @rule()
    def ring(self) -> None:
        moved_up(self.lots, now=self.now)

    @rule(place=st.integers(0, 5))
    def collect(self, place: int) -> None:
        found = of(self.lots, BallotOutcome.OFFERED)
        if found:
            row = found[place % len(found)]
            try:
                collected(row.id, now=self.now)
            except errors.TooLate:
                assert row.collect_by is not None
                assert self.now >= row.collect_by

    @rule(place=st.integers(0, 5))
    def decline(self, place: int) -> None:
        found = of(self.lots, BallotOutcome.OFFERED)
        if found:
            declined(found[place % len(found)].id, now=self.now)

    @rule(home=st.integers(0, 5))
    def draw_elsewhere(self, home: int) -> None:
        try:
            giving.taken(
                self.lots.town, 1, home=home, area_id=self.lots.town.ref.office_id, after=self.now - NOW, days=30
            )
        except EntitlementExceeded:
            return

    @invariant()
    def the_supply_is_whole_and_nobody_has_two_shares(self) -> None:
        found = rows(self.lots)
        offered = [row for row in found if row.outcome is BallotOutcome.OFFERED]
        got = [row for row in found if row.outcome is BallotOutcome.COLLECTED]
        assert len(offered) + len(got) <= self.shares
        with reading() as session:
            verify(document(session, self.lots.ballot_id))  # also: no share idles while somebody waits
            channels = select(EntitlementDraw.id, EntitlementDraw.quantity, EntitlementDraw.channel)
            elsewhere = sum(
                row.quantity
                for row in session.execute(channels.where(EntitlementDraw.item_id == self.lots.town.item_id))
                if row.channel is not DrawChannel.BALLOT
            )
        assert stock(self.lots) == (100 - 5 * len(got), 5 * len(offered) + elsewhere)


def test_moving_up_conserves_the_supply_whatever_the_winners_do(tables: Flask) -> None:
    run_state_machine_as_test(Following, settings=settings(max_examples=10, stateful_step_count=20, deadline=None))
