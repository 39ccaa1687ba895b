"""Real threads that start together, each with a connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask

T = TypeVar("T")


def race(app: Flask, runners: Sequence[Callable[[], T]]) -> list[T | BaseException]:
    """Run everything at once. Returns what each returned or raised, in the order given."""
    start = Barrier(len(runners))

    def run(runner: Callable[[], T]) -> T | BaseException:
        with app.app_context():
            start.wait(timeout=30)
            try:
                return runner()
            except Exception as error:
                return error

    with ThreadPoolExecutor(len(runners)) as pool:
        return list(pool.map(run, runners))
