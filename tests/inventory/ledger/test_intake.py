"""Kinds of scarce goods are known by their code."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.inventory.ledger.intake import ItemFact, take_items
from logistics.inventory.ledger.models import Item


def test_an_item_taken_in_again_keeps_its_id_and_changes_its_name(any_app: Flask) -> None:
    ids = []
    for name in ("口罩", "医用口罩"):
        with transaction() as session:
            ids.append(take_items(session, [ItemFact(code="MASK", name=name, unit="只", pack_size=10)]))

    assert ids[0] == ids[1]
    with reading() as session:
        assert session.scalars(select(Item.name)).all() == ["医用口罩"]
