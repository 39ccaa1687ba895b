"""The commands of `flask` on a terminal: its language, and failures that are sentences."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
from flask import Flask

from logistics import create_app
from logistics.db import db
from logistics.terminal import Command, language
from tests.conftest import REPO, settings_for


@contextmanager
def on_command_line(app: Flask) -> Iterator[None]:
    """With the context that the `flask` script pushes."""
    with app.app_context():
        yield
        for engine in db.engines.values():
            engine.dispose()


@pytest.mark.parametrize(
    ("env", "spoken"),
    [
        ({}, "zh"),
        ({"LANG": "C.UTF-8"}, "zh"),
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "de_DE.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LANG": "en"}, "en"),
        ({"LC_ALL": "zh_CN.UTF-8", "LANG": "en_US.UTF-8"}, "zh"),
        ({"LC_ALL": "", "LANG": "en_US.UTF-8"}, "en"),
        ({"LC_MESSAGES": "en_US.UTF-8", "LANG": "zh_CN.UTF-8"}, "en"),
    ],
)
def test_a_terminal_is_spoken_to_in_chinese_unless_it_asks_for_english(env: dict[str, str], spoken: str) -> None:
    assert language(env) == spoken


def test_every_command_of_the_platform_tells_its_failures_in_sentences(app: Flask) -> None:
    of_others = {"db", "openapi"}
    groups = [one for name, one in app.cli.commands.items() if isinstance(one, click.Group) and name not in of_others]

    found = [one for group in [app.cli, *groups] for one in group.commands.values() if not isinstance(one, click.Group)]

    assert {command.name for command in found} >= {"import-day", "gather-day", "run-day", "export", "create-account"}
    assert [command.name for command in found if not isinstance(command, Command)] == []


@pytest.mark.parametrize(
    ("locale", "told"), [("zh_CN.UTF-8", "Error: 找不到"), ("en_US.UTF-8", "Error: No day nowhere.")]
)
def test_a_refusal_is_told_in_the_terminals_language(
    app: Flask, monkeypatch: pytest.MonkeyPatch, locale: str, told: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)

    result = app.test_cli_runner().invoke(args=["run-day", "nowhere"])

    assert result.exit_code == 1
    assert result.output.startswith(told)


@pytest.mark.parametrize(
    "args",
    [
        ["import-day", "DAY"],
        ["make-sample"],
        ["gather-day", "2020-02-18"],
        ["run-day", "D1"],
        ["plan", "export", "OUT"],
        ["create-account", "root", "--role", "admin"],
    ],
    ids=lambda args: args[0],
)
def test_without_tables_a_command_says_how_to_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: list[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    day = tmp_path / "day"
    new = tmp_path / "new"
    app = create_app(settings_for(f"sqlite:///{new}/platform.db", new))
    if "DAY" in args:
        assert app.test_cli_runner().invoke(args=["export-sample", str(day)]).exit_code == 0
    at = {"DAY": str(day), "OUT": str(tmp_path / "out")}

    with on_command_line(app):
        result = app.test_cli_runner().invoke(args=[at.get(word, word) for word in args], input="a long password\n")

    assert result.exit_code == 1
    told = result.output.strip().splitlines()[-1]
    assert told == "Error: The database has no tables, or an older release's: run “flask db upgrade” first."


@pytest.mark.postgres
def test_without_tables_on_postgresql_the_same_is_said(
    postgres_tables: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE day_runs CASCADE")
    app = create_app(settings_for(postgres_tables.config["SQLALCHEMY_DATABASE_URI"], tmp_path))

    with on_command_line(app):
        result = app.test_cli_runner().invoke(args=["plan", "export", str(tmp_path / "out")])

    assert (result.exit_code, "run “flask db upgrade” first" in result.output) == (1, True)


def test_a_database_that_is_away_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    app = create_app(settings_for("postgresql://127.0.0.1:1/nowhere", tmp_path))

    with on_command_line(app):
        result = app.test_cli_runner().invoke(args=["run-day", "D1"])

    assert result.exit_code == 1
    assert result.output.startswith("Error: The database does not answer (DATABASE_URL): connection failed")
    assert len(result.output.splitlines()) == 1


def test_db_upgrade_makes_a_fresh_instance_folder_that_is_private(tmp_path: Path) -> None:
    fresh = tmp_path / "deep" / "instance"
    outside = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "PLATFORM_ENV"}}

    done = subprocess.run(
        [sys.executable, "-m", "flask", "db", "upgrade"],
        cwd=REPO,
        env={**outside, "INSTANCE_DIR": str(fresh)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (fresh / "platform.db").is_file()
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o700


def test_making_the_app_opens_no_database(tmp_path: Path) -> None:
    create_app(settings_for(f"sqlite:///{tmp_path}/new/platform.db", tmp_path / "new", SECRET_KEY="k" * 32))

    assert not (tmp_path / "new").exists()


def test_gather_day_names_its_argument(app: Flask) -> None:
    told = app.test_cli_runner().invoke(args=["gather-day", "--help"]).output

    assert "DELIVERY_DATE" in told
    assert "%Y" not in told.splitlines()[0]


def test_a_folder_that_cannot_be_written_is_named(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")

    result = app.test_cli_runner().invoke(args=["export-sample", str(tmp_path / "file" / "below")])

    assert result.exit_code == 1
    assert result.output.strip() == f"Error: {tmp_path}/file/below: Not a directory"
