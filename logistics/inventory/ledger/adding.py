"""Adding a kind of scarce goods, which every office then finds in its lists."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.bulk import insert_new
from logistics.inventory.ledger.errors import ItemCodeTaken
from logistics.inventory.ledger.models import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class AddItem:
    """A scarce good counted in pieces of `unit`, handed out in whole packs of `pack_size` pieces. What is `lent` goes
    to posts and comes back; a stock that lasts fewer than `alarm_days` days raises the alarm (None: never)."""

    code: str
    name: str
    unit: str
    pack_size: int = 1
    lent: bool = False
    alarm_days: int | None = None


def add_item(session: Session, command: AddItem) -> int:
    """Add the item; the same one twice is one. Returns its id. Its pack and unit stay as they are from then on: the
    pieces in the ledger are counted in them.

    Raises:
        ItemCodeTaken: another item has this code.
    """
    insert_new(session, Item, [asdict(command)], key=("code",))  # also when somebody else adds it just now
    item = session.scalars(select(Item).where(Item.code == command.code)).one()
    if any(getattr(item, name) != value for name, value in asdict(command).items()):
        raise ItemCodeTaken(item=command.code, name=item.name)
    return item.id
