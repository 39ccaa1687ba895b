"""`flask allocation replay`: says that all is the same, or names the first difference and ends with 1."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from sqlalchemy import update

from logistics.db import transaction
from logistics.inventory.rounds.models import RoundShare
from tests.inventory.rounds.office import a_tree, asked, drafted, seen, stocked


@pytest.fixture
def round_id(app: Flask) -> int:
    tree = a_tree()
    stocked(tree, "e1", 100)
    asked(tree, "e1a", 100)
    asked(tree, "e1b", 50)
    return drafted(tree, "e1")


def run(app: Flask, *arguments: object, language: str = "en_US.UTF-8") -> tuple[int, str]:
    answer = app.test_cli_runner().invoke(args=["allocation", "replay", *map(str, arguments)], env={"LC_ALL": language})
    return answer.exit_code, answer.output


def test_a_round_that_is_as_it_was_says_so(app: Flask, round_id: int) -> None:
    status, told = run(app, round_id)

    assert status == 0
    assert "2 shares, all as they were stored." in told
    assert seen(round_id) in told
    assert "全部与存储一致" in run(app, round_id, language="zh_CN.UTF-8")[1]


def test_a_tampered_share_is_named_and_the_command_fails(app: Flask, round_id: int) -> None:
    with transaction() as session:
        session.execute(update(RoundShare).where(RoundShare.place == "e1b").values(allocated=50))
        session.execute(update(RoundShare).where(RoundShare.place == "e1a").values(allocated=50))

    status, told = run(app, round_id)

    assert status == 1
    assert "2 differences, the first:\n  e1a, allocated: stored 50, computed 67" in told


def test_as_json_every_share_and_difference_is_told(app: Flask, round_id: int) -> None:
    status, told = run(app, round_id, "--json")
    found = json.loads(told)

    assert (status, found["same"], found["differences"]) == (0, True, [])
    assert [(one["place"], one["allocated"]) for one in found["computed"]] == [("e1a", 67), ("e1b", 33)]

    with transaction() as session:
        session.execute(update(RoundShare).where(RoundShare.place == "e1b").values(carry=9))
    status, told = run(app, round_id, "--json")
    assert status == 1
    assert json.loads(told)["differences"] == [{"what": "carry", "place": "e1b", "stored": 9, "computed": 0}]


def test_a_round_that_is_not_there_is_an_error(app: Flask) -> None:
    status, told = run(app, 99)

    assert status == 1
    assert "No round 99." in told
