"""SMS through apprise, to a real gateway on loopback."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest

from logistics.notifications.gateway import BadGateway, SmsGateway, read_failure
from logistics.notifications.rules import ChannelKind, Outcome
from logistics.notifications.senders import Answer, Letter
from tests.notifications.robot_server import Play, RobotServer, a_robot

LETTER = Letter(
    key="message-7",
    kind=ChannelKind.SMS,
    shown="138****8000",
    loggable="取件码 ••••",
    address="13800138000",
    text="取件码 402913",
)


@pytest.fixture(autouse=True)
def loud() -> Iterator[None]:
    """As loud as logs get: what is quiet here is quiet everywhere."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.DEBUG)
    yield
    root.setLevel(level)


def gateway(robot: RobotServer, *, keyed: bool = False) -> SmsGateway:
    key = "&+Idempotency-Key={key}" if keyed else ""
    return SmsGateway(f"json://127.0.0.1:{robot.port}/send?:to={{phone}}{key}")


def test_a_message_arrives_with_its_number_and_its_key() -> None:
    with a_robot() as robot:
        sender = gateway(robot, keyed=True)
        assert (sender.send(LETTER), sender.repeatable) == (Answer(outcome=Outcome.SENT), True)

    assert [(body["to"], body["message"]) for body in robot.arrived] == [("13800138000", "取件码 402913")]
    assert (robot.headers[0]["idempotency-key"], robot.paths) == ("message-7", ["/send"])


def test_a_gateway_without_keys_is_told_at_most_once() -> None:
    with a_robot() as robot:
        assert gateway(robot).repeatable is False


@pytest.mark.parametrize(
    ("play", "answer"),
    [
        (Play(status=429), Answer(outcome=Outcome.THROTTLED, detail="HTTP 429")),
        (Play(status=500), Answer(outcome=Outcome.FAILED, detail="HTTP 500")),
        (Play(status=503), Answer(outcome=Outcome.FAILED, detail="HTTP 503")),
        (Play(status=504), Answer(outcome=Outcome.UNCLEAR, detail="HTTP 504")),
        (Play(status=403), Answer(outcome=Outcome.REFUSED, detail="HTTP 403")),
        (Play(cut=True), Answer(outcome=Outcome.UNCLEAR, detail="no answer")),
    ],
)
def test_what_a_failed_attempt_means(play: Play, answer: Answer) -> None:
    with a_robot(play) as robot:
        assert gateway(robot).send(LETTER) == answer

    assert len(robot.arrived) == 1  # apprise does not try by itself


def test_a_gateway_that_stalls_is_left() -> None:
    with a_robot(Play(hold=True)) as robot:
        begun = time.monotonic()
        answer = SmsGateway(f"json://127.0.0.1:{robot.port}/send?:to={{phone}}", timeouts="cto=1&rto=0.3").send(LETTER)

    assert (answer.outcome, time.monotonic() - begun < 5) == (Outcome.UNCLEAR, True)


def test_neither_number_nor_text_is_in_any_log(caplog: pytest.LogCaptureFixture) -> None:
    with a_robot(Play(), Play(status=500), Play(cut=True)) as robot:
        sender = gateway(robot, keyed=True)
        for _ in range(3):
            sender.send(LETTER)

    assert len(robot.arrived) == 3
    assert not [line for line in caplog.messages if "13800138000" in line or "402913" in line or "message-7" in line]


@pytest.mark.parametrize(
    ("template", "said"),
    [
        ("json://gateway.example/send", "must hold {phone}"),
        ("json://gateway.example/{phone}/{name}", "no other place"),
        ("json://gateway.example/{phone", "a brace too many or too few"),
        ("nobody-knows-this://{phone}", "no address that apprise can send to"),
    ],
)
def test_a_wrong_gateway_is_told_before_anything_is_sent(template: str, said: str) -> None:
    with pytest.raises(BadGateway, match=said):
        SmsGateway(template)


def test_without_a_status_nobody_knows() -> None:
    assert read_failure([]) == Answer(outcome=Outcome.UNCLEAR, detail="no answer")
