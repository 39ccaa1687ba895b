"""The phases of a delivery day and their order."""

from __future__ import annotations

from enum import StrEnum


class Phase(StrEnum):
    CLOSE = "close"
    WAVE = "wave"
    BATCH = "batch"
    PLAN = "plan"
    MANIFEST = "manifest"
    SUMMARY = "summary"
    DONE = "done"


class RunState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


def next_phase(phase: Phase) -> Phase:
    """The phase after `phase`; DONE stays DONE."""
    phases = list(Phase)
    return phases[min(phases.index(phase) + 1, len(phases) - 1)]


def fraction_done(phase: Phase, *, plan_fraction: float = 0.0) -> float:
    """How much of a run is behind it, from 0 to 1. Planning is most of the wait, so it is most of the bar."""
    before = {
        Phase.CLOSE: 0.0,
        Phase.WAVE: 0.06,
        Phase.BATCH: 0.10,
        Phase.PLAN: 0.15,
        Phase.MANIFEST: 0.92,
        Phase.SUMMARY: 0.97,
        Phase.DONE: 1.0,
    }
    if phase is Phase.PLAN:
        return before[Phase.PLAN] + (before[Phase.MANIFEST] - before[Phase.PLAN]) * min(max(plan_fraction, 0.0), 1.0)
    return before[phase]
