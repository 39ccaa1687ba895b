"""SMS through whatever gateway the platform was given, by `apprise`, which knows how to talk to a hundred of them.

`SMS_GATEWAY` is an address as apprise writes them with `{phone}` in it, and `{key}` where the gateway can be asked to
drop the second of two letters of one key; for a gateway of one's own for instance
`jsons://sms.example.org/send?:to={phone}&+Idempotency-Key={key}`.
"""

from __future__ import annotations

import logging
import re
import string
import warnings
from collections.abc import Iterable
from urllib.parse import quote

import apprise

from logistics.notifications.rules import Outcome
from logistics.notifications.senders import SENT, Answer, Letter

PLACES = {"phone", "key"}
TIMEOUTS = "cto=5&rto=10"
"""Seconds to connect and to wait for the gateway, in apprise's words; together they stay below `SEND_S_MAX`."""
STATUS = re.compile(r"error=(\d{3})\b")
"""apprise says only whether it went well; the status stands in what it writes into its log."""


class BadGateway(ValueError):
    """`SMS_GATEWAY` is no address that apprise can send to."""


class SmsGateway:
    """Sends SMS. At least once where the gateway takes `{key}`, else at most once."""

    def __init__(self, template: str, *, timeouts: str = TIMEOUTS) -> None:
        try:
            places = {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}
        except ValueError as wrong:
            raise BadGateway("SMS_GATEWAY has a brace too many or too few") from wrong
        if "phone" not in places or not places <= PLACES:
            raise BadGateway("SMS_GATEWAY must hold {phone}, may hold {key}, and no other place")
        _keep_quiet()
        self._template = f"{template}{'&' if '?' in template else '?'}{timeouts}"
        self.repeatable = "key" in places
        with warnings.catch_warnings():  # apprise loads all it has with the first address, PGP with a module of old
            warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
            known = self._service(phone="13800000000", key="key") is not None
        if not known:
            raise BadGateway("SMS_GATEWAY is no address that apprise can send to")

    def send(self, letter: Letter) -> Answer:
        service = self._service(phone=letter.address, key=letter.key)
        if service is None:
            return Answer(outcome=Outcome.REFUSED, detail="not a number the gateway takes")
        found = service.notify(body=letter.text)
        if found:
            return SENT
        return read_failure(_lines(found))

    def _service(self, *, phone: str, key: str) -> apprise.Apprise | None:
        filled = self._template.format(phone=quote(phone, safe=""), key=quote(key, safe=""))
        service = apprise.Apprise(asset=apprise.AppriseAsset(async_mode=False, plugin_paths=[]))
        return service if service.add(filled) else None


def read_failure(lines: Iterable[str]) -> Answer:
    """What a failed attempt means, from what apprise wrote of it. Without a status the request may have arrived."""
    found = next((match for match in map(STATUS.search, lines) if match), None)
    status = int(found[1]) if found else 0
    detail = f"HTTP {status}" if status else "no answer"
    if status == 429:
        return Answer(outcome=Outcome.THROTTLED, detail=detail)
    if status in {0, 502, 504}:
        return Answer(outcome=Outcome.UNCLEAR, detail=detail)
    return Answer(outcome=Outcome.FAILED if status >= 500 or status == 408 else Outcome.REFUSED, detail=detail)


def _lines(found: object) -> Iterable[str]:
    logs = getattr(found, "logs", None)
    return [str(getattr(entry, "message", entry)) for entry in logs()] if callable(logs) else []


def _keep_quiet() -> None:
    """Numbers, texts and keys stand in what apprise and its HTTP library write when they explain themselves. Warnings
    are still made, since `_lines` reads them, and go nowhere else."""
    own = logging.getLogger("apprise")
    own.setLevel(logging.WARNING)
    own.propagate = False
    if not own.handlers:
        own.addHandler(logging.NullHandler())
    logging.getLogger("urllib3").setLevel(logging.ERROR)
