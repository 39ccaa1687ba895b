"""The test world made once for a module: each test gets a copy of its database, which takes a hundredth of the time."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app

from logistics import create_app
from logistics.db import db
from tests.api.world import World, a_world
from tests.conftest import settings_for


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadyWorld:
    """A SQLite file with the world in it, and the moment at which it was made."""

    path: Path
    world: World
    clock: Callable[[], datetime]


def ready_world(template: Path, folder: Path) -> ReadyWorld:
    """Make the world in a copy of the migrated `template`."""
    path = folder / "world.db"
    shutil.copy(template, path)
    app = create_app(settings_for(f"sqlite:///{path}", folder))
    with app.app_context():
        world = a_world()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for engine in db.engines.values():
            engine.dispose()
        return ReadyWorld(path=path, world=world, clock=current_app.config["CLOCK"])


def app_in(ready: ReadyWorld, folder: Path) -> Iterator[Flask]:
    """An app on a copy of the world, its clock stopped where the world's was, its context pushed."""
    path = folder / "platform.db"
    shutil.copy(ready.path, path)
    app = create_app(settings_for(f"sqlite:///{path}", folder))
    app.config["CLOCK"] = ready.clock
    with app.app_context():
        yield app
        for engine in db.engines.values():
            engine.dispose()
