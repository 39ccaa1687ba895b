"""The dashboard of a delivery day: its phases, the run under way, and what it came to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.accounts.models import Role
from logistics.config import Settings
from logistics.day import queries, service
from logistics.day.queries import RunView
from logistics.day.rules import Phase, RunState
from logistics.db import reading, transaction
from logistics.labels import label
from logistics.routing import queries as routing
from logistics.routing.service import TIME_LIMIT_S_MAX, BadTimeLimit
from logistics.web.here import asked_id, current_viewer, now
from logistics.web.navigation import DAY, MENUS, start_of
from logistics.web.words import _

pages = Blueprint("day", __name__)

SHOWN = (Phase.CLOSE, Phase.WAVE, Phase.BATCH, Phase.PLAN, Phase.MANIFEST)
"""The phases people know; summing up takes no time worth a step."""


@pages.get("/")
def show() -> ResponseReturnValue:
    viewer = current_viewer()
    if DAY not in MENUS[viewer.role]:
        return redirect(url_for(start_of(viewer.role)))
    wanted = asked_id(request.args, "day")
    with reading() as session:
        days = queries.days(session, viewer)
        if not days:
            return render_template("day.html", days=[], day=None)
        day = queries.day(session, viewer, wanted if wanted is not None else days[0].id)
        runs = queries.runs(session, viewer, day_id=day.id, limit=20)
        run = runs[0] if runs else None
        plan = routing.plan_head(session, viewer, run.plan_id) if run and run.plan_id and _planned(run) else None
    return render_template(
        "day.html",
        days=days,
        day=day,
        run=run,
        runs=runs,
        plan=plan,
        steps=steps(run),
        may_run=viewer.role is Role.ADMIN,
        settings=current_app.config["SETTINGS"],
    )


@pages.get("/runs/<int:run_id>/status.json")
def status(run_id: int) -> ResponseReturnValue:
    """What the page asks every second while a run is under way."""
    with reading() as session:
        run = queries.run(session, current_viewer(), run_id)
    return jsonify(
        state=run.state,
        running=run.state is RunState.RUNNING,
        fraction=round(run.fraction, 3),
        message=progress_line(run),
        steps={step["phase"]: {"state": step["state"], "seconds": step["seconds"]} for step in steps(run)},
    )


@pages.post("/days/<int:day_id>/runs")
def start(day_id: int) -> ResponseReturnValue:
    settings: Settings = current_app.config["SETTINGS"]
    seconds = request.form.get("time_limit_s", settings.solve_time_limit_s, type=int)
    if not 1 <= seconds <= TIME_LIMIT_S_MAX:
        raise BadTimeLimit(seconds=seconds, maximum=TIME_LIMIT_S_MAX)
    with transaction() as session:
        queries.day(session, current_viewer(), day_id)
        service.start_run(
            session,
            service.StartRun(
                day_id=day_id,
                time_limit_s=seconds,
                iteration_limit=settings.solve_iteration_limit,
                seed=settings.solve_seed,
            ),
            now=now(),
        )
    flash(_("The run has started."), "good")
    return redirect(url_for(".show", day=day_id))


@pages.post("/runs/<int:run_id>/cancel")
def cancel(run_id: int) -> ResponseReturnValue:
    with transaction() as session:
        run = queries.run(session, current_viewer(), run_id)
        service.cancel_run(session, run_id, now=now())
    flash(_("The run is cancelled."), "good")
    return redirect(url_for(".show", day=run.day_id))


def steps(run: RunView | None) -> list[dict[str, Any]]:
    """The phases with their state (waiting, running, done, failed, cancelled) and seconds."""
    order = list(Phase)
    rows = []
    for phase in SHOWN:
        state = "waiting"
        if run is not None:
            here = order.index(run.phase)
            if order.index(phase) < here or run.state is RunState.DONE:
                state = "done"
            elif order.index(phase) == here:
                state = run.state.value
        seconds = run.phase_seconds.get(phase.value) if run else None
        text = "" if seconds is None else _("%(n)s s", n=f"{seconds:.1f}")
        rows.append({"phase": phase.value, "name": label(phase, "phase"), "state": state, "seconds": text})
    return rows


def progress_line(run: RunView) -> str:
    """One line about what is going on."""
    if run.state is not RunState.RUNNING:
        return label(run.state, "run_state")
    words = label(run.phase, "phase")
    routes, dropped = run.plan_progress.get("routes"), run.plan_progress.get("dropped")
    if run.phase is Phase.PLAN and routes is not None:
        words = _("%(phase)s: %(routes)s routes so far, %(dropped)s stops not planned", phase=words, routes=routes,
                  dropped=dropped or 0)  # fmt: skip
    return words


def _planned(run: RunView) -> bool:
    return run.phase in (Phase.MANIFEST, Phase.SUMMARY, Phase.DONE)
