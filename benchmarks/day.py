"""Seconds per phase and peak memory of one delivery day, beside a bare baseline measured in the same run.

    python -m benchmarks.day --day FOLDER --roads FILE.osm.pbf [--time-limit 10]

The baseline of the import is the same files read by the csv module and
inserted by the bare sqlite3 driver without a check; that of the plan is its first solution, one second of search.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import resource
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flask_migrate import upgrade

from logistics import create_app
from logistics.config import Settings
from logistics.day import service as days
from logistics.day.commands import run_here
from logistics.day.export import export_run
from logistics.day.importing import import_folder
from logistics.day.rules import RunState
from logistics.db import reading, transaction

Row = tuple[str, float, str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--day", type=Path, required=True, help="day folder")
    parser.add_argument("--roads", type=Path, help="road file; great circle without it")
    parser.add_argument("--time-limit", type=int, default=10, help="seconds of search")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows, summary = measure(Path(folder), args.day, args.roads, args.time_limit)
    print(f"{summary['orders']} orders, {summary['lines']} lines, {summary['stops']} stops, {summary['routes']} routes")
    print(f"{'phase':<16}{'seconds':>9}  beside it")
    for name, seconds, beside in rows:
        print(f"{name:<16}{seconds:>9.2f}  {beside}")
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak_mb:.0f} MB")


def measure(folder: Path, day: Path, roads: Path | None, time_limit_s: int) -> tuple[list[Row], dict[str, object]]:
    """Rows of the table and the run's summary."""
    app = create_app(Settings.from_env({**os.environ, "INSTANCE_DIR": str(folder), "LOG_LEVEL": "ERROR"}))
    with app.app_context():
        upgrade()
        clock: dict[str, float] = {}
        with timed(clock, "bare import"):
            bare_import(day, folder / "bare.db")
        with timed(clock, "import"):
            imported = import_folder(day, roads_file=roads, now=now())
        first = run(imported.day_id, time_limit_s=1, cache=folder / "first-travel")
        started = time.monotonic()
        status = run(imported.day_id, time_limit_s=time_limit_s, cache=folder / "travel")
        wall = time.monotonic() - started
        with timed(clock, "export"), reading() as session:
            export_run(session, status.run_id, folder / "out", travel_cache_dir=folder / "travel")
    # closing, waves and batches are done once: their seconds are the first run's
    phases = {**status.phase_seconds, **{k: first.phase_seconds[k] for k in ("close", "wave", "batch")}}
    solve = phases["plan_solve"]
    rest = clock["import"] + clock["export"] + sum(s for k, s in phases.items() if k not in {"plan", "plan_solve"})
    rows: list[Row] = [
        ("import", clock["import"], f"{clock['import'] / clock['bare import']:.1f} × the bare driver"),
        *((name, phases[name], "") for name in phases if name not in {"plan", "plan_solve"}),
        ("export", clock["export"], ""),
        ("all but solving", rest, "goal: under 15"),
        ("solving", solve, f"limit {time_limit_s} s; cost {_ratio(status, first)} of 1 s of search"),
        ("run, wall", wall, ""),
    ]
    return rows, dict(status.summary)


def _ratio(status: days.RunStatus, first: days.RunStatus) -> str:
    return f"{status.summary['cost_cents'] / first.summary['cost_cents']:.3f}"


def run(day_id: int, *, time_limit_s: int, cache: Path) -> days.RunStatus:
    with transaction() as session:
        command = days.StartRun(day_id=day_id, time_limit_s=time_limit_s, iteration_limit=None, seed=1)
        run_id = days.start_run(session, command, now=now())
    status = run_here(run_id, travel_cache_dir=cache)
    if status.state is not RunState.DONE:
        raise SystemExit(f"the run is {status.state}: {status.error}")
    return status


def bare_import(day: Path, database: Path) -> None:
    """The same rows through csv and sqlite3 alone, one table a file, one transaction."""
    connection = sqlite3.connect(database)
    for path in sorted(day.iterdir()):
        if path.suffix not in {".csv", ".gz"}:
            continue
        opener = gzip.open if path.suffix == ".gz" else open
        with opener(path, "rt", encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        table = path.name.split(".")[0]
        columns = ", ".join(f'"{name}"' for name in header)
        connection.execute(f"CREATE TABLE {table} ({columns})")
        connection.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' * len(header))})", rows)  # noqa: S608
    connection.commit()
    connection.close()


@contextmanager
def timed(clock: dict[str, float], name: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    clock[name] = time.monotonic() - started


def now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
