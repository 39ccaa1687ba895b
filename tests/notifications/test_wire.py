"""A POST to somebody else's server: what is known of it afterwards, how long it takes, and where it never goes."""

from __future__ import annotations

import ipaddress
import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest

from logistics.notifications import wire
from logistics.notifications.wire import Forbidden, NoAnswer, NotSent, is_public, post, seconds_until
from tests.notifications.robot_server import Play, RobotServer, a_robot

NOW = datetime(2020, 2, 18, 9, 0, tzinfo=UTC)
JSON = {"Content-Type": "application/json"}


def posted(robot: RobotServer, **options: Any) -> wire.Reply:
    return post(robot.url, b'{"text": "x"}', **{"headers": JSON, "internal": True, "now": NOW, **options})


def test_what_is_posted_arrives_once_and_its_answer_is_read() -> None:
    with a_robot(Play(status=429, body={"a": 1}, headers={"Retry-After": "7"})) as robot:
        reply = posted(robot)

    assert (reply.status, reply.body, reply.retry_after_s) == (429, b'{"a": 1}', 7)
    assert (robot.arrived, robot.paths) == ([{"text": "x"}], ["/cgi-bin/webhook/send?key=0123-abcd"])


def test_a_server_that_stalls_is_left_after_the_time_allowed() -> None:
    with a_robot(Play(hold=True)) as robot:
        begun = time.monotonic()
        with pytest.raises(NoAnswer):
            posted(robot, total_s=0.3)
        took = time.monotonic() - begun

    assert (len(robot.arrived), 0.25 < took < 3) == (1, True)


def test_a_server_that_drips_its_answer_is_left_too() -> None:
    with a_robot(Play(drip=True, body={"errcode": 0, "padding": "x" * 200})) as robot:  # 23 s at a byte each 0.1 s
        begun = time.monotonic()
        try:
            reply = posted(robot, total_s=0.5)
        except NoAnswer:
            reply = None
        took = time.monotonic() - begun

    assert took < 3
    assert reply is None or len(reply.body) < 200  # cut short, it is no JSON any more


def test_a_server_that_hangs_up_may_have_heard() -> None:
    with a_robot(Play(cut=True)) as robot, pytest.raises(NoAnswer):
        posted(robot)


def test_a_redirect_is_not_followed() -> None:
    with a_robot() as elsewhere, a_robot(Play(status=302, headers={"Location": elsewhere.url})) as robot:
        assert posted(robot).status == 302

    assert elsewhere.arrived == []


def test_where_nobody_listens_nothing_was_sent() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/"
        with pytest.raises(NotSent, match="ConnectionRefusedError"):
            post(url, b"", headers=JSON, internal=True, now=NOW)


def test_an_untrusted_certificate_is_no_connection() -> None:
    with a_robot() as robot, pytest.raises(NotSent, match="SSLError"):
        post(robot.url.replace("http://", "https://"), b"", headers=JSON, internal=True, now=NOW)

    assert robot.arrived == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "2130706433"])  # noqa: S104
def test_an_internal_address_is_never_written_to(host: str) -> None:
    with a_robot() as robot:
        url = robot.url.replace("127.0.0.1", host)
        with pytest.raises(NotSent) as refused:
            post(url, b"", headers=JSON, internal=False, now=NOW)

    assert robot.arrived == []
    assert isinstance(refused.value, Forbidden) or "no such server" in str(refused.value)


def test_a_name_that_leads_inside_is_refused_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """One public address among the answers does not help: the next look could give the other one."""
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("1.1.1.1", "10.0.0.7")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(Forbidden):
        post("http://robot.example/", b"", headers=JSON, internal=False, now=NOW)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("10.0.0.1", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("100.64.0.1", False),  # shared by carriers
        ("169.254.169.254", False),  # what clouds tell their machines
        ("224.0.0.1", False),
        ("240.0.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("::1", False),
        ("fe80::1", False),
        ("fc00::1", False),
        ("fec0::1", False),
        ("ff02::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:1.1.1.1", True),
        ("64:ff9b::7f00:1", False),  # 127.0.0.1 behind NAT64
        ("64:ff9b::101:101", True),
        ("2002:7f00:1::", False),  # and in 6to4
    ],
)
def test_what_is_public(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        (" 120 ", 120),
        ("Tue, 18 Feb 2020 09:02:30 GMT", 150),
        ("Tue, 18 Feb 2020 08:00:00 GMT", 0),
        ("", None),
        (None, None),
        ("soon", None),
        ("-5", None),
        ("9" * 30, None),
    ],
)
def test_retry_after_is_seconds_or_a_date(text: str | None, seconds: int | None) -> None:
    assert seconds_until(text, now=NOW) == seconds
