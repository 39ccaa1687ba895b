"""Verbs of the basket: release a wave, make its batches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session

from logistics.bulk import insert_missing
from logistics.communities import service as communities
from logistics.communities.rules import PointKind
from logistics.db import chunks
from logistics.errors import N_, Conflict, NotFound
from logistics.fulfilment.models import Batch, BatchOrder, Wave
from logistics.fulfilment.rules import BatchOfOrders, PackedOrder, gather, package_count
from logistics.orders import service as orders
from logistics.orders.rules import DECIDED


class NotClosed(Conflict):
    template = N_("Campaign %(campaign)s is %(state)s; a wave is released from a closed campaign.")
    code = "campaign_not_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchFacts:
    """A batch as the later rooms see it."""

    batch_id: int
    code: str
    wave_id: int
    campaign_id: int
    store_id: int
    point_id: int
    window_id: int
    kind: PointKind
    weight_g: int
    volume_ml: int
    package_count: int
    order_count: int


def release_wave(session: Session, campaign_id: int, *, now: datetime) -> int:
    """Release the orders of a formed campaign to picking; releasing again returns the same wave. Returns its id.

    Raises:
        NotFound: no such campaign.
        NotClosed: it is not closed, or its merchant has not decided yet whether it forms.
    """
    of_campaign = select(Wave.id).where(Wave.campaign_id == campaign_id)
    known = session.scalar(of_campaign)
    if known is not None:
        return known
    campaign = orders.campaign_facts(session, campaign_id)
    if campaign.state not in DECIDED:
        raise NotClosed(campaign=campaign.code, state=campaign.state)
    wave = {
        "code": campaign.code,
        "store_id": campaign.store_id,
        "campaign_id": campaign_id,
        "delivery_date": campaign.delivery_date,
        "released_at": now,
    }
    insert_missing(session, Wave, [wave], key=("campaign_id",))  # somebody else may be releasing it just now
    return session.scalars(of_campaign).one()


def make_batches(session: Session, wave_id: int, *, now: datetime) -> int:
    """Gather the wave's orders into batches, once; doing it again changes nothing. Returns how many batches there are.

    An order whose compound has no fitting delivery point stays confirmed and in no batch; the day's summary names it.
    Done again after the point was added, it gets a batch, but not one that was made before: a batch never changes, it
    may be on a vehicle already.

    Raises:
        NotFound: no such wave.
    """
    wave = session.scalar(select(Wave).where(Wave.id == wave_id).with_for_update())
    if wave is None:
        raise NotFound(kind="wave", key=wave_id)
    to_pack = orders.orders_to_pack(session, wave.campaign_id)
    targets = communities.delivery_targets(session, {o.household_id for o in to_pack}, on=wave.delivery_date)
    made = {tuple(key) for key in session.execute(_batch_keys(wave_id))}
    gathered = gather(
        PackedOrder(
            order_id=order.order_id,
            point_id=targets[order.household_id].point_id,
            kind=targets[order.household_id].kind,
            window_id=order.window_id,
            weight_g=order.weight_g,
            volume_ml=order.volume_ml,
        )
        for order in to_pack
        if order.household_id in targets
    )
    batches = [batch for batch in gathered if (batch.point_id, batch.window_id, batch.kind) not in made]
    _save(session, wave, batches)
    orders.mark_batched(session, [order.order_id for batch in batches for order in batch.orders])
    return session.scalar(select(func.count()).select_from(Batch).where(Batch.wave_id == wave_id)) or 0


def waves_of_campaigns(session: Session, campaign_ids: Collection[int]) -> list[int]:
    """Ids of the waves released from some campaigns, in order."""
    wanted = Wave.campaign_id.in_(list(campaign_ids))
    return list(session.scalars(select(Wave.id).where(wanted).order_by(Wave.id)))


def batches_of_waves(session: Session, wave_ids: Collection[int]) -> list[BatchFacts]:
    """The batches of some waves, by id."""
    rows = session.execute(
        select(Batch, Wave.store_id, Wave.campaign_id)
        .join(Wave, Wave.id == Batch.wave_id)
        .where(Wave.id.in_(list(wave_ids)))
        .order_by(Batch.id)
    )
    return [
        BatchFacts(
            batch_id=batch.id,
            code=batch.code,
            wave_id=batch.wave_id,
            campaign_id=campaign_id,
            store_id=store_id,
            point_id=batch.delivery_point_id,
            window_id=batch.window_id,
            kind=batch.kind,
            weight_g=batch.weight_g,
            volume_ml=batch.volume_ml,
            package_count=batch.package_count,
            order_count=batch.order_count,
        )
        for batch, store_id, campaign_id in rows
    ]


def orders_of_batches(session: Session, batch_ids: Collection[int]) -> dict[int, list[int]]:
    """Order ids by batch id."""
    members: dict[int, list[int]] = {batch_id: [] for batch_id in batch_ids}
    for part in chunks(batch_ids):
        rows = session.execute(
            select(BatchOrder.batch_id, BatchOrder.order_id)
            .where(BatchOrder.batch_id.in_(part))
            .order_by(BatchOrder.order_id)
        )
        for batch_id, order_id in rows:
            members[batch_id].append(order_id)
    return members


def orders_in_batches(session: Session, batch_ids: Collection[int]) -> list[tuple[int, int, int, int]]:
    """`(batch id, order id, weight in grams, packages)` of every order of some batches, a row per order."""
    columns = (BatchOrder.batch_id, BatchOrder.order_id, BatchOrder.weight_g, BatchOrder.package_count)
    return [
        (batch_id, order_id, weight_g, packages)
        for part in chunks(batch_ids)
        for batch_id, order_id, weight_g, packages in session.execute(
            select(*columns).where(BatchOrder.batch_id.in_(part)).order_by(BatchOrder.order_id)
        )
    ]


def packed_orders(session: Session, wave_ids: Collection[int]) -> list[tuple[str, int, int, int]]:
    """`(batch code, order id, weight in grams, packages)` of every batched order of some waves, a row per order."""
    rows = session.execute(
        select(Batch.code, BatchOrder.order_id, BatchOrder.weight_g, BatchOrder.package_count)
        .join(Batch, Batch.id == BatchOrder.batch_id)
        .where(Batch.wave_id.in_(list(wave_ids)))
        .order_by(Batch.id, BatchOrder.order_id)
    )
    return [(code, order_id, weight_g, packages) for code, order_id, weight_g, packages in rows]


def _batch_keys(wave_id: int) -> Select[int, int, PointKind]:
    return select(Batch.delivery_point_id, Batch.window_id, Batch.kind).where(Batch.wave_id == wave_id)


def _save(session: Session, wave: Wave, batches: Sequence[BatchOfOrders]) -> None:
    if not batches:
        return
    places = communities.point_places(session, {batch.point_id for batch in batches})
    windows = orders.window_codes(session, wave.campaign_id)
    rows = [
        Batch(
            code=f"{wave.code}/{places[b.point_id].point_code}/{windows[b.window_id]}",
            wave_id=wave.id,
            delivery_point_id=b.point_id,
            window_id=b.window_id,
            kind=b.kind,
            weight_g=b.weight_g,
            volume_ml=b.volume_ml,
            package_count=b.package_count,
            order_count=len(b.orders),
        )
        for b in batches
    ]
    session.add_all(rows)
    session.flush()
    session.execute(
        insert(BatchOrder),
        [
            {
                "order_id": order.order_id,
                "batch_id": row.id,
                "weight_g": order.weight_g,
                "volume_ml": order.volume_ml,
                "package_count": package_count(order.weight_g),
            }
            for row, batch in zip(rows, batches, strict=True)
            for order in batch.orders
        ],
    )
