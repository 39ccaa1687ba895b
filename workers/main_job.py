"""The main job: a day found, imported or made up, run through the queue, and told on the terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session
from tqdm import tqdm

from logistics import outbox
from logistics.config import Settings
from logistics.day import service as days
from logistics.day.export import export_run
from logistics.day.importing import import_folder
from logistics.day.models import Day, DayRun
from logistics.day.rules import Phase, RunState
from logistics.day.sample import make_sample
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the user asked for. Without `day_folder` it is the day at hand, or the sample where there is none."""

    day_folder: Path | None
    roads_file: Path | None
    again: bool


def find_day(wanted: Wanted, settings: Settings) -> int:
    """The id of the day to run: imported, made up, left unfinished, or the one imported last.

    Raises:
        BadDayFolder: the folder cannot be imported; nothing of it was.
    """
    if wanted.day_folder is not None:
        roads = wanted.roads_file or settings.roads_file
        return import_folder(wanted.day_folder, roads_file=roads, now=_now()).day_id
    with reading() as session:
        unfinished = session.scalar(
            select(DayRun.day_id).where(DayRun.state == RunState.RUNNING).order_by(DayRun.id.desc()).limit(1)
        )
        newest = session.scalar(select(Day.id).order_by(Day.imported_at.desc(), Day.id.desc()).limit(1))
    found = unfinished or newest
    return found if found is not None else make_sample(now=_now(), roads_dir=settings.instance_dir / "roads").day_id


def find_run(day_id: int, wanted: Wanted, settings: Settings) -> tuple[int, bool]:
    """The run of the day to follow, and whether it had finished before: the unfinished one, the last one if it is
    done and nobody asks for another, or a new one."""
    with transaction() as session:
        last = session.scalar(select(DayRun).where(DayRun.day_id == day_id).order_by(DayRun.id.desc()).limit(1))
        if last is not None and last.state is RunState.DONE and not wanted.again:
            return last.id, True
        command = days.StartRun(
            day_id=day_id,
            time_limit_s=settings.solve_time_limit_s,
            iteration_limit=settings.solve_iteration_limit,
            seed=settings.solve_seed,
        )
        return days.start_run(session, command, now=_now()), False


def follow(run_id: int, *, wait: Callable[[float], None], interactive: bool) -> RunStatus:
    """Show a bar until the run is over; `wait` is called between looks. Returns how it ended."""
    with tqdm(total=100, bar_format="{desc} {bar} {percentage:3.0f}% {elapsed}", disable=not interactive) as bar:
        told: Phase | None = None
        while True:
            with reading() as session:
                status = days.run_status(session, run_id)
            bar.set_description_str(f"{PHASES[status.phase]:<14}", refresh=False)
            bar.update(round(status.fraction * 100) - bar.n)
            if not interactive and status.phase is not told:
                print(f"  {status.fraction:4.0%}  {PHASES[status.phase]}", flush=True)
                told = status.phase
            if status.state is not RunState.RUNNING:
                return status
            wait(LOOK_EVERY_S)


def export(run_id: int, folder: Path, settings: Settings) -> list[Path]:
    with reading() as session:
        return export_run(session, run_id, folder, travel_cache_dir=settings.travel_cache_dir)


def rest_undone() -> int:
    """How many promises were rung and not kept; they are rung again as soon as the relay runs."""
    with transaction() as session:
        return outbox.forget_rings(session)


def failures() -> list[str]:
    """Work that the platform has given up, one line each."""
    with reading() as session:
        return _failures(session)


def _failures(session: Session) -> list[str]:
    rows = session.scalars(select(outbox.Promise).where(outbox.Promise.failed_at.is_not(None)))
    return [f"{row.job} {row.args}: {row.error}" for row in rows]


def _now() -> datetime:
    return datetime.now(UTC)
