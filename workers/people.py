"""Who can look at what was run: the first administrator of an own platform, and the sample's couriers at work."""

from __future__ import annotations

import secrets
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from logistics.accounts import service as accounts
from logistics.accounts.models import Account, Role
from logistics.config import Settings
from logistics.day.sample.making import DEMO_LOGINS
from logistics.db import reading, transaction
from logistics.delivery import service as delivery
from logistics.delivery.models import Manifest
from logistics.delivery.rules import ManifestState
from logistics.routing.models import PlanVehicle
from workers.services import ROOT

FIRST_NAME = "admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstLogin:
    username: str
    password: str


def nobody_has_an_account() -> bool:
    with reading() as session:
        return session.scalar(select(Account.id).limit(1)) is None


def open_first_account(settings: Settings, *, now: datetime) -> FirstLogin | None:
    """Make the first account, an administrator's with a random password that is kept nowhere; None in production,
    where nobody's password goes over a terminal."""
    if settings.production:
        return None
    password = secrets.token_urlsafe(12)
    with transaction() as session:
        new = accounts.NewAccount(username=FIRST_NAME, password=password, role=Role.ADMIN)
        accounts.create_account(session, new, now=now)
    return FirstLogin(username=FIRST_NAME, password=password)


def how_to_open_accounts(settings: Settings, login: FirstLogin | None) -> Iterator[str]:
    """What the terminal says where there was no account: the first login, once, and the command for others."""
    if login is not None:
        yield f"  首个账号 first login: {login.username}  {login.password}  (只显示这一次 shown only this once)"
    else:
        yield "  还没有账号 there is no account yet"
    place = (
        "" if settings.instance_dir == ROOT / "instance" else f"INSTANCE_DIR={shlex.quote(str(settings.instance_dir))} "
    )
    role = "admin" if login is None else "courier"
    yield f"  开立账号 open an account: {place}.venv/bin/flask create-account NAME --role {role}  (--help)"


def put_couriers_to_work(plan_id: int, *, now: datetime) -> int:
    """Give the sample's couriers a manifest each, unless somebody has given out manifests of this plan. Returns how
    many were given."""
    names = [login.username for login in DEMO_LOGINS if login.role is Role.COURIER]
    with transaction() as session:
        manifests = session.scalars(
            select(Manifest)
            .join(PlanVehicle, PlanVehicle.id == Manifest.plan_vehicle_id)
            .where(PlanVehicle.plan_id == plan_id, Manifest.state != ManifestState.VOID)
            .order_by(Manifest.id)
        ).all()
        if any(manifest.courier_id is not None for manifest in manifests):
            return 0
        known = select(Account.id).where(Account.username.in_(names), Account.role == Role.COURIER, Account.active)
        open_ids = [manifest.id for manifest in manifests if manifest.state is not ManifestState.DONE]
        given = list(zip(open_ids, session.scalars(known.order_by(Account.username)), strict=False))
        for manifest_id, courier_id in given:
            delivery.assign_courier(session, manifest_id, courier_id, now=now)
        return len(given)
