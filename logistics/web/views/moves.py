"""The forms by which goods move: receive, dispatch, count, write off, lend and take back, each sent once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.access import Viewer
from logistics.db import reading, transaction
from logistics.errors import N_, DomainError
from logistics.inventory.ledger import queries, scope, service
from logistics.inventory.ledger.keys import ledger_key
from logistics.inventory.ledger.rules import SourceKind
from logistics.web import stocking
from logistics.web.here import current_viewer, now
from logistics.web.ordering import new_key
from logistics.web.stocking import StockForm
from logistics.web.words import _

pages = Blueprint("moves", __name__)

SENT_KEY_MAX = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One form: what it is called, which fields it has, and the movement it becomes."""

    name: str
    title: str
    done: str
    fields: Sequence[str]
    read: Callable[[StockForm, Mapping[str, Any]], Any]
    carry_out: Callable[[Session, Any], object]
    lent_only: bool = False


MOVES = (
    Move(
        name="receive",
        title=N_("Enter a receipt"),
        done=N_("The receipt is entered."),
        fields=("area", "quantity", "source", "lot", "reason"),
        read=stocking.receipt,
        carry_out=lambda session, command: service.receive(session, command, now=now()),
    ),
    Move(
        name="dispatch",
        title=N_("Dispatch goods"),
        done=N_("The goods are on their way; the receiver enters what arrives."),
        fields=("area", "to_area", "quantity", "reason"),
        read=stocking.dispatched,
        carry_out=lambda session, command: service.dispatch(session, command, now=now()),
    ),
    Move(
        name="count",
        title=N_("Enter a stock count"),
        done=N_("The count is entered."),
        fields=("area", "counted", "reason"),
        read=stocking.counted,
        carry_out=lambda session, command: service.count(session, command, now=now()),
    ),
    Move(
        name="write_off",
        title=N_("Write goods off"),
        done=N_("The goods are written off."),
        fields=("area", "quantity", "post", "why"),
        read=stocking.written_off,
        carry_out=lambda session, command: service.write_off(session, command, now=now()),
    ),
    Move(
        name="lend",
        title=N_("Lend to a post"),
        done=N_("The devices are lent out."),
        fields=("area", "quantity", "post", "reason"),
        read=stocking.lent,
        carry_out=lambda session, command: service.lend(session, command, now=now()),
        lent_only=True,
    ),
    Move(
        name="take_back",
        title=N_("Take back from a post"),
        done=N_("The devices are back."),
        fields=("area", "quantity", "post", "reason"),
        read=stocking.brought_back,
        carry_out=lambda session, command: service.give_back(session, command, now=now()),
        lent_only=True,
    ),
)


def _view(move: Move) -> Callable[[], ResponseReturnValue]:
    def show() -> ResponseReturnValue:
        if request.method == "GET":
            return _page(move, StockForm(request.args.to_dict()))
        return _send(move)

    return show


for _move in MOVES:
    pages.add_url_rule(
        f"/stock/{_move.name.replace('_', '-')}",
        endpoint=_move.name,
        view_func=_view(_move),
        methods=["GET", "POST"],
    )


def _send(move: Move) -> ResponseReturnValue:
    viewer, form = current_viewer(), StockForm(request.form.to_dict())
    try:
        command = move.read(form, sent_by(viewer, form))
        with transaction() as session:
            _require_own(session, viewer, command)
            move.carry_out(session, command)
    except stocking.BadForm:
        return _page(move, form), 422
    except DomainError as error:
        return _page(move, form, error=stocking.told(error)), error.status
    flash(_(move.done), "good")
    return redirect(url_for("web.stock.index"))


def sent_by(viewer: Viewer, form: StockForm) -> dict[str, Any]:
    """Who sent the form, and the key that came with it: sent twice it is one movement."""
    key = form.values.get("key", "")[:SENT_KEY_MAX] or new_key()
    return {
        "key": ledger_key(account_id=viewer.account_id, key=key, way="form"),
        "account_id": viewer.account_id,
    }


def _require_own(session: Session, viewer: Viewer, command: Any) -> None:
    """The goods are the viewer's to move, and go to nobody strange."""
    if isinstance(command, service.Dispatch):
        scope.require_area(session, viewer, command.from_area_id)
        scope.require_receiver(session, viewer, from_area_id=command.from_area_id, to_area_id=command.to_area_id)
    else:
        scope.require_area(session, viewer, command.area_id)


def _page(move: Move, form: StockForm, *, error: str = "") -> str:
    viewer = current_viewer()
    with reading() as session:
        items = queries.items(session)
        areas = queries.places(session, viewer)
        receivers = queries.places(session, viewer, above=True) if "to_area" in move.fields else []
    return render_template(
        "stock_move.html",
        move=move,
        title=_(move.title),
        items=[item for item in items if item.lent] if move.lent_only else items,
        areas=areas,
        receivers=receivers,
        source_kinds=[kind.value for kind in SourceKind],
        values=form.values,
        errors=form.errors,
        error=error,
        key=new_key(),
    )
