"""What the documents say is there is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from tests.conftest import REPO

LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.M)


def documents() -> list[Path]:
    """The Markdown files of the project, without what is installed or made."""
    outside = {"node_modules", "instance", "site-packages"}
    found = [path.relative_to(REPO) for path in REPO.rglob("*.md")]
    return sorted(path for path in found if not any(part in outside or part[0] == "." for part in path.parts))


def prose(path: Path) -> str:
    """A document without its blocks of code."""
    return re.sub(r"^```.*?^```", "", (REPO / path).read_text(encoding="utf-8"), flags=re.M | re.S)


def anchors(path: Path) -> set[str]:
    """The names a document's headings get on the usual hosts."""
    bare = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in HEADING.findall(prose(path)))
    return {name.replace(" ", "-") for name in bare}


@pytest.mark.parametrize("document", documents(), ids=str)
def test_every_relative_link_leads_somewhere(document: Path) -> None:
    dead = []
    for link in LINK.findall(prose(document)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (REPO / document).parent / name if name else REPO / document
        inside = target.resolve().is_relative_to(REPO)
        if not (inside and target.exists()) or (anchor and anchor not in anchors(target.resolve().relative_to(REPO))):
            dead.append(link)

    assert dead == []


def test_the_two_readmes_are_among_them() -> None:
    assert {Path("README.md"), Path("README.zh-CN.md"), Path("docs/api.md")} <= set(documents())


def test_the_lists_that_come_whole_are_named(app: Flask) -> None:
    paths = app.test_client().get("/api/openapi.json").get_json()["paths"]
    whole = {
        re.sub(r"{\w+}", "{id}", path.removeprefix("/api/v1"))
        for path, verbs in paths.items()
        if "get" in verbs and is_array(verbs["get"]["responses"]["200"])
    }
    section = prose(Path("docs/api.md")).partition("## Long lists")[2].partition("\n## ")[0]

    assert set(re.findall(r"`(/[^`]*)`", section)) == whole


def is_array(answer: dict[str, dict[str, dict[str, dict[str, str]]]]) -> bool:
    return answer.get("content", {}).get("application/json", {}).get("schema", {}).get("type") == "array"


@pytest.mark.parametrize(
    "command", ["db upgrade", "import-day", "gather-day", "run-day", "plan export", "create-account", "allocate"]
)
def test_the_commands_of_the_readmes_are_commands(app: Flask, command: str) -> None:
    for name in ("README.md", "README.zh-CN.md"):
        assert command in (REPO / name).read_text(encoding="utf-8")

    assert app.test_cli_runner().invoke(args=[*command.split(), "--help"]).exit_code == 0
