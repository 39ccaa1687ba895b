"""Messages leave by real HTTP, to a robot and a gateway on loopback; a worker is killed half-way; clocks move."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import Babel
from sqlalchemy import select
from structlog.testing import capture_logs

from logistics.communities.models import Area
from logistics.config import Settings
from logistics.db import reading
from logistics.notifications.gateway import SmsGateway
from logistics.notifications.models import Attempt
from logistics.notifications.outgoing import senders_of
from logistics.notifications.robots import Robots
from logistics.notifications.rules import ChannelKind, Event, Language, Outcome
from logistics.notifications.sealing import Seal
from logistics.notifications.senders import Answer, Console
from logistics.notifications.sending import LEASE
from logistics.notifications.service import Message
from tests.builders import NOW
from tests.conftest import REPO
from tests.notifications.robot_server import Play, RobotServer, a_robot
from tests.notifications.sending_world import (
    AWAKE,
    HOSTS,
    ROBOT,
    SEAL,
    Clock,
    Recorder,
    a_post,
    agree,
    attempts,
    deliveries,
    placed,
    sent_to_area,
    states,
    town,
    write,
)
from workers.posting import Post

FAILED = Answer(outcome=Outcome.FAILED, detail="HTTP 500")


@pytest.fixture
def post_office(any_tables: Flask) -> Flask:
    Babel(any_tables)
    return any_tables


@pytest.fixture
def office(tables: Flask) -> Flask:
    Babel(tables)
    return tables


@pytest.fixture
def robot() -> Iterator[RobotServer]:
    with a_robot() as found:
        yield found


def live(robot: RobotServer, clock: Clock, *, total_s: float = 5.0) -> Post:
    return a_post(Robots(HOSTS, total_s=total_s), clock)


def test_a_message_is_sent_in_the_words_and_the_language_of_its_channel(office: Flask) -> None:
    place, clock, sender = town(), Clock(), Recorder()
    chinese, english = place.households[0][:2]
    agree(household_id=chinese)
    agree(household_id=english, kind=ChannelKind.ROBOT, language=Language.EN)
    agree(area_id=place.community_id, address=ROBOT.replace("abcd", "ef01"))
    write(placed(chinese, key="a"), placed(english, key="b"), sent_to_area(place.community_id))

    assert a_post(sender, clock).run() == {"sent": 3}

    told = {letter.address[-6:]: letter.text for letter in sender.letters}
    with reading() as session:
        area = session.get_one(Area, place.community_id).name
    assert told["138000"] == "订单 W1 已下单：¥5.00。"
    assert told["3-abcd"] == "Order W1 placed: ¥5.00"
    assert told["3-ef01"] == f"【{area}】口罩 5 个 已发出\n分配轮次 R1"
    assert (states(), len({letter.key for letter in sender.letters})) == (["sent"] * 3, 3)
    assert a_post(sender, clock).run() == {}


def test_a_run_waits_for_what_is_due_soon_and_leaves_the_rest_to_the_next(office: Flask) -> None:
    place, clock = town(), Clock()
    sender = Recorder(clock=clock)
    agree(area_id=place.community_id)
    write(*(sent_to_area(place.community_id, key=f"c{n}") for n in range(12)))

    first = a_post(sender, clock).run()

    # one at once and one each 3.2 s while the budget of 20 s lasts: at 0, 3.2, … 19.2
    assert (first, [(at - Clock().at).total_seconds() for at in sender.at]) == (
        {"sent": 7}, [0.0, 3.2, 6.4, 9.6, 12.8, 16.0, 19.2],
    )  # fmt: skip
    assert states() == ["sent"] * 7 + ["waiting"] * 5


def test_a_sender_that_breaks_holds_up_nobody_elses_message(office: Flask) -> None:
    homes, clock = town().households[0][:3], Clock()
    for home in homes:
        agree(household_id=home)
    write(*(placed(home, key=f"k{home}") for home in homes))
    sender = Recorder(answers=[RuntimeError("13800138000 broke"), FAILED])

    assert a_post(sender, clock).run() == {"unclear": 1, "waiting": 1, "sent": 1}

    assert sorted(attempts()) == [(1, "failed", "HTTP 500"), (1, "sent", ""), (1, "unclear", "RuntimeError")]


def test_an_address_sealed_with_another_key_is_given_up_and_says_why(office: Flask) -> None:
    home, clock = town().households[0][0], Clock()
    agree(household_id=home)
    write(placed(home))
    post = Post(
        senders={ChannelKind.SMS: Recorder()}, seal=Seal("other" * 10), quiet=AWAKE, now=clock.now, sleep=clock.sleep
    )

    assert post.run() == {"failed": 1}

    assert deliveries()[0].detail == "the address was sealed with another SECRET_KEY: enter it anew"


def test_a_platform_without_a_gateway_gives_sms_up(office: Flask) -> None:
    home, clock = town().households[0][0], Clock()
    agree(household_id=home)
    write(placed(home))

    post = Post(senders={}, seal=SEAL, quiet=AWAKE, now=clock.now, sleep=clock.sleep)

    assert (post.run(), deliveries()[0].detail) == ({"failed": 1}, "this platform sends no messages in this way")


def test_facts_nobody_can_put_into_words_cost_one_message_only(office: Flask) -> None:
    place, clock, sender = town(), Clock(), Recorder()
    agree(area_id=place.community_id)
    agree(household_id=place.households[0][0])
    broken = sent_to_area(place.community_id)
    broken.data.pop("round")
    write(broken, placed(place.households[0][0]))

    assert a_post(sender, clock).run() == {"failed": 1, "sent": 1}

    assert deliveries()[0].detail == "the message could not be put into words"


def test_the_console_shows_what_is_sent_without_code_and_address(office: Flask) -> None:
    home, clock = town().households[0][0], Clock()
    agree(household_id=home)
    write(Message(key="d", household_id=home, event=Event.DELIVERED, data={"order": "W1", "pickup_code": "402913"}))

    with capture_logs() as lines:
        assert a_post(Console(), clock).run() == {"sent": 1}

    (shown,) = [line for line in lines if line["event"] == "message"]
    assert (shown["to"], shown["by"], "取件码 ••••" in shown["text"]) == ("138****8000", "sms", True)
    assert "402913" not in str(lines)
    assert "13800138000" not in str(lines)


def test_a_robot_that_fails_throttles_and_recovers_is_told_once(post_office: Flask, robot: RobotServer) -> None:
    place, clock = town(), Clock()
    agree(area_id=place.community_id, address=robot.url)
    write(sent_to_area(place.community_id))
    robot.plays += [
        Play(status=500),
        Play(status=429, headers={"Retry-After": "90"}),
        Play(body={"errcode": 45009, "errmsg": "api freq out of limit"}),
    ]
    while states() != ["sent"]:
        assert clock.at < NOW + timedelta(minutes=10)
        live(robot, clock).run()
        clock.at = deliveries()[0].due_at

    assert attempts() == [
        (1, "failed", "HTTP 500"), (2, "throttled", "HTTP 429"), (3, "throttled", "WeCom 45009"), (4, "sent", ""),
    ]  # fmt: skip
    first, second, third = waits()
    assert 30 <= first <= 45  # 30 s, spread by a half; a robot in trouble rests for 30 s at least
    assert second == 90  # as asked; its own 60 s, spread, end sooner
    assert 60 <= third <= 180  # 120 s, spread by a half
    assert (states(), len(robot.arrived)) == (["sent"], 4)


def waits() -> list[float]:
    """Seconds between one attempt and the next."""
    with reading() as session:
        begun = session.scalars(select(Attempt.started_at).order_by(Attempt.number)).all()
    return [(b - a).total_seconds() for a, b in itertools.pairwise(begun)]


def test_a_robot_that_stalls_is_asked_once_and_the_office_sees_that_it_is_unclear(
    post_office: Flask, robot: RobotServer
) -> None:
    place, clock = town(), Clock()
    agree(area_id=place.community_id, address=robot.url)
    write(sent_to_area(place.community_id))
    robot.plays.append(Play(hold=True))

    assert live(robot, clock, total_s=0.3).run() == {"unclear": 1}
    clock.at += timedelta(hours=2)
    assert live(robot, clock).run() == {}

    assert (len(robot.arrived), states(), attempts()[0][:2]) == (1, ["unclear"], (1, "unclear"))


def test_one_that_stalls_holds_up_nobody_else(office: Flask, robot: RobotServer) -> None:
    place = town()
    with a_robot(Play(hold=True)) as stalling:
        agree(area_id=place.community_id, address=stalling.url)
        agree(area_id=place.office_id, address=robot.url)
        now = datetime.now(UTC)
        agree(area_id=place.district_id, address=robot.url, at=now - timedelta(days=1))
        write(sent_to_area(place.community_id, key="a"), sent_to_area(place.office_id, key="b"), at=now)
        clock = Clock(at=now)
        begun = time.monotonic()
        assert live(robot, clock, total_s=1.5).run() == {"unclear": 1, "sent": 1}

    assert len(robot.arrived) == 1
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize("keyed", [False, True])
def test_a_worker_killed_while_sending_tells_nobody_twice(
    post_office: Flask, database: str, tmp_path: Path, keyed: bool
) -> None:
    """The other side has the message and the worker dies before it knows. A robot, which cannot tell repeats, is never
    told again; a gateway that can gets the same key once more and so drops it."""
    place, now = town(), datetime.now(UTC)
    with a_robot(Play(hold=True)) as there:
        gateway = f"json://127.0.0.1:{there.port}/send?:to={{phone}}&+Idempotency-Key={{key}}"
        if keyed:
            agree(household_id=place.households[0][0], at=now - timedelta(hours=1))
            write(placed(place.households[0][0]), at=now)
        else:
            agree(area_id=place.community_id, address=there.url, at=now - timedelta(hours=1))
            write(sent_to_area(place.community_id), at=now)
        worker = a_worker(database, tmp_path, gateway)
        assert there.came.wait(60)
        assert (states(), len(there.arrived)) == (["sending"], 1)
        worker.kill()
        worker.wait()
        there.let_go.set()

        sender = SmsGateway(gateway) if keyed else Robots(HOSTS)
        early = a_post(sender, Clock(at=datetime.now(UTC)))
        assert (early.run(), len(there.arrived)) == ({}, 1)  # its lease still runs
        later = a_post(sender, Clock(at=datetime.now(UTC) + LEASE + timedelta(seconds=5)))
        assert later.run() == ({"sent": 1} if keyed else {})

    lost = (1, "unclear", "the worker died while it was sending")
    if keyed:
        assert (states(), attempts()) == (["sent"], [lost, (2, "sent", "")])
        keys = [headers["idempotency-key"] for headers in there.headers]
        assert len(keys) == 2
        assert len(set(keys)) == 1
    else:
        assert (states(), attempts(), len(there.arrived)) == (["unclear"], [lost], 1)


def a_worker(database: str, folder: Path, gateway: str) -> subprocess.Popen[bytes]:
    env = {
        **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
        "PLATFORM_ENV": "test",
        "DATABASE_URL": database,
        "INSTANCE_DIR": str(folder),
        "MESSAGE_SENDER": "live",
        "SMS_GATEWAY": gateway,
        "ROBOT_HOSTS": "127.0.0.1",
        "ROBOT_INTERNAL_ADDRESSES": "allow",
    }
    return subprocess.Popen([sys.executable, "-W", "error", "-m", "tests.notifications.one_run"], cwd=REPO, env=env)


def test_the_console_is_what_a_platform_has_that_nobody_gave_a_gateway() -> None:
    plain, living = Settings.from_env({}), Settings.from_env({"MESSAGE_SENDER": "live"})
    gateway = Settings.from_env({"MESSAGE_SENDER": "live", "SMS_GATEWAY": "json://gateway.example/?:to={phone}"})

    assert {kind: type(sender) for kind, sender in senders_of(plain).items()} == {
        ChannelKind.SMS: Console,
        ChannelKind.ROBOT: Console,
    }
    assert {kind: type(sender) for kind, sender in senders_of(living).items()} == {ChannelKind.ROBOT: Robots}
    assert {kind: type(sender) for kind, sender in senders_of(gateway).items()} == {
        ChannelKind.ROBOT: Robots,
        ChannelKind.SMS: SmsGateway,
    }
