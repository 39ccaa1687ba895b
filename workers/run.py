"""`python -m workers.run`: the whole platform on one machine, and the main job run through it.

The supervisor owns every process: the embedded Valkey, the web server, the relay, one worker per queue. Whatever kills
it, they die with it; whatever was under way stands in the database and is taken up by the next start.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import FrameType

import flask_migrate
from flask import Flask
from sqlalchemy.exc import OperationalError
from tqdm import tqdm

from logistics import create_app
from logistics.config import BadConfiguration, Settings
from logistics.day.importing import BadDayFolder
from logistics.day.rules import RunState
from logistics.day.service import RunStatus
from logistics.errors import DomainError
from logistics.observability import error_line
from logistics.routing.engine.travel import BadRoadFile
from logistics.terminal import said, told
from workers import main_job, people, results, summary
from workers.main_job import FoundDay, Wanted
from workers.processes import die_with_parent
from workers.results import CannotWrite
from workers.services import ROOT, ChildFails, Services
from workers.supervisor import CannotStart, Footing, require_free_port
from workers.valkey import ValkeyTrouble

FAILED, CANNOT_START = 1, 2
LOOK_EVERY_S = 0.3
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The user or the system asks the supervisor to end."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main(arguments: Sequence[str] | None = None) -> int:
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace", line_buffering=True)  # type: ignore[union-attr]
    chosen = _parser().parse_args(arguments)
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    if chosen.follow_parent:
        die_with_parent(os.getppid(), signal.SIGTERM)
    try:
        settings = _settings(chosen)
        footing = Footing(settings.instance_dir)
        footing.take()
    except (BadConfiguration, CannotStart, CannotWrite) as refusal:
        return _complain(CANNOT_START, refusal)
    try:
        return _on_footing(footing, settings, chosen)
    except (CannotStart, ValkeyTrouble) as refusal:
        return _complain(CANNOT_START, refusal)
    finally:
        footing.leave()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m workers.run", description="Run the platform and a delivery day.")
    parser.add_argument("--day", type=Path, metavar="FOLDER", help="import this day folder; without: the day at hand")
    parser.add_argument("--roads", type=Path, metavar="FILE", help="the road map of the day, an .osm.pbf file")
    parser.add_argument("--out", type=Path, metavar="FOLDER", help="write the results there")
    parser.add_argument("--port", help="port of the web server")
    parser.add_argument("--once", action="store_true", help="end after the summary; exit code 0 when all went well")
    parser.add_argument("--again", action="store_true", help="run the day again though it has been run")
    parser.add_argument("--follow-parent", action="store_true", help="end when the process that started this ends")
    return parser


def _settings(chosen: argparse.Namespace) -> Settings:
    if chosen.port:
        os.environ["PORT"] = chosen.port
    settings = Settings.from_env()
    for name in ("day", "roads", "out"):
        path: Path | None = getattr(chosen, name)
        setattr(chosen, name, path.expanduser().resolve() if path is not None else None)
    if chosen.roads is not None and not chosen.roads.is_file():
        raise CannotStart(f"there is no road file {chosen.roads}")
    if chosen.out is not None:
        results.require_writable(chosen.out)
    if chosen.roads is not None and chosen.day is None:
        print("ROADS goes with a day folder (DAY=…); the day at hand keeps its own roads", file=sys.stderr)
    os.environ["INSTANCE_DIR"] = str(settings.instance_dir)
    os.chdir(ROOT)
    return settings


def _on_footing(footing: Footing, settings: Settings, chosen: argparse.Namespace) -> int:
    left = footing.end_what_was_left()
    if left:
        print(f"ended {len(left)} processes that a killed supervisor had left behind", file=sys.stderr)
    require_free_port(settings.host, settings.port)
    services = Services(settings, footing, tell=lambda line: tqdm.write(line, file=sys.stderr))
    served = False
    try:
        services.start_queue()
        app = create_app(settings)
        with app.app_context():
            _bring_up_to_date(app)
            if services.queue_is_ours:  # then no worker can be running: what was rung and is undone was cut short
                main_job.rest_undone()
            services.start_the_rest()
            try:
                code = _main_job(services, settings, chosen)
            except DomainError as refusal:
                return _complain(FAILED, refusal.told(said) if isinstance(refusal, BadDayFolder) else told(refusal))
        if chosen.once:
            return code
        served = True
        print("按 Ctrl-C 停止 Ctrl-C stops")
        while True:
            services.look()
            time.sleep(LOOK_EVERY_S)
    except ChildFails as failure:
        return _complain(FAILED, failure)
    except (BadRoadFile, FileNotFoundError, CannotWrite) as refusal:
        return _complain(FAILED, refusal)
    except OperationalError as trouble:
        return _complain(CANNOT_START, f"the database does not answer (DATABASE_URL): {error_line(trouble)}")
    except BrokenPipeError:  # nobody reads what we say any more
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Stopped as stopped:
        print("\n正在停止 stopping …")
        return 0 if served else 128 + stopped.number
    finally:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)
        services.stop()


def _bring_up_to_date(app: Flask) -> None:
    flask_migrate.upgrade(directory=f"{app.root_path}/migrations")


def _main_job(services: Services, settings: Settings, chosen: argparse.Namespace) -> int:
    """Import, run, tell, export. Returns the exit code of `--once`.

    Raises:
        DomainError, BadRoadFile, FileNotFoundError: the day cannot be imported.
        CannotWrite: the results cannot be written.
    """

    def wait(seconds: float) -> None:
        services.look(give_up=chosen.once)
        time.sleep(seconds)

    began = main_job.now()
    wanted = Wanted(day_folder=chosen.day, roads_file=chosen.roads, again=chosen.again)
    day = main_job.find_day(wanted, settings)
    status = None if day is None else _run_day(day, wanted, settings, chosen.out, wait)
    answers = main_job.web_answers(settings, wait=wait)
    if not answers:
        _say(["the web server is silent"])
    elif not chosen.once:
        _say(summary.addresses(settings, status.plan_id if status else None))
    _say(summary.logins(day.logins if day else ()))
    if not chosen.once and people.nobody_has_an_account():
        login = people.open_first_account(settings, now=main_job.now())
        _say(people.how_to_open_accounts(settings, login))
    failures = main_job.failures(since=began)
    _say(failures)
    failed = status is not None and status.state is not RunState.DONE
    return FAILED if failed or failures or not answers else 0


def _run_day(
    day: FoundDay, wanted: Wanted, settings: Settings, out: Path | None, wait: Callable[[float], None]
) -> RunStatus:
    _say(f"  {notice}" for notice in day.notices)
    run = main_job.find_run(day.day_id, wanted, settings)
    print(f"{day.code}: {'已运行过 run before' if run.was_done else '运行 run'} ({run.run_id})")
    status = main_job.follow(run.run_id, wait=wait, interactive=_has_screen())
    _say(summary.of_run(status))
    if day.logins and status.plan_id is not None and status.state is RunState.DONE:  # it is the sample
        people.put_couriers_to_work(status.plan_id, now=main_job.now())
    if out is not None and status.state is RunState.DONE:
        _say(f"  {path}" for path in results.write(run.run_id, out, settings))
    return status


def _has_screen() -> bool:
    """Whether a bar can be drawn: a terminal that says it has no lines gets lines of text."""
    return sys.stderr.isatty() and os.get_terminal_size(sys.stderr.fileno()).lines > 0


def _say(lines: Iterable[str]) -> None:
    for line in lines:
        print(line)


def _stop(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def _complain(code: int, fault: Exception | str) -> int:
    print(fault, file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
