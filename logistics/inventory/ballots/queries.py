"""What is read of ballots: the facts a closing needs, and what a viewer may see."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import case, func, literal, select
from sqlalchemy.orm import Session, aliased

from logistics.access import Viewer
from logistics.communities.models import Area, Building, Compound, Household
from logistics.communities.scope import sees_household
from logistics.errors import NotFound
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import BallotState, PastDraw
from logistics.inventory.ballots.scope import runs_ballot, sees_ballot
from logistics.inventory.ballots.views import BallotDetail, BallotView, OutcomeCount, RegistrationView
from logistics.inventory.ledger.models import Item
from logistics.views import PAGE_SIZE, Rows, read, read_fields


def item_code(session: Session, item_id: int) -> str:
    """Raises NotFound: no such item."""
    found = session.scalar(select(Item.code).where(Item.id == item_id))
    if found is None:
        raise NotFound(kind="item", key=item_id)
    return found


def past_draws(session: Session, *, ballot_id: int, item_id: int) -> dict[int, list[PastDraw]]:
    """What the earlier draws of the same item brought the households registered in a ballot, by household."""
    earlier = aliased(BallotRegistration)
    rows = session.execute(
        select(earlier.household_id, Ballot.drawn_at, earlier.outcome)
        .join(Ballot, Ballot.id == earlier.ballot_id)
        .join(
            BallotRegistration,
            (BallotRegistration.household_id == earlier.household_id) & (BallotRegistration.ballot_id == ballot_id),
        )
        .where(Ballot.item_id == item_id, Ballot.drawn_at.is_not(None), Ballot.id != ballot_id)
    )
    found: dict[int, list[PastDraw]] = defaultdict(list)
    for household_id, drawn_at, outcome in rows:
        assert drawn_at is not None
        found[household_id].append(PastDraw(drawn_at=drawn_at, outcome=outcome))
    return found


def ballots(
    session: Session,
    viewer: Viewer,
    *,
    state: BallotState | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[BallotView]:
    """The viewer's ballots, latest closing first."""
    statement = _ballots(viewer).order_by(Ballot.closes_at.desc(), Ballot.id.desc())
    if state is not None:
        statement = statement.where(Ballot.state == state)
    return read(session, statement.limit(limit).offset(offset), BallotView)


def ballot(session: Session, viewer: Viewer, ballot_id: int) -> BallotDetail:
    """One ballot with how many registrations have which outcome. Raises NotFound."""
    statement = _ballots(viewer).add_columns(runs_ballot(viewer).label("manages")).where(Ballot.id == ballot_id)
    fields = dict(read_fields(session, statement, kind="ballot", key=ballot_id))
    counts = (
        select(BallotRegistration.outcome, func.count().label("count"))
        .where(BallotRegistration.ballot_id == ballot_id)
        .group_by(BallotRegistration.outcome)
        .order_by(BallotRegistration.outcome)
    )
    manages = bool(fields.pop("manages"))
    return BallotDetail(**fields, manages=manages, outcomes=tuple(read(session, counts, OutcomeCount)))


def registrations(
    session: Session,
    viewer: Viewer,
    *,
    ballot_id: int | None = None,
    household_id: int | None = None,
    limit: int = PAGE_SIZE,
    offset: int = 0,
) -> list[RegistrationView]:
    """Registrations of the viewer's households, by ballot (the latest first) and place in the draw."""
    statement = _registrations(viewer).order_by(Ballot.closes_at.desc(), Ballot.id.desc(), *_IN_ORDER)
    if ballot_id is not None:
        statement = statement.where(BallotRegistration.ballot_id == ballot_id)
    if household_id is not None:
        statement = statement.where(BallotRegistration.household_id == household_id)
    return read(session, statement.limit(limit).offset(offset), RegistrationView)


def registration(session: Session, viewer: Viewer, registration_id: int) -> RegistrationView:
    """One registration. Raises NotFound."""
    statement = _registrations(viewer).where(BallotRegistration.id == registration_id)
    return RegistrationView(**read_fields(session, statement, kind="registration", key=registration_id))


_IN_ORDER = (BallotRegistration.rank.is_(None), BallotRegistration.rank, BallotRegistration.code)


def _ballots(viewer: Viewer) -> Rows:
    drawn = Ballot.drawn_at.is_not(None)
    count = (
        select(func.count(BallotRegistration.id))
        .where(BallotRegistration.ballot_id == Ballot.id)
        .scalar_subquery()
        .label("registration_count")
    )
    return (
        select(
            Ballot.id,
            Ballot.code,
            Ballot.title,
            Ballot.item_id,
            Item.code.label("item_code"),
            Item.name.label("item_name"),
            Item.unit,
            Ballot.area_id,
            Area.name.label("area_name"),
            Ballot.quantity,
            Ballot.supply,
            Ballot.collect_days,
            Ballot.state,
            Ballot.closes_at,
            Ballot.public_source,
            Ballot.public_value,
            func.coalesce(Ballot.commitment, "").label("commitment"),
            func.coalesce(Ballot.list_sha256, "").label("list_sha256"),
            case((drawn, Ballot.seed), else_=literal("")).label("seed"),
            case((drawn, Ballot.salt), else_=literal("")).label("salt"),
            Ballot.opened_at,
            Ballot.closed_at,
            Ballot.drawn_at,
            Ballot.ended_at,
            count,
        )
        .join(Item, Item.id == Ballot.item_id)
        .join(Area, Area.id == Ballot.area_id)
        .where(sees_ballot(viewer))
    )


def _registrations(viewer: Viewer) -> Rows:
    return (
        select(
            BallotRegistration.id,
            BallotRegistration.ballot_id,
            Ballot.code.label("ballot_code"),
            Ballot.title.label("ballot_title"),
            BallotRegistration.household_id,
            Household.code.label("household_code"),
            Compound.name.label("compound_name"),
            Building.number.label("building"),
            Household.unit,
            Household.flat,
            BallotRegistration.code,
            BallotRegistration.weight,
            BallotRegistration.rank,
            BallotRegistration.outcome,
            BallotRegistration.registered_at,
            BallotRegistration.offered_at,
            BallotRegistration.collect_by,
            BallotRegistration.resolved_at,
        )
        .join(Ballot, Ballot.id == BallotRegistration.ballot_id)
        .join(Household, Household.id == BallotRegistration.household_id)
        .join(Building, Building.id == Household.building_id)
        .join(Compound, Compound.id == Building.compound_id)
        .where(sees_household(viewer, BallotRegistration.household_id))
    )
