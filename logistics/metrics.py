"""Numbers for Prometheus: requests counted in the process, the business read from the tables at each scrape."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from redis.exceptions import RedisError
from sqlalchemy import case, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from logistics.db import reading
from logistics.orders.models import Order
from logistics.outbox import Promise, Queue
from logistics.routing.models import Plan

OVERDUE_AFTER = timedelta(minutes=5)
"""Work that was due this long ago and is not done is worth a look: nothing but a plan takes so long."""

REGISTRY = CollectorRegistry()
REQUESTS = Counter("platform_requests", "Answers given.", ["endpoint", "method", "status"], registry=REGISTRY)
REQUEST_SECONDS = Histogram("platform_request_seconds", "Time to answer.", ["endpoint"], registry=REGISTRY)


def scrape(redis: Any) -> bytes:
    """Everything in Prometheus' text format. Under several web processes their counts are summed."""
    requests = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        requests = CollectorRegistry()
        MultiProcessCollector(requests)  # type: ignore[no-untyped-call]
    business = CollectorRegistry()
    business.register(_Business(redis))
    return bytes(generate_latest(requests)) + bytes(generate_latest(business))


class _Business:
    def __init__(self, redis: Any) -> None:
        self._redis = redis

    def describe(self) -> list[Any]:
        return []

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("platform_database_up", "Whether the database answered this scrape.")
        try:
            with reading() as session:
                families = [*_promises(session, datetime.now(UTC)), _plans(session), _orders(session)]
            up.add_metric([], 1)
        except SQLAlchemyError:
            families = []
            up.add_metric([], 0)
        yield from (up, *families, *_queues(self._redis))


def _promises(session: Session, now: datetime) -> Iterable[GaugeMetricFamily]:
    owed = Promise.done_at.is_(None) & Promise.failed_at.is_(None)
    rows = session.execute(
        select(
            Promise.job,
            func.sum(case((owed, 1), else_=0)),
            func.sum(case((owed & (Promise.due_at < now - OVERDUE_AFTER), 1), else_=0)),
            func.sum(case((Promise.failed_at.is_not(None), 1), else_=0)),
        )
        .where(Promise.done_at.is_(None))
        .group_by(Promise.job)
    ).all()
    families = [
        GaugeMetricFamily("platform_promises_owed", "Work promised and not yet done.", labels=["job"]),
        GaugeMetricFamily("platform_promises_overdue", "Of it, due more than five minutes ago.", labels=["job"]),
        GaugeMetricFamily("platform_promises_failed", "Work given up.", labels=["job"]),
    ]
    for job, *counts in rows:
        for family, count in zip(families, counts, strict=True):
            family.add_metric([job], count)
    return families


def _plans(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily("platform_plans", "Plans by state.", labels=["state"])
    for state, count in session.execute(select(Plan.state, func.count()).group_by(Plan.state)):
        family.add_metric([state.value], count)
    return family


def _orders(session: Session) -> GaugeMetricFamily:
    family = GaugeMetricFamily("platform_orders", "Orders by state.", labels=["state"])
    for state, count in session.execute(select(Order.state, func.count()).group_by(Order.state)):
        family.add_metric([state.value], count)
    return family


def _queues(redis: Any) -> Iterable[GaugeMetricFamily]:
    up = GaugeMetricFamily("platform_redis_up", "Whether Redis answered this scrape.")
    waiting = GaugeMetricFamily("platform_queue_length", "Jobs waiting in the queue.", labels=["queue"])
    try:
        for queue in Queue:
            waiting.add_metric([queue.value], redis.llen(f"rq:queue:{queue.value}"))
        up.add_metric([], 1)
    except RedisError:
        return [_with(up, 0)]
    finally:
        redis.close()
    return [up, waiting]


def _with(family: GaugeMetricFamily, value: float) -> GaugeMetricFamily:
    family.add_metric([], value)
    return family
