"""Small files, and a terminal that speaks English."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import REPO
from tests.routing.engine.formats.files import CVRP


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def on_foot(tmp_path: Path) -> Path:
    """The documentation's example of walks: a van, two volunteers, three buildings."""
    page = (REPO / "docs" / "problem-files.md").read_text(encoding="utf-8")
    path = tmp_path / "tuesday.json"
    path.write_text(page.split("```json\n")[2].partition("```")[0], encoding="utf-8")
    return path


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.vrp"
    path.write_text(CVRP, encoding="utf-8")
    return path
