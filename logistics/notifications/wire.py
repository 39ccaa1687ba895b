"""One HTTP POST to somebody else's server: where it may go, how long it may take, and what is known when it fails.

The name is looked up once and every address it has must be public; the connection goes to the address that was looked
at, so a name that changes its mind in between gains nothing. No redirect is followed and no proxy asked.
"""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import TypeAlias
from urllib.parse import urlsplit

CONNECT_S = 5.0
TOTAL_S = 15.0
"""From the request to the end of the answer, also where the other side sends a byte now and then."""
ANSWER_BYTES_MAX = 64 * 1024

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
_NAT64 = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))


class NotSent(Exception):
    """Nothing has left: the other side cannot have read the message."""


class Forbidden(NotSent):
    """The address is internal, and the settings allow no such."""


class NoAnswer(Exception):
    """The request has left, whole or in part, and what became of it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """`retry_after_s`: whole seconds from `Retry-After`, None where there is none."""

    status: int
    body: bytes
    retry_after_s: int | None = None


def post(
    url: str, body: bytes, *, headers: Mapping[str, str], internal: bool, now: datetime, total_s: float = TOTAL_S
) -> Reply:
    """POST `body` to `url` within `CONNECT_S` + `total_s` seconds. `internal` allows addresses that are not public.

    Raises:
        Forbidden: the server has an internal address.
        NotSent: no name, no connection, no trust in its certificate.
        NoAnswer: it broke after the request had begun to leave.
    """
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.scheme in {"http", "https"}
    port = parts.port or (443 if parts.scheme == "https" else 80)
    connection = http.client.HTTPConnection(parts.hostname, port)
    connection.sock = _connected(parts.hostname, port, tls=parts.scheme == "https", internal=internal)
    connection.sock.settimeout(total_s)
    alarm = threading.Timer(total_s, _hang_up, [connection.sock])
    alarm.daemon = True
    alarm.start()
    try:
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", target or "/", body, dict(headers))
        with connection.getresponse() as answer:
            read = answer.read(ANSWER_BYTES_MAX)
    except (OSError, http.client.HTTPException) as broken:
        raise NoAnswer(type(broken).__name__) from broken
    finally:
        alarm.cancel()
        connection.close()
    return Reply(
        status=answer.status, body=read, retry_after_s=seconds_until(answer.headers.get("Retry-After"), now=now)
    )


def is_public(address: Address) -> bool:
    """Whether an address is one of the open internet, also where it carries an IPv4 address inside."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if any(address in network for network in _NAT64):
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
        if address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def seconds_until(retry_after: str | None, *, now: datetime) -> int | None:
    """`Retry-After` in seconds: it is a number of them or a date (RFC 9110, 10.2.3); nonsense is None."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdecimal() and len(text) < 10:
        return int(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(round((moment - now).total_seconds()), 0) if moment.tzinfo else None


def _connected(host: str, port: int, *, tls: bool, internal: bool) -> socket.socket:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as unknown:
        raise NotSent("no such server") from unknown
    addresses = [str(entry[4][0]) for entry in found]
    if not internal and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise Forbidden("internal address")
    raw = None
    try:
        raw = socket.create_connection((addresses[0], port), timeout=CONNECT_S)
        return ssl.create_default_context().wrap_socket(raw, server_hostname=host) if tls else raw
    except OSError as unreachable:  # ssl.SSLError is one
        if raw is not None:
            raw.close()
        raise NotSent(type(unreachable).__name__) from unreachable


def _hang_up(sock: socket.socket) -> None:
    try:
        socket.socket.shutdown(sock, socket.SHUT_RDWR)  # not TLS's own, which would take its state from under a reader
    except OSError:
        return  # closed in the same moment
