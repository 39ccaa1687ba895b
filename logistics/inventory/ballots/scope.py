"""Whose ballots a viewer sees, and whose it runs.

An office runs those of its area and below and sees those above it, which its households may register for; a resident
sees those of the areas it lives in. Drafts are seen by who runs them alone.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Account, Role
from logistics.communities.scope import AREA_ROLES, area_and_above, area_and_below, community_of, sees_household
from logistics.errors import NotFound
from logistics.inventory.ballots.errors import NotYoursToDecline, NotYoursToWithdraw
from logistics.inventory.ballots.models import Ballot, BallotRegistration
from logistics.inventory.ballots.rules import BallotState


def runs_ballot(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a ballot is the viewer's to open, close, draw and cancel."""
    if viewer.role is Role.ADMIN:
        return true()
    if viewer.role is Role.STREET_OFFICE:
        return Ballot.area_id.in_(area_and_below(viewer.area_id))
    return false()


def sees_ballot(viewer: Viewer) -> ColumnElement[bool]:
    """Whether a ballot is the viewer's to see."""
    if viewer.role in AREA_ROLES:
        served = or_(
            Ballot.area_id.in_(area_and_above(viewer.area_id)), Ballot.area_id.in_(area_and_below(viewer.area_id))
        )
    elif viewer.role is Role.RESIDENT:
        served = Ballot.area_id.in_(area_and_above(community_of(viewer.household_id)))
    else:
        served = false()
    return or_(runs_ballot(viewer), and_(served, Ballot.state != BallotState.DRAFT))


def require_running(session: Session, viewer: Viewer, ballot_id: int) -> None:
    """Raises NotFound: no such ballot, or not the viewer's to run."""
    if session.scalar(select(Ballot.id).where(Ballot.id == ballot_id, runs_ballot(viewer))) is None:
        raise NotFound(kind="ballot", key=ballot_id)


def require_own_registration(session: Session, viewer: Viewer, registration_id: int) -> None:
    """Refuse a worker or an office that would withdraw a household that registered itself, or was registered by a
    colleague.

    Raises:
        NotFound: no such registration, or of no household of the viewer's.
        NotYoursToWithdraw: somebody else entered it.
    """
    require_registration(session, viewer, registration_id)
    of_account = select(BallotRegistration.account_id).where(BallotRegistration.id == registration_id)
    if viewer.role in AREA_ROLES and session.scalar(of_account) != viewer.account_id:
        raise NotYoursToWithdraw()


def require_own_share(session: Session, viewer: Viewer, registration_id: int) -> None:
    """Refuse a worker or an office that would let the share go of a household that registered itself: whoever moves up
    gains by it, so that the household says so itself.

    Raises:
        NotFound: no such registration, or of no household of the viewer's.
        NotYoursToDecline: the household registered itself.
    """
    require_registration(session, viewer, registration_id)
    by_itself = (
        select(BallotRegistration.id)
        .join(Account, Account.id == BallotRegistration.account_id)
        .where(BallotRegistration.id == registration_id, Account.household_id == BallotRegistration.household_id)
    )
    if viewer.role in AREA_ROLES and session.scalar(by_itself) is not None:
        raise NotYoursToDecline()


def require_registration(session: Session, viewer: Viewer, registration_id: int) -> None:
    """Raises NotFound: no such registration, or of no household of the viewer's."""
    known = select(BallotRegistration.id).where(
        BallotRegistration.id == registration_id, sees_household(viewer, BallotRegistration.household_id)
    )
    if session.scalar(known) is None:
        raise NotFound(kind="registration", key=registration_id)
