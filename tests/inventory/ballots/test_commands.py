"""The published file on the command line, and the relay's jobs that close a ballot and let the next move up."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from logistics.db import reading
from logistics.inventory.ballots.export import document
from logistics.inventory.ballots.rules import BallotState
from logistics.outbox import Promise
from tests.inventory.ballots.lots import (
    DRAWN_AT,
    Lots,
    a_drawn_ballot,
    a_stocked_town,
    an_open_ballot,
    ballot,
    drawn,
    outcomes,
    rows,
)
from workers.jobs import JOBS


@pytest.fixture
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en")


def exported(lots: Lots, folder: Path) -> Path:
    path = folder / "ballot.json"
    with reading() as session:
        path.write_text(json.dumps(document(session, lots.ballot_id)), encoding="utf-8")
    return path


@pytest.mark.usefixtures("english")
def test_anybody_checks_a_file_and_the_platform_its_own_ballot(app: Flask, tmp_path: Path) -> None:
    lots = a_drawn_ballot(a_stocked_town())
    path, runner = exported(lots, tmp_path), app.test_cli_runner()

    by_file = runner.invoke(args=["ballot", "verify", str(path)])
    by_id = runner.invoke(args=["ballot", "verify", str(lots.ballot_id)])
    as_json = runner.invoke(args=["ballot", "verify", "--json", str(path)])
    printed = runner.invoke(args=["ballot", "export", str(lots.ballot_id)])

    winners = [row.code for row in rows(lots)[:2]]
    assert (by_file.exit_code, by_id.exit_code) == (0, 0), by_file.output
    assert by_file.output == by_id.output
    assert f"is right: 6 registrations, 2 shares, drawn for {', '.join(winners)};" in by_file.output
    assert json.loads(as_json.output)["winners"] == winners
    assert json.loads(printed.output) == json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.usefixtures("english")
def test_a_file_is_held_against_what_was_noted(app: Flask, tmp_path: Path) -> None:
    path = exported(a_drawn_ballot(a_stocked_town()), tmp_path)
    published = json.loads(path.read_text(encoding="utf-8"))
    runner, noted = app.test_cli_runner(), ["--commitment", published["commitment"].upper()]

    alone = runner.invoke(args=["ballot", "verify", str(path)])
    both = runner.invoke(args=["ballot", "verify", str(path), *noted, "--list", published["list_sha256"]])
    other = runner.invoke(args=["ballot", "verify", str(path), "--list", "0" * 64])
    cut = runner.invoke(args=["ballot", "verify", str(path), "--commitment", "5eed"])

    assert f"Commitment {published['commitment']}, list {published['list_sha256']}: the same must" in alone.output
    assert "Commitment and list are those that were noted." in both.output
    assert [one.exit_code for one in (alone, both, other, cut)] == [0, 0, 1, 2]
    assert f"but {'0' * 64} was noted when it closed" in other.output


@pytest.mark.usefixtures("english")
def test_a_tampered_file_is_told_by_its_first_wrong_row(app: Flask, tmp_path: Path) -> None:
    path = exported(a_drawn_ballot(a_stocked_town()), tmp_path)
    published = json.loads(path.read_text(encoding="utf-8"))
    code = published["registrations"][3]["code"]
    published["registrations"][3]["weight"] = 9
    published["registrations"][5]["weight"] = 9
    path.write_text(json.dumps(published), encoding="utf-8")

    told = app.test_cli_runner().invoke(args=["ballot", "verify", str(path)])

    assert told.exit_code == 1
    assert f"Row 4, code {code}: code and weight 9 do not give the row's own check." in told.output


@pytest.mark.usefixtures("english")
def test_what_cannot_be_checked_is_told_in_a_sentence(app: Flask, tmp_path: Path) -> None:
    lots = an_open_ballot(a_stocked_town(), homes=1)
    path, runner = tmp_path / "some.json", app.test_cli_runner()

    for content in ("", "no JSON", "[]", '{"format": "ballot-1"}', "\xff"):
        path.write_text(content, encoding="latin-1")
        told = runner.invoke(args=["ballot", "verify", str(path)])
        assert (told.exit_code, "This is no exported ballot" in told.output) == (1, True), content
    for named, words in (
        ("nowhere.json", "nowhere.json"),
        ("999", "No ballot 999."),
        (str(lots.ballot_id), "is not drawn yet"),
    ):
        told = runner.invoke(args=["ballot", "verify", named])
        assert (told.exit_code, words in told.output) == (1, True), told.output


def ring(job: str, **ids: int) -> None:
    """Run a job for its promise, as a worker does."""
    with reading() as session:
        promises = select(Promise).where(Promise.job == job, Promise.done_at.is_(None))
        (promise,) = [p for p in session.scalars(promises) if p.args == ids]
    JOBS[job].run(promise.id, **ids)
    with reading() as session:
        found = session.get_one(Promise, promise.id)
    assert found.done_at is not None, found.error


def test_the_relay_closes_a_ballot_and_lets_the_next_move_up(any_tables: Flask) -> None:
    lots = an_open_ballot(a_stocked_town())

    ring("close_ballot", ballot_id=lots.ballot_id)
    closed = ballot(lots).state
    drawn(lots)
    ring("move_up_ballot", ballot_id=lots.ballot_id)  # by the clock of today, years after the two days

    assert closed is BallotState.CLOSED
    assert outcomes(lots) == ["lapsed"] * 2 + ["offered"] * 2 + ["waiting"] * 2
    collect_by = rows(lots)[2].collect_by
    assert collect_by is not None
    assert DRAWN_AT < datetime.now(UTC) < collect_by
