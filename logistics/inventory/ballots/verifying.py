"""Anybody's check of a published draw: the exported document alone is enough, and it holds no personal data.

The checks run in the order in which things were published, and row by row in the order of the draw, so that the first
thing that does not hold is the one that is named. A document proves a draw to whoever knows from before what was
published: whoever can forge all of it can draw anew. So the commitment and the list's hash are held against those noted
when registration opened and closed, or told to be compared; a registered household has the commitment in its message.
What a document cannot show is whether somebody passed over had really used up the entitlement, and whether every code
is a household; the office's own list shows that to those who may see it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from logistics.inventory.ballots import drawing, errors
from logistics.inventory.ballots.drawing import WEIGHT_MAX, Entrant, Terms
from logistics.inventory.ballots.rules import HOLDS_SUPPLY, UNLUCKY, BallotOutcome, BallotState

FORMAT = "ballot-1"
TEXT_MAX = 500
SHA256 = re.compile(r"[0-9a-f]{64}")
SEED = re.compile(rf"[0-9a-f]{{{drawing.SEED_LENGTH}}}")
SALT = re.compile(rf"[0-9a-f]{{{drawing.SALT_LENGTH}}}")
CODE = re.compile(rf"[{drawing.CODE_ALPHABET}]{{{drawing.CODE_LENGTH}}}")

Word = TypeVar("Word", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the document, in the order of the draw."""

    rank: int
    code: str
    weight: int
    sha256: str
    ticket: str
    outcome: BallotOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """An exported ballot as it was read."""

    terms: Terms
    state: BallotState
    commitment: str
    list_sha256: str
    seed: str
    salt: str
    public_value: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What was found right: `winners` are the codes the draw gave the supply to, `holders` those who have it now. The
    draw is the one that was announced if `commitment` and `list_sha256` are those published when registration opened
    and closed, and `public_value` is what `public_source` said, where one was named."""

    ballot: str
    commitment: str
    list_sha256: str
    public_source: str
    public_value: str
    registrations: int
    shares: int
    winners: tuple[str, ...]
    holders: tuple[str, ...]


def verify(document: object, *, commitment: str = "", list_sha256: str = "") -> Verdict:
    """Recompute a published draw, and hold it against the `commitment` and the list's hash that were noted before.

    Raises:
        NotABallot: the document is not of this form.
        NotDrawn: its seed is still secret.
        OtherCommitment, OtherList: it is not the draw that was announced.
        WrongCommitment: the seed is not the one committed to.
        WrongRow: the first row that does not hold, with what it should be.
        WrongList: the rows hold one by one, but they are not the list that was closed.
    """
    ballot = read(document)
    if commitment and commitment != ballot.commitment:
        raise errors.OtherCommitment(ballot=ballot.terms.ballot, found=ballot.commitment, noted=commitment)
    if list_sha256 and list_sha256 != ballot.list_sha256:
        raise errors.OtherList(ballot=ballot.terms.ballot, found=ballot.list_sha256, noted=list_sha256)
    found = drawing.commitment(ballot.seed, ballot.salt)
    if found != ballot.commitment:
        raise errors.WrongCommitment(ballot=ballot.terms.ballot, found=found, published=ballot.commitment)
    _check_rows(ballot)
    found = drawing.list_sha256(ballot.terms, [Entrant(code=row.code, weight=row.weight) for row in ballot.rows])
    if found != ballot.list_sha256:
        raise errors.WrongList(ballot=ballot.terms.ballot, found=found, published=ballot.list_sha256)
    _check_outcomes(ballot)
    return Verdict(
        ballot=ballot.terms.ballot,
        commitment=ballot.commitment,
        list_sha256=ballot.list_sha256,
        public_source=ballot.terms.source,
        public_value=ballot.public_value,
        registrations=len(ballot.rows),
        shares=ballot.terms.shares,
        winners=tuple(row.code for row in ballot.rows[: ballot.terms.shares]),
        holders=tuple(row.code for row in ballot.rows if row.outcome in HOLDS_SUPPLY),
    )


def _check_rows(ballot: Published) -> None:
    seed = drawing.draw_seed(ballot.seed, ballot.list_sha256, ballot.public_value)
    seen: set[str] = set()
    before = ""
    for place, row in enumerate(ballot.rows, 1):
        entrant = Entrant(code=row.code, weight=row.weight)
        if row.code in seen:
            raise errors.RowTwice(row=place, code=row.code)
        if row.rank != place:
            raise errors.RowOutOfPlace(row=place, code=row.code, rank=row.rank)
        if drawing.row_sha256(entrant) != row.sha256:
            raise errors.RowChanged(row=place, code=row.code, weight=row.weight)
        ticket = drawing.ticket(seed, entrant)
        if ticket != row.ticket:
            raise errors.RowTicket(row=place, code=row.code, found=ticket, published=row.ticket)
        if ticket < before:
            raise errors.RowOrder(row=place, code=row.code)
        seen.add(row.code)
        before = ticket


def _check_outcomes(ballot: Published) -> None:
    """Everybody's turn comes in the order of the draw, and never more hold a share than there are."""
    shares, held, waiting = ballot.terms.shares, 0, None
    for row in ballot.rows:
        if row.outcome is BallotOutcome.REGISTERED:
            raise errors.NotABallot(field=f"registrations[{row.rank - 1}].outcome")
        if row.outcome in UNLUCKY:
            waiting = waiting or row
        elif waiting is not None:
            raise errors.RowBeforeItsTurn(row=row.rank, code=row.code, outcome=row.outcome, waiting=waiting.code)
        held += row.outcome in HOLDS_SUPPLY
        if held > shares:
            raise errors.RowBeyondSupply(row=row.rank, code=row.code, outcome=row.outcome, shares=shares)
    if waiting is not None and held < shares:
        row = waiting
        raise errors.RowForgotten(row=row.rank, code=row.code, outcome=row.outcome, shares=shares, held=held)


def read(document: object) -> Published:
    """The document as typed values. Members it does not know are passed over.

    Raises:
        NotABallot: naming the first member that is missing or not of its kind.
        NotDrawn: it is one, but from before the draw.
    """
    if not isinstance(document, Mapping) or document.get("format") != FORMAT:
        raise errors.NotABallot(field="format")
    state = _word(document, "state", BallotState)
    code = _text(document, "code")
    if state not in (BallotState.DRAWN, BallotState.DONE):
        raise errors.NotDrawn(ballot=code)
    try:
        terms = Terms(
            ballot=code,
            item=_text(document, "item"),
            quantity=_whole(document, "quantity"),
            supply=_whole(document, "supply"),
            source=_text(document, "public_source", empty=True),
        )
    except ValueError:
        raise errors.NotABallot(field="quantity") from None
    public_value = _text(document, "public_value", empty=True)
    if bool(public_value) != bool(terms.source):
        raise errors.NotABallot(field="public_value")
    rows = document.get("registrations")
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise errors.NotABallot(field="registrations")
    return Published(
        terms=terms,
        state=state,
        commitment=_match(document, "commitment", SHA256),
        list_sha256=_match(document, "list_sha256", SHA256),
        seed=_match(document, "seed", SEED),
        salt=_match(document, "salt", SALT),
        public_value=public_value,
        rows=tuple(_row(row, f"registrations[{place}]") for place, row in enumerate(rows)),
    )


def _row(row: object, where: str) -> Row:
    if not isinstance(row, Mapping):
        raise errors.NotABallot(field=where)
    weight = _whole(row, "weight", where=where)
    if not 1 <= weight <= WEIGHT_MAX:
        raise errors.NotABallot(field=f"{where}.weight")
    return Row(
        rank=_whole(row, "rank", where=where),
        code=_match(row, "code", CODE, where=where),
        weight=weight,
        sha256=_text(row, "sha256", where=where),
        ticket=_text(row, "ticket", where=where),
        outcome=_word(row, "outcome", BallotOutcome, where=where),
    )


def _text(members: Mapping[str, Any], name: str, *, where: str = "", empty: bool = False) -> str:
    found = members.get(name)
    if not isinstance(found, str) or len(found) > TEXT_MAX or not (found or empty):
        raise errors.NotABallot(field=_named(where, name))
    return found


def _match(members: Mapping[str, Any], name: str, form: re.Pattern[str], *, where: str = "") -> str:
    found = _text(members, name, where=where)
    if not form.fullmatch(found):
        raise errors.NotABallot(field=_named(where, name))
    return found


def _whole(members: Mapping[str, Any], name: str, *, where: str = "") -> int:
    found = members.get(name)
    if not isinstance(found, int) or isinstance(found, bool):
        raise errors.NotABallot(field=_named(where, name))
    return found


def _word(members: Mapping[str, Any], name: str, words: type[Word], *, where: str = "") -> Word:
    try:
        return words(str(members.get(name)))
    except ValueError:
        raise errors.NotABallot(field=_named(where, name)) from None


def _named(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name
