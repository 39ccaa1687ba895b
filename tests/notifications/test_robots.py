"""Which address is a robot's, what it is sent, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from logistics.notifications.robots import KINDS, Hosts, NoRobot, Robots, read_reply, robot_of
from logistics.notifications.rules import ChannelKind, Outcome
from logistics.notifications.senders import Answer, Letter
from logistics.notifications.wire import Reply
from tests.notifications.robot_server import Play, RobotServer, a_robot

WECOM, DINGTALK, FEISHU = KINDS
MAKERS = Hosts()
OURS = Hosts(own=frozenset({"127.0.0.1"}), internal=True)
ADDRESSES = {
    "WeCom": "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=73febdcb-1b38-4d1b-a994-790f21fc8d30",
    "DingTalk": "https://oapi.dingtalk.com/robot/send?access_token=ff6cd723bdb4455fe18ba30dbeff007f5",
    "Feishu": "https://open.feishu.cn/open-apis/bot/v2/hook/8a1e2b3c-0d4f-4d6a-9b1c-123456789abc",
}


def a_letter(address: str, text: str = "到货了") -> Letter:
    return Letter(
        key="message-1", kind=ChannelKind.ROBOT, shown="WeCom ****abcd", loggable="-", address=address, text=text
    )


@pytest.fixture
def robot() -> Iterator[RobotServer]:
    with a_robot() as found:
        yield found


@pytest.mark.parametrize("name", list(ADDRESSES))
def test_an_address_as_its_maker_shows_it_is_a_robots(name: str) -> None:
    found = robot_of(f" {ADDRESSES[name]} ", MAKERS)

    assert (found.kind.name, found.url, found.secret) == (name, ADDRESSES[name], "")
    assert found.shown == f"{name} ****{ADDRESSES[name][-4:]}"


@pytest.mark.parametrize(
    "address",
    [
        "",
        "robot",
        "https://evil.example/cgi-bin/webhook/send?key=a",
        "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a",  # anybody on the way could read it
        "https://qyapi.weixin.qq.com:8443/cgi-bin/webhook/send?key=a",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a&debug=1",
        "https://qyapi.weixin.qq.com/cgi-bin/message/send?key=a",
        "https://qyapi.weixin.qq.com@evil.example/cgi-bin/webhook/send?key=a",
        "https://user:pw@qyapi.weixin.qq.com/cgi-bin/webhook/send?key=a",
        "https://qyapi.weixin.qq.com.evil.example/cgi-bin/webhook/send?key=a",
        "https://oapi.dingtalk.com/cgi-bin/webhook/send?key=a",
        "https://127.0.0.1/cgi-bin/webhook/send?key=a",
        "file:///cgi-bin/webhook/send?key=a",
        "https://[::1/cgi-bin/webhook/send?key=a",
        "https://open.feishu.cn/open-apis/bot/v2/hook/../../admin",
        "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + "a" * 500,
        ADDRESSES["WeCom"] + "#SECabcdefgh",  # WeCom signs nothing
        ADDRESSES["DingTalk"] + "#short",
        ADDRESSES["DingTalk"] + "#SEC with spaces in it",
    ],
)
def test_anything_else_is_none(address: str) -> None:
    with pytest.raises(NoRobot):
        robot_of(address, MAKERS)


def test_an_offices_own_installation_is_known_by_its_path_where_the_settings_name_its_host() -> None:
    address = "https://im.example.gov.cn/robot/send?access_token=abc"

    assert robot_of(address, Hosts(own=frozenset({"im.example.gov.cn"}))).kind is DINGTALK
    for hosts in (MAKERS, Hosts(own=frozenset({"other.example"}), internal=True)):
        with pytest.raises(NoRobot):
            robot_of(address, hosts)
    with pytest.raises(NoRobot):  # plain HTTP only inside
        robot_of(address.replace("https", "http"), Hosts(own=frozenset({"im.example.gov.cn"})))


def test_wecom_is_sent_its_own_shape(robot: RobotServer) -> None:
    assert Robots(OURS).send(a_letter(robot.url)) == Answer(outcome=Outcome.SENT)

    assert robot.arrived == [{"msgtype": "text", "text": {"content": "到货了"}}]
    assert robot.headers[0]["content-type"] == "application/json; charset=utf-8"


def test_dingtalk_is_signed_in_the_address() -> None:
    """The vector: HMAC-SHA256 of `1582016400000\\nSECtest1234`, keyed by the secret, computed with openssl."""
    assert DINGTALK.sign is not None
    more, body = DINGTALK.sign("SECtest1234", 1_582_016_400)

    assert (more, body) == (f"&timestamp=1582016400000&sign={DINGTALK_SIGN}", {})


def test_feishu_is_signed_in_the_body() -> None:
    """The vector: HMAC-SHA256 of nothing, keyed by `1582016400\\nSECtest1234`, computed with openssl."""
    assert FEISHU.sign is not None

    assert FEISHU.sign("SECtest1234", 1_582_016_400) == ("", {"timestamp": "1582016400", "sign": FEISHU_SIGN})


DINGTALK_SIGN = "3qiprfjeXEnDwyilr%2F9Lkzqjoe5LM5yjHgXu8C6F6k0%3D"
FEISHU_SIGN = "LJtVqvuwft2xry1D6Cxj3SCglaEDvZdGHcCVwab2+fU="


def test_a_signed_feishu_robot_gets_text_and_signature() -> None:
    with a_robot(Play(body={"code": 0, "msg": "success"})) as robot:
        url = f"http://127.0.0.1:{robot.port}/open-apis/bot/v2/hook/abc-123"
        assert Robots(OURS).send(a_letter(f"{url}#SECtest1234")).outcome is Outcome.SENT

    (body,) = robot.arrived
    assert (body["msg_type"], body["content"]) == ("text", {"text": "到货了"})
    assert body["timestamp"].isdecimal()
    assert len(body["sign"]) == 44
    assert robot.paths == ["/open-apis/bot/v2/hook/abc-123"]  # the secret stays here


@pytest.mark.parametrize(
    ("kind", "status", "body", "outcome", "asked"),
    [
        (WECOM, 200, {"errcode": 0, "errmsg": "ok"}, "sent", None),
        (WECOM, 200, {"errcode": 45009, "errmsg": "api freq out of limit"}, "throttled", 60),
        (WECOM, 200, {"errcode": 93000, "errmsg": "invalid webhook url"}, "refused", None),
        (WECOM, 200, {"errcode": -1, "errmsg": "system busy"}, "failed", None),
        (DINGTALK, 200, {"errcode": 0}, "sent", None),
        (DINGTALK, 200, {"errcode": 410100}, "throttled", 600),
        (DINGTALK, 200, {"errcode": 310000, "errmsg": "sign not match"}, "refused", None),
        (FEISHU, 200, {"code": 0, "msg": "success"}, "sent", None),
        (FEISHU, 200, {"StatusCode": 0, "StatusMessage": "success"}, "sent", None),
        (FEISHU, 200, {"code": 11232}, "throttled", 60),
        (FEISHU, 400, {"code": 9499, "msg": "Bad Request"}, "refused", None),
        (WECOM, 429, {}, "throttled", 60),
        (WECOM, 500, {}, "failed", None),
        (WECOM, 503, {}, "failed", None),
        (WECOM, 408, {}, "failed", None),
        (WECOM, 502, {}, "unclear", None),  # the robot behind the gateway may have heard
        (WECOM, 504, {}, "unclear", None),
        (WECOM, 404, {}, "refused", None),
        (WECOM, 302, {}, "refused", None),
        (WECOM, 200, [1], "unclear", None),
        (WECOM, 200, {"errcode": True}, "unclear", None),
        (WECOM, 200, {"errcode": "0"}, "unclear", None),
    ],
)
def test_what_answers_mean(kind: Any, status: int, body: Any, outcome: str, asked: int | None) -> None:
    answer = read_reply(kind, Reply(status=status, body=json.dumps(body).encode()))

    assert (answer.outcome.value, answer.retry_after_s) == (outcome, asked)


def test_an_answer_that_is_no_json_is_unclear() -> None:
    assert read_reply(WECOM, Reply(status=200, body=b"<html>")).outcome is Outcome.UNCLEAR


def test_what_a_robot_asks_for_goes_before_what_its_make_usually_wants() -> None:
    assert read_reply(DINGTALK, Reply(status=429, body=b"", retry_after_s=7)).retry_after_s == 7


@pytest.mark.parametrize(
    ("play", "outcome"),
    [
        (Play(cut=True), "unclear"),
        (Play(hold=True), "unclear"),
        (Play(status=500), "failed"),
        (Play(status=302, headers={"Location": "http://127.0.0.1:1/"}), "refused"),
    ],
)
def test_a_server_in_trouble(play: Play, outcome: str) -> None:
    with a_robot(play) as robot:
        answer = Robots(OURS, total_s=0.3).send(a_letter(robot.url))

    assert (answer.outcome.value, len(robot.arrived)) == (outcome, 1)


def test_an_internal_address_is_refused_though_its_host_is_named(robot: RobotServer) -> None:
    """Plain HTTP is refused by the address already; by its name the way inside is refused when it is looked up."""
    outside = Hosts(own=frozenset({"127.0.0.1", "localhost"}))

    plain = Robots(outside).send(a_letter(robot.url))
    inside = Robots(outside).send(a_letter(robot.url.replace("http://127.0.0.1", "https://localhost")))

    assert (plain.outcome, inside.outcome, inside.detail) == (Outcome.REFUSED, Outcome.REFUSED, "internal address")
    assert robot.arrived == []


def test_nothing_secret_is_in_what_may_be_written_down(robot: RobotServer) -> None:
    letter = a_letter(f"{robot.url}", text="取件码 402913")
    robot.plays.append(Play(status=500))

    answer = Robots(OURS).send(letter)

    assert "402913" not in repr(letter)
    assert "0123-abcd" not in repr(letter)
    assert "0123-abcd" not in repr(answer)
