"""A place has one standing request per item; it is changed, withdrawn or declined until a round takes it."""

from __future__ import annotations

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading
from logistics.errors import BadTransition, NotFound
from logistics.inventory.rounds import service
from logistics.inventory.rounds.errors import (
    BadRequestQuantity,
    NotACommunity,
    RequestChanged,
    StandingRequest,
)
from logistics.inventory.rounds.models import SupplyRequest
from logistics.inventory.rounds.rules import Refusal, RequestState
from tests.inventory.rounds.office import Tree, a_tree, asked, done
from tests.racing import race


def stands(request_id: int) -> tuple[RequestState, int, int, Refusal | None]:
    with reading() as session:
        row = session.get_one(SupplyRequest, request_id)
        return row.state, row.quantity, row.version, row.refusal


def changed(request_id: int, quantity: int, *, version: int = 1) -> None:
    done(service.change_request, service.ChangeRequest(request_id=request_id, version=version, quantity=quantity))


def test_a_request_is_open_until_a_round_takes_it(any_tables: Flask) -> None:
    tree = a_tree()

    request_id = asked(tree, "e1a", 400)

    assert stands(request_id) == (RequestState.OPEN, 400, 1, None)


def test_a_place_asks_once_for_an_item_and_its_posts_beside_it(any_tables: Flask) -> None:
    tree = a_tree()
    asked(tree, "e1a", 400)

    with pytest.raises(StandingRequest) as refused:
        asked(tree, "e1a", 10)
    asked(tree, "e1a", 10, post="北门")
    with pytest.raises(StandingRequest):
        asked(tree, "e1a", 11, post="北门")

    with reading() as session:
        codes = session.scalars(select(SupplyRequest.code).order_by(SupplyRequest.id)).all()
    assert len(codes) == 2
    assert refused.value.data == {"request": codes[0]}


def test_two_who_ask_for_the_same_place_at_once_make_one_request(any_tables: Flask) -> None:
    tree = a_tree()

    answers = race(any_tables, [lambda: asked(tree, "e1a", 400)] * 8)

    assert Counter(type(answer) for answer in answers) == {int: 1, StandingRequest: 7}


def test_only_communities_ask(any_tables: Flask) -> None:
    tree = a_tree()

    with pytest.raises(NotACommunity):
        asked(tree, "e1", 400)
    with pytest.raises(NotFound):
        done(service.ask, service.AskSupplies(item_id=tree.item_id, area_id=99_999, quantity=1))
    with pytest.raises(NotFound):
        done(service.ask, service.AskSupplies(item_id=99_999, area_id=tree["e1a"], quantity=1))


@pytest.mark.parametrize("quantity", [0, -1, service.QUANTITY_MAX + 1])
def test_a_request_is_for_at_least_one_piece(quantity: int) -> None:
    service.AskSupplies(item_id=1, area_id=1, quantity=service.QUANTITY_MAX)
    with pytest.raises(BadRequestQuantity):
        service.AskSupplies(item_id=1, area_id=1, quantity=quantity)
    with pytest.raises(BadRequestQuantity):
        service.ChangeRequest(request_id=1, version=1, quantity=quantity)


def test_a_change_needs_the_version_that_was_looked_at(any_tables: Flask) -> None:
    tree = a_tree()
    request_id = asked(tree, "e1a", 400)

    changed(request_id, 300)
    with pytest.raises(RequestChanged):
        changed(request_id, 200)
    changed(request_id, 200, version=2)

    assert stands(request_id) == (RequestState.OPEN, 200, 3, None)


def test_what_is_declined_keeps_its_reason_and_may_be_asked_again(any_tables: Flask) -> None:
    tree = a_tree()
    request_id = asked(tree, "e1a", 400)

    done(service.decline_request, request_id, Refusal.NO_ROOM)
    assert stands(request_id) == (RequestState.DECLINED, 400, 2, Refusal.NO_ROOM)
    with pytest.raises(StandingRequest):
        asked(tree, "e1a", 100)
    with pytest.raises(BadTransition):
        done(service.withdraw_request, request_id)

    changed(request_id, 100, version=2)
    assert stands(request_id) == (RequestState.OPEN, 100, 3, None)


def test_withdrawing_twice_is_withdrawing_once_and_the_place_is_free_to_ask(any_tables: Flask) -> None:
    tree = a_tree()
    request_id = asked(tree, "e1a", 400)

    done(service.withdraw_request, request_id)
    done(service.withdraw_request, request_id)

    assert stands(request_id) == (RequestState.WITHDRAWN, 400, 2, None)
    with pytest.raises(BadTransition) as refused:
        done(service.decline_request, request_id, Refusal.NO_NEED)
    assert (refused.value.data["state"], refused.value.data["wanted"]) == (
        RequestState.WITHDRAWN,
        RequestState.DECLINED,
    )
    with pytest.raises(BadTransition):
        changed(request_id, 5, version=2)
    assert asked(tree, "e1a", 100) != request_id


def test_a_request_that_is_not_there_is_not_found(any_tables: Flask) -> None:
    a_tree()

    for attempt in (
        lambda: done(service.withdraw_request, 1),
        lambda: done(service.decline_request, 1, Refusal.NO_NEED),
        lambda: changed(1, 5),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_a_change_and_a_withdrawal_at_once_do_not_both_count(any_tables: Flask) -> None:
    tree: Tree = a_tree()
    for _ in range(5):
        request_id = asked(tree, "e1a", 400)

        race(any_tables, [lambda r=request_id: changed(r, 300), lambda r=request_id: done(service.withdraw_request, r)])

        state, quantity, version, _ = stands(request_id)
        if state is RequestState.OPEN:  # changed first; the withdrawal then found it open and withdrew it
            pytest.fail("a withdrawal is never lost")
        assert (quantity, version) in {(400, 2), (300, 3)}
