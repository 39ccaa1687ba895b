"""The main job: a day found, imported or made up, run through the queue, and told on the terminal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from tqdm import tqdm

from logistics import outbox
from logistics.config import Settings
from logistics.day import service as days
from logistics.day.export import export_run
from logistics.day.importing import import_folder
from logistics.day.models import Day, DayRun, DaySource
from logistics.day.rules import Phase, RunState
from logistics.day.sample import DemoLogin, make_sample
from logistics.day.sample.making import DEMO_LOGINS
from logistics.day.service import RunStatus
from logistics.db import reading, transaction

PHASES = {
    Phase.CLOSE: "截单 close",
    Phase.WAVE: "波次 wave",
    Phase.BATCH: "集单 batch",
    Phase.PLAN: "路线 plan",
    Phase.MANIFEST: "配送单 manifest",
    Phase.SUMMARY: "汇总 summary",
    Phase.DONE: "完成 done",
}
LOOK_EVERY_S = 0.3
WEB_PATIENCE_S = 60.0
DATABASE_PATIENCE_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for. Without `day_folder` it is the day at hand, or the sample where there is none."""

    day_folder: Path | None
    roads_file: Path | None
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDay:
    """The day, what the importer has to say about it, and the sample's accounts."""

    day_id: int
    code: str
    notices: tuple[str, ...] = ()
    logins: tuple[DemoLogin, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRun:
    run_id: int
    was_done: bool


def find_day(wanted: Wanted, settings: Settings) -> FoundDay | None:
    """The day to run: imported, left unfinished, imported last, or the sample made up now. None in production where
    no day was imported: the sample has no place there.

    Raises:
        DomainError, BadRoadFile: the folder or its road map cannot be imported; nothing of it was.
    """
    if wanted.day_folder is not None:
        roads = wanted.roads_file or settings.roads_file
        day = import_folder(wanted.day_folder, roads_file=roads, now=now())
        return FoundDay(day_id=day.day_id, code=day.code, notices=day.notices)
    with reading() as session:
        unfinished = select(DayRun.day_id).where(DayRun.state == RunState.RUNNING)
        newest_first = select(Day).order_by(Day.id.in_(unfinished).desc(), Day.imported_at.desc(), Day.id.desc())
        known = session.scalar(newest_first.limit(1))
    if known is not None:
        logins = DEMO_LOGINS if known.source is DaySource.SAMPLE else ()
        return FoundDay(day_id=known.id, code=known.code, logins=logins)
    if settings.production:
        return None
    day = make_sample(now=now(), roads_dir=settings.instance_dir / "roads")
    return FoundDay(day_id=day.day_id, code=day.code, notices=day.notices, logins=day.demo_logins)


def find_run(day_id: int, wanted: Wanted, settings: Settings) -> FoundRun:
    """The run of the day to follow: the unfinished one, the last one if it is done and no other is asked for, or a
    new one."""
    with transaction() as session:
        last = session.scalar(select(DayRun).where(DayRun.day_id == day_id).order_by(DayRun.id.desc()).limit(1))
        if last is not None and last.state is RunState.DONE and not wanted.again:
            return FoundRun(run_id=last.id, was_done=True)
        command = days.StartRun(
            day_id=day_id,
            time_limit_s=settings.solve_time_limit_s,
            iteration_limit=settings.solve_iteration_limit,
            seed=settings.solve_seed,
        )
        return FoundRun(run_id=days.start_run(session, command, now=now()), was_done=False)


def follow(run_id: int, *, wait: Callable[[float], None], interactive: bool) -> RunStatus:
    """Show a bar until the run is over; `wait` is called between looks. Returns how it ended."""
    with tqdm(total=100, bar_format="{desc} {bar} {percentage:3.0f}% {elapsed}", disable=not interactive) as bar:
        told: Phase | None = None
        while True:
            status = _status(run_id, wait)
            bar.set_description_str(f"{PHASES[status.phase]:<14}", refresh=False)
            bar.update(round(status.fraction * 100) - bar.n)
            if not interactive and status.phase is not told:
                print(f"  {status.fraction:4.0%}  {PHASES[status.phase]}", flush=True)
                told = status.phase
            if status.state is not RunState.RUNNING:
                return status
            wait(LOOK_EVERY_S)


def _status(run_id: int, wait: Callable[[float], None]) -> RunStatus:
    """How far the run is; a database that is being restarted is waited for."""
    deadline = time.monotonic() + DATABASE_PATIENCE_S
    while True:
        try:
            with reading() as session:
                return days.run_status(session, run_id)
        except OperationalError:
            if time.monotonic() > deadline:
                raise
            wait(LOOK_EVERY_S)


def export(run_id: int, folder: Path, settings: Settings) -> list[Path]:
    with reading() as session:
        return export_run(session, run_id, folder, travel_cache_dir=settings.travel_cache_dir)


def rest_undone() -> int:
    """Let what was rung and is undone be rung again at once; returns how many promises that is."""
    with transaction() as session:
        return outbox.forget_rings(session)


def failures(*, since: datetime) -> list[str]:
    """Work that the platform has given up since then, one line each."""
    with reading() as session:
        rows = session.scalars(select(outbox.Promise).where(outbox.Promise.failed_at >= since)).all()
    return [f"{row.job} {row.args}: {row.error}" for row in rows]


def web_answers(settings: Settings, *, wait: Callable[[float], None]) -> bool:
    """Whether the web server says that it is ready, within its patience."""
    deadline = time.monotonic() + WEB_PATIENCE_S
    while time.monotonic() < deadline:
        connection = HTTPConnection(reachable(settings.host), settings.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            if connection.getresponse().status == HTTPStatus.OK:
                return True
        except OSError:  # it is still starting
            pass
        finally:
            connection.close()
        wait(LOOK_EVERY_S)
    return False


def reachable(host: str) -> str:
    """An address under which this machine reaches a server that listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  read here, not bound


def now() -> datetime:
    return datetime.now(UTC)
