"""The first account of a platform, and what the terminal says of it."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from logistics.accounts import service as accounts
from logistics.accounts.models import Role
from logistics.db import reading, transaction
from logistics.delivery.service import assign_courier
from tests.api.world import an_account
from tests.builders import NOW
from tests.conftest import settings_for
from tests.delivery.road import a_day_on_the_road, manifests
from workers import people
from workers.services import ROOT


def test_the_first_account_is_an_administrators_with_a_password_that_signs_in(app: Flask, tmp_path: Path) -> None:
    assert people.nobody_has_an_account()

    login = people.open_first_account(settings_for("sqlite:////x.db", tmp_path), now=NOW)

    assert login is not None
    assert len(login.password) == 16
    assert not people.nobody_has_an_account()
    with reading() as session:
        found = accounts.credentials(session, login.username)
    assert found is not None
    assert found.viewer.role is Role.ADMIN
    assert accounts.password_fits(found, login.password)
    told = list(people.how_to_open_accounts(settings_for("sqlite:////x.db", tmp_path), login))
    assert told == [
        f"  首个账号 first login: admin  {login.password}  (只显示这一次 shown only this once)",
        "  开立账号 open an account: "
        f"INSTANCE_DIR={tmp_path} .venv/bin/flask create-account NAME --role courier  (--help)",
    ]


def test_production_makes_no_account_and_names_the_command(app: Flask, tmp_path: Path) -> None:
    settings = settings_for("sqlite:////x.db", ROOT / "instance", PLATFORM_ENV="production", SECRET_KEY="k" * 32)

    login = people.open_first_account(settings, now=NOW)

    assert login is None
    assert people.nobody_has_an_account()
    assert list(people.how_to_open_accounts(settings, login)) == [
        "  还没有账号 there is no account yet",
        "  开立账号 open an account: .venv/bin/flask create-account NAME --role admin  (--help)",
    ]


def test_a_courier_of_the_sample_gets_a_manifest_and_what_was_given_out_stays(app: Flask, tmp_path: Path) -> None:
    plan_id, manifest, _ = a_day_on_the_road(tmp_path)
    with transaction() as session:
        second, first = (an_account(session, name, Role.COURIER) for name in ("courier2", "courier"))

    assert people.put_couriers_to_work(plan_id, now=NOW) == 1  # one route, so nothing for the second
    assert [manifest.courier_id for manifest in manifests()] == [first]

    with transaction() as session:
        assign_courier(session, manifest.id, second, now=NOW)
    assert people.put_couriers_to_work(plan_id, now=NOW) == 0
    assert [manifest.courier_id for manifest in manifests()] == [second]


def test_without_the_samples_couriers_nobody_is_put_to_work(app: Flask, tmp_path: Path) -> None:
    plan_id, _, _ = a_day_on_the_road(tmp_path)
    with transaction() as session:
        an_account(session, "courier", Role.ADMIN)

    assert people.put_couriers_to_work(plan_id, now=NOW) == 0
