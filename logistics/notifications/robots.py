"""Group robots of WeCom, DingTalk and Feishu: which address is one, what it is sent, and what its answer means.

All three are told a text by one POST and answer 200 with a code of their own in the body, also when they refuse or
throttle; so the body is read. None of them can be asked to drop a second post of the same message.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from logistics.notifications import wire
from logistics.notifications.rules import Outcome
from logistics.notifications.senders import SENT, Answer, Letter

URL_LENGTH_MAX = 500
SECRET = re.compile(r"[A-Za-z0-9_\-+/=]{8,120}")
"""The signing secret that DingTalk and Feishu show beside the address; here it follows it after a `#`."""


class NoRobot(ValueError):
    """The text is no address of a robot that may be written to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One make of robots: by its own host or, for an office's own installation, by the path. `throttled` are the codes
    for "too many", after which it wants `rest_s` seconds of quiet; `busy` those for "try again"."""

    name: str
    host: str
    asked_by: Callable[[SplitResult], bool]
    sign: Callable[[str, int], tuple[str, Mapping[str, str]]] | None
    payload: Callable[[str], dict[str, Any]]
    code: Callable[[Mapping[str, Any]], object]
    throttled: frozenset[int]
    busy: frozenset[int]
    rest_s: int


def _signed_dingtalk(secret: str, now_s: int) -> tuple[str, Mapping[str, str]]:
    """In the address: milliseconds, and HMAC-SHA256 by the secret over them and the secret."""
    moment = str(now_s * 1000)
    mark = base64.b64encode(hmac.digest(secret.encode(), f"{moment}\n{secret}".encode(), "sha256")).decode()
    return f"&timestamp={moment}&sign={quote(mark, safe='')}", {}


def _signed_feishu(secret: str, now_s: int) -> tuple[str, Mapping[str, str]]:
    """In the body: seconds, and HMAC-SHA256 by them and the secret over nothing."""
    mark = base64.b64encode(hmac.digest(f"{now_s}\n{secret}".encode(), b"", "sha256")).decode()
    return "", {"timestamp": str(now_s), "sign": mark}


KINDS = (
    Kind(
        name="WeCom",
        host="qyapi.weixin.qq.com",
        asked_by=lambda url: url.path == "/cgi-bin/webhook/send" and re.fullmatch(r"key=[\w-]+", url.query) is not None,
        sign=None,
        payload=lambda text: {"msgtype": "text", "text": {"content": text}},
        code=lambda answer: answer.get("errcode"),
        throttled=frozenset({45009, 45033}),
        busy=frozenset({-1}),
        rest_s=60,
    ),
    Kind(
        name="DingTalk",
        host="oapi.dingtalk.com",
        asked_by=lambda url: url.path == "/robot/send" and re.fullmatch(r"access_token=\w+", url.query) is not None,
        sign=_signed_dingtalk,
        payload=lambda text: {"msgtype": "text", "text": {"content": text}},
        code=lambda answer: answer.get("errcode"),
        throttled=frozenset({410100, 130101, 90030}),
        busy=frozenset({-1}),
        rest_s=600,  # it says nothing for ten minutes after the twenty-first message of a minute
    ),
    Kind(
        name="Feishu",
        host="open.feishu.cn",
        asked_by=lambda url: re.fullmatch(r"/open-apis/bot/v2/hook/[\w-]+", url.path) is not None and not url.query,
        sign=_signed_feishu,
        payload=lambda text: {"msg_type": "text", "content": {"text": text}},
        code=lambda answer: answer.get("code", answer.get("StatusCode")),
        throttled=frozenset({11232, 230020}),
        busy=frozenset(),
        rest_s=60,
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """Where robots may live besides their makers' own hosts: an office's own installations, by name. `internal` allows
    addresses that are not public, and with them plain HTTP."""

    own: frozenset[str] = frozenset()
    internal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Robot:
    kind: Kind
    url: str
    secret: str

    @property
    def shown(self) -> str:
        """What a page may have of it: its make, and the end of its key."""
        return f"{self.kind.name} ****{self.url[-4:]}"

    @property
    def address(self) -> str:
        return f"{self.url}#{self.secret}" if self.secret else self.url


def robot_of(address: str, hosts: Hosts) -> Robot:
    """The robot of an address as its maker shows it, with `#` and the signing secret behind it where it has one.

    Raises:
        NoRobot: no robot lives there, or none that may be written to.
    """
    bare, _hash, secret = address.strip().partition("#")
    try:
        url = urlsplit(bare)
        host, port = url.hostname or "", url.port
    except ValueError as wrong:
        raise NoRobot(bare) from wrong
    kind = next((kind for kind in KINDS if kind.asked_by(url)), None)
    at_home = kind is not None and host == kind.host and port is None and url.scheme == "https"
    at_ours = host in hosts.own and url.scheme in ({"https", "http"} if hosts.internal else {"https"})
    plain = bare.isascii() and bare.isprintable() and "@" not in url.netloc and len(bare) <= URL_LENGTH_MAX
    if kind is None or not plain or not (at_home or at_ours):
        raise NoRobot(bare)
    if secret and (kind.sign is None or not SECRET.fullmatch(secret)):
        raise NoRobot("secret")
    return Robot(kind=kind, url=bare, secret=secret)


class Robots:
    """Sends to group robots. At most once: after a lost answer nobody can know, and a group told twice believes
    twice."""

    repeatable = False

    def __init__(self, hosts: Hosts, *, total_s: float = wire.TOTAL_S) -> None:
        self._hosts = hosts
        self._total_s = total_s

    def send(self, letter: Letter) -> Answer:
        now = datetime.now(UTC)
        try:
            robot = robot_of(letter.address, self._hosts)
            reply = self._post(robot, letter.text, now)
        except NoRobot:
            return Answer(outcome=Outcome.REFUSED, detail="not an address of a robot that may be written to")
        except wire.Forbidden as wrong:
            return Answer(outcome=Outcome.REFUSED, detail=str(wrong))
        except wire.NotSent as wrong:
            return Answer(outcome=Outcome.FAILED, detail=str(wrong))
        except wire.NoAnswer as lost:
            return Answer(outcome=Outcome.UNCLEAR, detail=str(lost))
        return read_reply(robot.kind, reply)

    def _post(self, robot: Robot, text: str, now: datetime) -> wire.Reply:
        more, signature = _signed(robot, int(now.timestamp()))
        body = json.dumps({**signature, **robot.kind.payload(text)}, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json; charset=utf-8"}
        return wire.post(
            robot.url + more,
            body,
            headers=headers,
            internal=self._hosts.internal,
            now=now,
            total_s=self._total_s,
        )


def _signed(robot: Robot, now_s: int) -> tuple[str, Mapping[str, str]]:
    """What a signature adds to the address and to the body."""
    return robot.kind.sign(robot.secret, now_s) if robot.secret and robot.kind.sign else ("", {})


def read_reply(kind: Kind, reply: wire.Reply) -> Answer:
    """What a robot's answer means. A gateway's own errors (502, 504) leave it open whether the robot has heard."""
    detail = f"HTTP {reply.status}"
    if reply.status == 429:
        return Answer(outcome=Outcome.THROTTLED, detail=detail, retry_after_s=reply.retry_after_s or kind.rest_s)
    if reply.status in {502, 504}:
        return Answer(outcome=Outcome.UNCLEAR, detail=detail)
    if reply.status >= 500 or reply.status == 408:
        return Answer(outcome=Outcome.FAILED, detail=detail, retry_after_s=reply.retry_after_s)
    code = _code(kind, reply.body)
    if code in kind.throttled:
        return Answer(outcome=Outcome.THROTTLED, detail=f"{kind.name} {code}", retry_after_s=kind.rest_s)
    if code in kind.busy:
        return Answer(outcome=Outcome.FAILED, detail=f"{kind.name} {code}")
    if reply.status != 200 or code not in {0, None}:
        return Answer(outcome=Outcome.REFUSED, detail=detail if code is None else f"{kind.name} {code}")
    return SENT if code == 0 else Answer(outcome=Outcome.UNCLEAR, detail="an answer nobody can read")


def _code(kind: Kind, body: bytes) -> int | None:
    """The robot's own code; None where the answer has none."""
    try:
        answer = json.loads(body)
    except ValueError:
        return None
    found = kind.code(answer) if isinstance(answer, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None
