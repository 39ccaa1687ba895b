"""Every environment variable the platform reads, once, typed, with its default."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

SECRET_LENGTH_MIN = 32

ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.\-]*[A-Za-z0-9])?")
CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)

SOCKET_PATH_MAX = 100
"""Bytes in the path of a Unix socket; the kernels stop at 103 (macOS) and 107 (Linux)."""


class BadConfiguration(ValueError):
    """An environment variable has a value the platform cannot run with; the message names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Typed settings of one process.

    `database_url` and `redis_url` are the two switches from the embedded parts to outside servers. Seconds are whole.
    `secret_key` is "" where none is set; `create_app` then makes one of the instance's own.
    """

    environment: str
    secret_key: str = field(repr=False)  # a repr may reach a log, and the URLs hold passwords
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    instance_dir: Path
    host: str
    port: int
    web_workers: int
    roads_file: Path | None
    tile_url: str
    tile_attribution: str
    solve_time_limit_s: int
    solve_iteration_limit: int | None
    solve_seed: int
    proxy_hops: int
    trusted_hosts: tuple[str, ...]
    public_url: str
    log_level: str
    log_format: str
    rate_limit_logins: str
    report_cut_off_min: int
    """Minutes after midnight in Shanghai at which a day's report is cut off."""
    report_grace_min: int
    """Minutes after the cut-off until a report is late."""
    message_sender: str
    """`console` writes messages to the log, `live` sends them."""
    sms_gateway: str = field(repr=False)
    """Where SMS go, in apprise's words with {phone} and, where the gateway can tell repeats, {key}; "" for nowhere."""
    robot_hosts: tuple[str, ...]
    """Hosts besides the makers' own at which group robots may be written to."""
    robot_internal: bool
    """Whether such a host may have an address that is not public."""
    quiet_hours: tuple[int, int]
    """Minutes after midnight in Shanghai between which nobody is sent anything; two equal ones are none."""

    @property
    def production(self) -> bool:
        return self.environment == "production"

    @property
    def sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def travel_cache_dir(self) -> Path:
        return self.instance_dir / "travel"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `env` (default: the process environment).

        Raises:
            BadConfiguration: a value is not of its type, or production runs without a secret.
        """
        read = _Reader(os.environ if env is None else env)
        instance_dir = Path(read.text("INSTANCE_DIR", "instance")).resolve()
        settings = cls(
            environment=read.choice("PLATFORM_ENV", "development", {"development", "production", "test"}),
            secret_key=read.text("SECRET_KEY", ""),
            database_url=_with_driver(read.text("DATABASE_URL", f"sqlite:///{instance_dir / 'platform.db'}")),
            redis_url=read.text("REDIS_URL", f"unix://{quote(str(embedded_socket(instance_dir)))}"),
            instance_dir=instance_dir,
            host=read.text("HOST", "127.0.0.1"),
            port=read.whole("PORT", 8000, low=1, high=65535),
            web_workers=read.whole("WEB_WORKERS", 2, low=1, high=64),
            roads_file=_optional_path(read.text("ROADS_FILE", "")),
            tile_url=read.text("TILE_URL", ""),
            tile_attribution=read.text("TILE_ATTRIBUTION", ""),
            solve_time_limit_s=read.whole("SOLVE_TIME_LIMIT_S", 20, low=1, high=3600),
            solve_iteration_limit=read.optional_whole("SOLVE_ITERATION_LIMIT", low=1, high=10**9),
            solve_seed=read.whole("SOLVE_SEED", 1, low=0, high=2**31 - 1),
            proxy_hops=read.whole("PROXY_HOPS", 0, low=0, high=8),
            trusted_hosts=tuple(read.text("TRUSTED_HOSTS", "").replace(",", " ").split()),
            public_url=read.address("PUBLIC_URL"),
            log_level=read.choice("LOG_LEVEL", "INFO", {"DEBUG", "INFO", "WARNING", "ERROR"}),
            log_format=read.choice("LOG_FORMAT", "json", {"json", "console"}),
            rate_limit_logins=read.text("RATE_LIMIT_LOGINS", "10 per minute"),
            report_cut_off_min=read.time_of_day("REPORT_CUT_OFF", "17:00"),
            report_grace_min=read.whole("REPORT_GRACE_MIN", 60, low=0, high=1440),
            message_sender=read.choice("MESSAGE_SENDER", "console", {"console", "live"}),
            sms_gateway=read.text("SMS_GATEWAY", ""),
            robot_hosts=read.hosts("ROBOT_HOSTS"),
            robot_internal=read.choice("ROBOT_INTERNAL_ADDRESSES", "refuse", {"refuse", "allow"}) == "allow",
            quiet_hours=read.hours("QUIET_HOURS", "22:00-07:00"),
        )
        if settings.production and len(settings.secret_key) < SECRET_LENGTH_MIN:
            raise BadConfiguration(
                "SECRET_KEY must be set to at least 32 random characters when PLATFORM_ENV=production; "
                "python -c 'import secrets; print(secrets.token_urlsafe(48))' makes one"
            )
        return settings

    def flask_config(self) -> dict[str, Any]:
        """The same settings under the names Flask and its extensions read."""
        return {
            "SETTINGS": self,
            "SECRET_KEY": self.secret_key,
            "TRUSTED_HOSTS": list(self.trusted_hosts) or None,
            "SQLALCHEMY_DATABASE_URI": self.database_url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # errors go to logs, and rows hold addresses
            "SQLALCHEMY_BINDS": {"reader": {"url": self.database_url, "hide_parameters": True}},
            "SESSION_COOKIE_NAME": "__Host-session" if self.production else "session",
            "SESSION_COOKIE_SECURE": self.production,
            "SESSION_COOKIE_HTTPONLY": True,
            "SESSION_COOKIE_SAMESITE": "Lax",
            "MAX_CONTENT_LENGTH": 64 * 1024 * 1024,
            "BABEL_DEFAULT_LOCALE": "zh_Hans_CN",
            "BABEL_DEFAULT_TIMEZONE": "Asia/Shanghai",
            "BABEL_TRANSLATION_DIRECTORIES": "web/translations",
        }


@dataclass(frozen=True, slots=True)
class _Reader:
    env: Mapping[str, str]

    def text(self, name: str, default: str) -> str:
        return self.env.get(name, "").strip() or default

    def address(self, name: str) -> str:
        """An `http(s)://host` without its last slash; "" where it is not set."""
        value = self.text(name, "").rstrip("/")
        if value and not ADDRESS.fullmatch(value):
            raise BadConfiguration(f"{name} is {value!r}; it must be like https://platform.example.org")
        return value

    def choice(self, name: str, default: str, allowed: set[str]) -> str:
        value = self.text(name, default)
        if value not in allowed:
            raise BadConfiguration(f"{name} is {value!r}; it must be one of {', '.join(sorted(allowed))}")
        return value

    def time_of_day(self, name: str, default: str) -> int:
        """HH:MM as minutes after midnight."""
        value = self.text(name, default)
        found = CLOCK.fullmatch(value)
        if found is None:
            raise BadConfiguration(f"{name} is {value!r}; it must be a time of day from 00:00 to 23:59")
        return int(found[1]) * 60 + int(found[2])

    def hours(self, name: str, default: str) -> tuple[int, int]:
        """HH:MM-HH:MM as minutes after midnight, or `none`."""
        value = self.text(name, default)
        if value == "none":
            return 0, 0
        ends = [CLOCK.fullmatch(end.strip()) for end in value.split("-")]
        found = [int(end[1]) * 60 + int(end[2]) for end in ends if end is not None]
        if len(ends) != 2 or len(found) != 2:
            raise BadConfiguration(f"{name} is {value!r}; it must be like 22:00-07:00, or none")
        return found[0], found[1]

    def hosts(self, name: str) -> tuple[str, ...]:
        """Names of hosts, separated by commas or spaces, in lower case."""
        values = self.text(name, "").replace(",", " ").split()
        wrong = next((value for value in values if not HOST.fullmatch(value)), None)
        if wrong is not None:
            raise BadConfiguration(f"{name} has {wrong!r}; it must name hosts alone, like im.example.org")
        return tuple(value.lower() for value in values)

    def optional_whole(self, name: str, *, low: int, high: int) -> int | None:
        return self.whole(name, low, low=low, high=high) if self.env.get(name, "").strip() else None

    def whole(self, name: str, default: int, *, low: int, high: int) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdecimal()) or not low <= int(value) <= high:
            raise BadConfiguration(f"{name} is {value!r}; it must be a whole number from {low} to {high}")
        return int(value)


def own_secret(instance_dir: Path) -> str:
    """The random key of an instance to which nobody gave a `SECRET_KEY`: made once, readable by its user alone.

    Processes that start at the same moment agree on the first one's.
    """
    path = instance_dir / "secret_key"
    if not path.exists():
        instance_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = instance_dir / f"secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(secrets.token_urlsafe(48), encoding="ascii")
        try:
            os.link(draft, path)  # whole or not at all, and never over another's
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = path.read_text(encoding="ascii").strip()
    if len(key) < SECRET_LENGTH_MIN:
        raise BadConfiguration(f"{path} holds no key of {SECRET_LENGTH_MIN} characters; delete it to have one made")
    return key


def embedded_socket(instance_dir: Path) -> Path:
    """Where the embedded Valkey listens: in the instance folder, or, where that path is longer than the kernel allows
    for a socket, in a private folder of the same user under the temporary one."""
    path = instance_dir / "valkey.sock"
    if len(os.fsencode(path)) <= SOCKET_PATH_MAX:
        return path
    name = hashlib.sha256(os.fsencode(instance_dir)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"last-hundred-metres-{os.getuid()}-{name}" / "valkey.sock"


def _optional_path(value: str) -> Path | None:
    return Path(value).resolve() if value else None


def _with_driver(url: str) -> str:
    """Name psycopg 3 where a URL says only `postgresql://` (or the older `postgres://`)."""
    scheme, separator, rest = url.partition("://")
    if scheme.partition("+")[0] == "sqlite" and rest.partition("?")[0] in {"", "/", "/:memory:"}:
        raise BadConfiguration(
            f"DATABASE_URL is {url}; a database in memory is not shared: name a file, sqlite:////path"
        )
    return f"postgresql+psycopg://{rest}" if separator and scheme in {"postgres", "postgresql"} else url
