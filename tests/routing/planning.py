"""A small day that is ready to be planned, and the steps of planning it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event, Thread

from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.fulfilment.service import make_batches, release_wave
from logistics.orders.service import close_campaign
from logistics.routing.models import Plan, PlanStop
from logistics.routing.rules import PlanState
from logistics.routing.service import PlanRequest, request_plan, solve_plan
from tests.builders import (
    DELIVERY_DATE,
    NOW,
    CampaignRef,
    OfferSpec,
    StoreRef,
    TownRef,
    a_campaign,
    a_quarantine,
    a_store,
    a_town,
    a_vehicle,
    an_order,
)

FOREVER = 10**9
"""Search steps that no test waits for: such a search ends when it is told to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyDay:
    """A closed campaign whose wave is batched."""

    town: TownRef
    store: StoreRef
    campaign: CampaignRef
    wave_id: int


def a_ready_day(
    *,
    compounds: int = 2,
    kilograms: int = 10,
    ill: Sequence[tuple[int, int]] = (),
    windows: Mapping[str, tuple[datetime, datetime]] | None = None,
    town_at: tuple[float, float] = (117.0, 36.6),
    store_at: tuple[float, float] = (117.0, 36.65),
    vehicles: int = 1,
    merchant_id: int | None = None,
) -> ReadyDay:
    """The first two households of every compound order some kilograms of V01 for the first window."""
    with transaction() as session:
        town = a_town(session, compounds=compounds, at=town_at)
        store = a_store(session, at=store_at, merchant_id=merchant_id)
        for number in range(vehicles):
            a_vehicle(session, store, code=f"van-{number + 1:02d}")
        campaign = a_campaign(session, store, town, OfferSpec(sku="V01", weight_g=1_000), windows=windows)
        for compound, home in ill:
            a_quarantine(session, town.households[compound][home])
        window = next(iter(windows or {"AM": None}))
        for homes in town.households:
            for home in homes[:2]:
                an_order(session, campaign, home, {"V01": kilograms}, window=window)
        close_campaign(session, campaign.campaign_id, now=NOW)
        wave_id = release_wave(session, campaign.campaign_id, now=NOW)
        make_batches(session, wave_id, now=NOW)
    return ReadyDay(town=town, store=store, campaign=campaign, wave_id=wave_id)


def requested(*days: ReadyDay, roads_file: str = "", iterations: int = 20, time_limit_s: int = 30) -> int:
    with transaction() as session:
        return request_plan(
            session,
            PlanRequest(
                delivery_date=DELIVERY_DATE,
                wave_ids=tuple(day.wave_id for day in days),
                roads_file=roads_file,
                time_limit_s=time_limit_s,
                iteration_limit=iterations,
                seed=1,
            ),
            now=NOW,
        )


def solved(plan_id: int, *, cache: Path) -> Plan:
    """The plan after its job has run."""
    solve_plan(plan_id, travel_cache_dir=cache, now=lambda: NOW)
    return the_plan(plan_id)


def planned(*days: ReadyDay, cache: Path, roads_file: str = "") -> int:
    """Id of a ready plan."""
    plan_id = requested(*days, roads_file=roads_file)
    plan = solved(plan_id, cache=cache)
    assert plan.state is PlanState.READY, plan.error
    return plan_id


def the_plan(plan_id: int) -> Plan:
    with reading() as session:
        return session.get_one(Plan, plan_id)


def stops_of(plan_id: int) -> list[PlanStop]:
    with reading() as session:
        return list(session.scalars(select(PlanStop).where(PlanStop.plan_id == plan_id).order_by(PlanStop.code)))


class Solving:
    """A plan being solved in a thread of its own."""

    def __init__(self, app: Flask, plan_id: int, *, cache: Path) -> None:
        self.error: BaseException | None = None
        self._app, self._plan_id, self._cache = app, plan_id, cache
        self._thread = Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with self._app.app_context():
            try:
                solve_plan(self._plan_id, travel_cache_dir=self._cache, now=lambda: NOW)
            except Exception as error:
                self.error = error

    def wait_until_searching(self) -> None:
        """Until the solver has written that it has a plan to better."""
        pause = Event()
        for _ in range(200):
            if the_plan(self._plan_id).progress:
                return
            pause.wait(0.05)
        raise AssertionError("the solver never said a word")

    def join(self) -> None:
        self._thread.join(timeout=30)
        assert not self._thread.is_alive()


@contextmanager
def being_solved(app: Flask, plan_id: int, *, cache: Path):  # type: ignore[no-untyped-def]
    """The plan while its solver searches; the block is to end the search, and finds it ended after it."""
    solving = Solving(app, plan_id, cache=cache)
    solving.wait_until_searching()
    yield solving
    solving.join()
