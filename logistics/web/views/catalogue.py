"""A merchant's list: products added, changed, priced, retired, and sent in or out as a file."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from logistics.db import reading, transaction
from logistics.errors import DomainError, NotFound
from logistics.inventory.sheets import service as sheets
from logistics.orders.catalogue import export, queries, scope, service, upload
from logistics.orders.catalogue.rules import SoldBy, Temperature, looks_like
from logistics.web.catalogue_form import KINDS, good_of, new_product, terms_of, told_of, values_of
from logistics.web.errors import sentence
from logistics.web.here import PAGE_ROWS, asked_id, current_viewer, now, page, page_number, today
from logistics.web.locale import language
from logistics.web.typed import Typed
from logistics.web.words import _

pages = Blueprint("catalogue", __name__)

HISTORY_ROWS = 50


@pages.get("/catalogue")
def index() -> str:
    return _index()


@pages.get("/catalogue/new")
def form() -> str:
    return _form(Typed({"kind": SoldBy.PIECE.value, "temperature": Temperature.AMBIENT.value, "pack_size": "1"}))


@pages.post("/catalogue/new")
def create() -> ResponseReturnValue:
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    with reading() as session:
        goods = {good.id for good in queries.goods(session)}
        merchant_id = _merchant(session, asked_id(request.form, "merchant_id"))
    try:
        new = new_product(sent, merchant_id=merchant_id, goods=goods, account_id=viewer.account_id)
        if new is None:
            return _form(sent), 422
        with transaction() as session:
            product_id = service.add_product(session, new, now=now())
    except DomainError as error:
        return _form(sent, error=sentence(error)), error.status
    flash(_("The product is in the list."), "good")
    return redirect(url_for(".show", product_id=product_id))


@pages.get("/catalogue/<int:product_id>")
def show(product_id: int) -> str:
    return _show(product_id)


@pages.post("/catalogue/<int:product_id>")
def change(product_id: int) -> ResponseReturnValue:
    """What is told of a product, and which good it is."""
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    with reading() as session:
        scope.require_product(session, viewer, product_id)
        product = queries.product(session, viewer, product_id)
        goods = {good.id for good in queries.goods(session)}
    told = told_of(sent, bundle=product.is_bundle)
    good_id = good_of(sent, goods)
    if sent.errors:
        return _show(product_id, told=sent), 422
    try:
        with transaction() as session:
            service.change_product(session, product_id, told, set_by_id=viewer.account_id, now=now())
            if good_id != product.good_id:
                command = service.AssignGood(product_id=product_id, good_id=good_id, by_id=viewer.account_id)
                service.assign_good(session, command, now=now())
    except DomainError as error:
        return _show(product_id, told=sent, error=sentence(error)), error.status
    flash(_("Saved."), "good")
    return redirect(url_for(".show", product_id=product_id))


@pages.post("/catalogue/<int:product_id>/price")
def price(product_id: int) -> ResponseReturnValue:
    viewer, sent = current_viewer(), Typed(request.form.to_dict())
    with reading() as session:
        scope.require_product(session, viewer, product_id)
        product = queries.product(session, viewer, product_id)
    wanted = terms_of(sent, by_weight=product.sold_by is SoldBy.WEIGHT, bundle=product.is_bundle)
    reason = sent.text("reason", high=service.REASON_MAX)
    if sent.errors:
        return _show(product_id, priced=sent), 422
    command = service.ChangePrice(product_id=product_id, wanted=wanted, reason=reason, set_by_id=viewer.account_id)
    try:
        with transaction() as session:
            changed = service.change_price(session, command, now=now())
    except DomainError as error:
        return _show(product_id, priced=sent, error=sentence(error)), error.status
    flash(_("The new price holds from now on.") if changed else _("That is the price already."), "good")
    return redirect(url_for(".show", product_id=product_id))


@pages.post("/catalogue/<int:product_id>/retire")
def retire(product_id: int) -> ResponseReturnValue:
    """Out of the list, or back into it."""
    with transaction() as session:
        scope.require_product(session, current_viewer(), product_id)
        if request.form.get("action") == "reinstate":
            service.reinstate_product(session, product_id, now=now())
        else:
            service.retire_product(session, product_id, now=now())
    flash(_("Saved."), "good")
    return redirect(url_for(".show", product_id=product_id))


@pages.post("/catalogue/<int:product_id>/photo")
def photo(product_id: int) -> ResponseReturnValue:
    viewer, file = current_viewer(), request.files.get("file")
    with reading() as session:
        scope.require_product(session, viewer, product_id)
    if request.form.get("action") == "drop":
        with transaction() as session:
            service.drop_photo(session, product_id)
        return redirect(url_for(".show", product_id=product_id))
    if file is None or not file.filename:
        return _show(product_id, error=_("Choose a file first.")), 422
    try:
        made = service.made_anew(service.received_photo(file.stream))
    except DomainError as error:
        return _show(product_id, error=sentence(error)), error.status
    with transaction() as session:
        service.keep_photo(session, product_id, made, set_by_id=viewer.account_id, now=now())
    flash(_("Saved."), "good")
    return redirect(url_for(".show", product_id=product_id))


@pages.get("/merchants/<int:merchant_id>/catalogue/<string:table>")
def export_file(merchant_id: int, table: str) -> Response:
    """The list as products.csv or products.xlsx."""
    viewer = current_viewer()
    with reading() as session:
        scope.require_merchant(session, viewer, merchant_id)
        if table not in export.FILES:
            raise NotFound(kind="import", key=table)
        products, contents = queries.whole_list(session, viewer, merchant_id)
    content = export.catalogue_file(table, products, contents, chinese=language() == "zh", made_at=now())
    response = Response(content, content_type=export.FILES[table])
    response.headers.set("Content-Disposition", "attachment", filename=table)
    return response


@pages.post("/merchants/<int:merchant_id>/catalogue")
def take(merchant_id: int) -> ResponseReturnValue:
    """A list from a file: looked at, or taken."""
    viewer, file = current_viewer(), request.files.get("file")
    with reading() as session:
        scope.require_merchant(session, viewer, merchant_id)
    if file is None or not file.filename:
        return _index(error=_("Choose a file first.")), 422
    looking = request.form.get("action") != "take"
    reason = "".join(sign for sign in request.form.get("reason", "") if sign.isprintable())[: service.REASON_MAX]
    try:
        content, name = sheets.received_file(file.stream, file.filename)
        command = service.TakeCatalogue(
            merchant_id=merchant_id,
            book=sheets.read_workbook(content, name),
            reason=reason,
            set_by_id=viewer.account_id,
        )
        report = upload.imported(command, dry_run=looking, now=now())
    except DomainError as error:
        return _index(error=sentence(error)), error.status
    view = upload.report_view(report, tell=sentence, dry_run=looking)
    answer = render_template("catalogue_import.html", report=view, name=name, looking=looking)
    return answer, 200 if looking or view.taken else 422


def _index(error: str = "") -> str:
    viewer, number = current_viewer(), page_number()
    q = request.args.get("q", "").strip()[:80]
    retired = request.args.get("retired") == "yes"
    with reading() as session:
        merchants = queries.merchants(session, viewer)
        merchant_id = asked_id(request.args, "merchant_id") or viewer.merchant_id
        if merchant_id is None and merchants:
            merchant_id = merchants[0].id
        rows = queries.products(
            session,
            viewer,
            merchant_id=merchant_id,
            q=q,
            retired=retired,
            limit=PAGE_ROWS + 1,
            offset=PAGE_ROWS * (number - 1),
        )
        goods = {good.id: good.name for good in queries.goods(session)}
        broken = (
            queries.standing_breaches(session, viewer, on=today(), tell=sentence)
            if viewer.merchant_id is not None
            else []
        )
    found = page(rows, number)
    similar = {row.id: looks_like(row.name, goods) for row in found.rows if row.good_id is None and not row.is_bundle}
    return render_template(
        "catalogue.html",
        page=found,
        merchants=merchants,
        merchant_id=merchant_id,
        q=q,
        retired=retired,
        similar={row_id: goods[good_id] for row_id, good_id in similar.items() if good_id is not None},
        broken=broken,
        files=list(export.FILES),
        error=error,
    )


def _form(sent: Typed, *, error: str = "") -> str:
    viewer = current_viewer()
    with reading() as session:
        goods, merchants = queries.goods(session), queries.merchants(session, viewer)
    return render_template(
        "catalogue_new.html",
        goods=goods,
        merchants=merchants,
        kinds=KINDS,
        temperatures=[one.value for one in Temperature],
        values=sent.values,
        errors=sent.errors,
        error=error,
    )


def _show(product_id: int, *, told: Typed | None = None, priced: Typed | None = None, error: str = "") -> str:
    viewer = current_viewer()
    with reading() as session:
        scope.require_product(session, viewer, product_id)
        product = queries.product(session, viewer, product_id)
        history = queries.prices(session, viewer, product_id, limit=HISTORY_ROWS)
        goods = queries.goods(session)
    usual = values_of(product)
    errors = {**(told.errors if told else {}), **(priced.errors if priced else {})}
    return render_template(
        "catalogue_product.html",
        product=product,
        history=history,
        goods=goods,
        temperatures=[one.value for one in Temperature],
        values={**usual, **(told.values if told else {}), **(priced.values if priced else {})},
        errors=errors,
        error=error,
        similar=looks_like(product.name, {good.id: good.name for good in goods}),
    )


def _merchant(session: Session, named: int | None) -> int:
    viewer = current_viewer()
    merchant_id = scope.merchant_for(viewer, named)
    scope.require_merchant(session, viewer, merchant_id)
    return merchant_id
