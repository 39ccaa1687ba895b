"""A chat group's list of each side: one entered, one waiting, and how its source is read, for the tests that walk every
route."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.orders.chat_sheets import service as chats
from logistics.orders.chat_sheets.mapping import ListColumn, ListColumnUse, ListMapping
from logistics.orders.chat_sheets.models import ChatImport
from tests.builders import TownRef

MAPPING = ListMapping(
    columns=(
        ListColumnUse(role=ListColumn.ADDRESS, title="address"),
        ListColumnUse(role=ListColumn.TEXT, title="goods"),
    )
)


def a_chat_list(
    session: Session, town: TownRef, campaign_id: int, worker_id: int, *, name: str, now: datetime
) -> dict[str, Any]:
    """Ids of a list, a waiting file and a mapping of the community."""
    record = ChatImport(
        owner_area_id=town.community_id, campaign_id=campaign_id, source="group", account_id=worker_id,
        file_name=f"list of {name}.csv", sheet="list", sha256="0" * 64, mapping=MAPPING.document(), imported_at=now,
        counts={"entered": 0}, report=[],
    )  # fmt: skip
    session.add(record)
    session.flush()
    own = {"account_id": worker_id, "now": now}
    content = b"address,goods\n1-1-0,V01 1\n"
    return {
        "list_id": record.id,
        "chat_mapping_id": chats.save_mapping(session, "group", MAPPING, owner_area_id=town.community_id, **own),
        "chat_upload_id": chats.keep_upload(session, name="list.csv", content=content, **own),
    }


def chat_bodies(ids: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Sound requests about a side's lists."""
    return {
        "orders.remember_chat_home_names": {"homes": [{"name": "home", "household_id": ids["household_id"]}]},
        "orders.remember_chat_product_names": {
            "campaign_id": ids["campaign_id"],
            "products": [{"name": "greens", "sku": "V01"}],
        },
    }
