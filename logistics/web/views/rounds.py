"""Rounds: an office compares rules, drafts, a second person approves, and the goods are sent."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.errors import NotFound
from logistics.idempotency import KeyedRequest, answer_once, fingerprint
from logistics.inventory.rounds import queries, service
from logistics.inventory.rounds.overview import comparing
from logistics.inventory.rounds.overview import queries as overview
from logistics.inventory.rounds.overview.tables import shares_sheet
from logistics.inventory.rounds.rules import RoundState
from logistics.inventory.rounds.views import AreaOption, RoundDetail
from logistics.labels import label
from logistics.tables_out import XLSX_MIMETYPE, Sheet, csv_file, xlsx
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number
from logistics.web.locale import language
from logistics.web.ordering import new_key
from logistics.web.share_chart import fill_chart
from logistics.web.terms import TermsForm
from logistics.web.words import _

pages = Blueprint("rounds", __name__)

TYPED_MAX = 200


@pages.get("/rounds")
def index() -> str:
    viewer, number = current_viewer(), page_number()
    with reading() as session:
        rows = overview.rounds(session, viewer, limit=PAGE_ROWS + 1, offset=PAGE_ROWS * (number - 1))
    return render_template("rounds.html", page=page(rows, number))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The item and the office a round is about."""

    item_id: int
    area: AreaOption


@pages.get("/rounds/new")
def form() -> str:
    """What is asked for beside what there is to know, and the rules side by side; nothing is written."""
    viewer, sent = current_viewer(), TermsForm(request.args)
    with reading() as session:
        items, offices = queries.items(session), queries.offices(session, viewer)
        chosen = _chosen(session, viewer, offices)
        comparison = board = None
        if chosen is not None:
            rules = sent.rules()
            terms = [sent.read(rule) for rule in rules]
            board = comparing.board(session, viewer, item_id=chosen.item_id, area_id=chosen.area.id, now=now())
            if board:
                comparison = comparing.compare(
                    session, item_id=chosen.item_id, area_id=chosen.area.id, terms=terms, now=now()
                )
    return render_template(
        "round_new.html",
        items=items,
        offices=offices,
        chosen=chosen,
        board=board,
        comparison=comparison,
        chart=fill_chart(comparison) if comparison else None,
        terms=terms[0] if chosen else None,
        pairs=sent.pairs(terms[0]) if chosen else (),
        errors=sent.errors,
        key=new_key(),
        **_words(),
    )


@pages.post("/rounds")
def draft() -> ResponseReturnValue:
    """Draft by the rule whose button was pressed; a form sent twice is one draft."""
    viewer, sent = current_viewer(), TermsForm(request.form)
    item_id, area_id = asked_id(request.form, "item_id"), asked_id(request.form, "area_id")
    terms = sent.read(sent.rule())
    if sent.errors or item_id is None or area_id is None:
        flash(_("Some fields are not right; compare again."), "bad")
        return redirect(url_for(".form"))
    command = service.DraftRound(
        item_id=item_id,
        area_id=area_id,
        terms=terms,
        drafted_by_id=viewer.account_id,
        emergency=request.form.get("emergency") == "yes",
        note=_typed("note"),
    )
    with transaction() as session:
        queries.area(session, viewer, area_id)
        round_id = _draft_once(session, command, request.form.get("key", "")[:64] or new_key())
    flash(_("The round is drafted. A second person approves it."), "good")
    return redirect(url_for(".show", round_id=round_id))


@pages.get("/rounds/<int:round_id>")
def show(round_id: int) -> str:
    viewer = current_viewer()
    found = _found(round_id)
    return render_template("round.html", round=found, may_approve=viewer.account_id != found.drafted_by_id, **_words())


@pages.post("/rounds/<int:round_id>/recompute")
def recompute(round_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.recompute_round(session, round_id, account_id=viewer.account_id, now=now())
    flash(_("The round is computed again, from everything as it is now."), "good")
    return redirect(url_for(".show", round_id=round_id))


@pages.post("/rounds/<int:round_id>/approve")
def approve(round_id: int) -> ResponseReturnValue:
    """Approve what was seen, and send it at once where that button was pressed; pressed twice it is done once."""
    viewer, seen = current_viewer(), request.form.get("fingerprint", "")
    at_once = request.form.get("send") == "yes"
    verb = service.issue_round if at_once else service.approve_round
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        verb(session, round_id, account_id=viewer.account_id, fingerprint=seen, now=now())
    flash(_("The goods are on their way.") if at_once else _("The round is approved; its pieces are promised."), "good")
    return redirect(url_for(".show", round_id=round_id))


@pages.post("/rounds/<int:round_id>/dispatch")
def dispatch(round_id: int) -> ResponseReturnValue:
    viewer = current_viewer()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.dispatch_round(session, round_id, account_id=viewer.account_id, now=now())
    flash(_("The goods are on their way."), "good")
    return redirect(url_for(".show", round_id=round_id))


@pages.post("/rounds/<int:round_id>/cancel")
def cancel(round_id: int) -> ResponseReturnValue:
    """Cancel a draft; an approved round with the reason that its communities are told."""
    viewer = current_viewer()
    with transaction() as session:
        overview.require_round(session, viewer, round_id)
        service.cancel_round(session, round_id, account_id=viewer.account_id, reason=_typed("reason"), now=now())
    flash(_("The round is cancelled; its requests stand for the next one."), "good")
    return redirect(url_for(".show", round_id=round_id))


@pages.get("/rounds/<int:round_id>/notice")
def notice(round_id: int) -> str:
    """The allocation notice to hang out: every number with its explanation."""
    return render_template("round_notice.html", round=_found(round_id), **_words())


@pages.get("/rounds/<int:round_id>/sign-off")
def sign_off(round_id: int) -> str:
    """The sheet on which every community signs for what it got."""
    return render_template("round_sign_off.html", round=_found(round_id), **_words())


@pages.get("/rounds/<int:round_id>/shares.csv")
def csv(round_id: int) -> Response:
    """The round as a table for a spreadsheet."""
    sheet, code = _sheet(round_id)
    return _file(csv_file(sheet), name=f"{code}.csv", mimetype="text/csv; charset=utf-8")


@pages.get("/rounds/<int:round_id>/shares.xlsx")
def workbook(round_id: int) -> Response:
    sheet, code = _sheet(round_id)
    return _file(xlsx([sheet], made_at=now()), name=f"{code}.xlsx", mimetype=XLSX_MIMETYPE)


def _typed(name: str) -> str:
    """A line of the form as it can be shown: without control characters, and cut where it is too long."""
    return "".join(filter(str.isprintable, request.form.get(name, ""))).strip()[:TYPED_MAX]


def _sheet(round_id: int) -> tuple[Sheet, str]:
    found = _found(round_id)
    return shares_sheet(found, chinese=language() == "zh", said=_, named=label), found.code


def _file(content: bytes, *, name: str, mimetype: str) -> Response:
    response = Response(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _found(round_id: int) -> RoundDetail:
    with reading() as session:
        return overview.round(session, current_viewer(), round_id, now=now())


def _chosen(session: Session, viewer: Viewer, offices: list[AreaOption]) -> Chosen | None:
    """The item and office of the address; the viewer's own office, or the only one, where none is named."""
    item_id, area_id = asked_id(request.args, "item_id"), asked_id(request.args, "area_id")
    if item_id is None:
        return None
    if area_id is None and viewer.role is not Role.ADMIN:
        area_id = viewer.area_id
    if area_id is None:
        return None
    area = next((office for office in offices if office.id == area_id), None)
    if area is None:
        raise NotFound(kind="area", key=area_id)
    return Chosen(item_id=item_id, area=area)


def _draft_once(session: Session, command: service.DraftRound, key: str) -> int:
    """Draft the round, once per form."""
    asked = fingerprint(method="POST", path="/round-form", payload=asdict(command))
    keyed = KeyedRequest(account_id=command.drafted_by_id, key=f"form-{key}", sha256=asked)
    moment = now()

    def effect() -> tuple[dict[str, int], int]:
        return {"round_id": service.draft_round(session, command, now=moment)}, 201

    return int(answer_once(session, keyed, effect, now=moment).body["round_id"])


def _words() -> dict[str, object]:
    """What every page of a round needs to name things."""
    return {
        "chinese": language() == "zh",
        "rules": [rule.value for rule in service.RuleName],
        "needs": [need.value for need in service.Need],
        "tier_of_rank": {rank: tier.value for tier, rank in service.TIER_RANKS.items()},
        "open_states": (RoundState.DRAFT, RoundState.APPROVED),
    }
