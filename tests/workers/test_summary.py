"""What a run's summary tells on the terminal of what was left out."""

from __future__ import annotations

import pytest
from flask import Flask

from logistics.day.rules import Phase, RunState
from logistics.day.service import RunStatus
from workers import summary

FIGURES = {
    **{"orders": 3, "batched_orders": 1, "lines": 4, "shorted_lines": 0, "kg": 1.5, "batches": 1, "packages": 1},
    **{"stops": 2, "stops_served": 1, "routes": 1, "vehicles": 1, "km": 1.0, "hours": 0.5},
}


def told(**more: object) -> list[str]:
    """The summary's lines for a run that is done."""
    return list(
        summary.of_run(
            RunStatus(
                run_id=1,
                day_id=1,
                day_code="d",
                state=RunState.DONE,
                phase=Phase.SUMMARY,
                fraction=1.0,
                plan_id=1,
                plan_progress={},
                error="",
                phase_seconds={},
                summary=FIGURES | more,
            )
        )
    )


@pytest.mark.parametrize(("language", "word"), [("en", "Too heavy for any vehicle"), ("zh", "超过任何车辆的载重")])
def test_a_dropped_stop_is_told_with_its_reason_in_words(
    app: Flask, monkeypatch: pytest.MonkeyPatch, language: str, word: str
) -> None:
    monkeypatch.setenv("LC_ALL", language)
    drop = {"stop": "B7", "name": "North gate", "reason": "too_heavy"}

    with app.app_context():
        lines = told(dropped=[drop])

    assert f"    North gate (B7): {word} (too_heavy)" in lines


def test_orders_without_a_batch_are_counted_by_reason(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en")
    orders = [{"order": "a", "reason": "cancelled"}, {"order": "b", "reason": "nothing_left"}]

    with app.app_context():
        line = next(line for line in told(unbatched=orders) if "unbatched" in line)

    assert line.endswith("2: Cancelled (cancelled) 1, Nothing was left for them (nothing_left) 1")
