"""Reads `day.toml`, the optional page that says what the tables cannot: date, names, encodings and datums."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from logistics.errors import N_
from logistics.orders.rules import ShortageRule

from .cells import CODE
from .datum import Datum
from .decoding import ENCODINGS
from .problems import Report

NAME = "day.toml"
BYTES_MAX = 65_536
SEED_MAX = 2**31 - 1
DATUMS = {
    "WGS84": Datum.WGS84,
    "GCJ02": Datum.GCJ02,
    "BD09": Datum.BD09,
    "EPSG:4326": Datum.WGS84,
    "EPSG4326": Datum.WGS84,
    "CGCS2000": Datum.WGS84,  # CGCS2000 is within a metre of WGS-84
}
TABLES = ("compounds", "depots", "slots", "products", "vehicles", "points", "orders", "order_lines")


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySettings:
    """What day.toml says; a day without the page has these defaults."""

    code: str = ""
    title: str = ""
    merchant: str = ""
    delivery_date: date | None = None
    shortage_rule: ShortageRule = ShortageRule.PROPORTIONAL
    seed: int | None = None
    encodings: Mapping[str, str] = field(default_factory=dict)
    datums: Mapping[str, Datum] = field(default_factory=dict)

    def sha256(self) -> str:
        """A hash over what is said, not over how."""
        said = [
            self.code,
            self.title,
            self.merchant,
            str(self.delivery_date),
            self.shortage_rule.value,
            self.seed,
            sorted(self.encodings.items()),
            sorted(self.datums.items()),
        ]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def read_settings(folder: Path, report: Report) -> DaySettings:
    """The settings of the folder; the defaults, with a problem, where they cannot be read."""
    path = folder / NAME
    if not path.exists():
        return DaySettings()
    try:
        raw = path.read_bytes() if path.stat().st_size <= BYTES_MAX else b"too = large ="
        page = tomllib.loads(raw.decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        report.add(
            NAME, N_("the file cannot be read (%(why)s)"), N_("TOML in UTF-8 would be right"), why=str(error)[:120]
        )
        return DaySettings()
    return _Page(page, report).settings()


class _Page:
    def __init__(self, page: dict[str, Any], report: Report) -> None:
        self.page, self.report = page, report

    def settings(self) -> DaySettings:
        known = {"code", "title", "merchant", "date", "shortage_rule", "seed", "files"}
        for key in sorted(self.page.keys() - known):
            self._refuse(key, self.page[key], N_("one of %(known)s would be right"), known=", ".join(sorted(known)))
        encodings, datums = self._files()
        return DaySettings(
            code=self._code(),
            title=self._text("title", 160),
            merchant=self._text("merchant", 64),
            delivery_date=self._date(),
            shortage_rule=self._rule(),
            seed=self._seed(),
            encodings=encodings,
            datums=datums,
        )

    def _refuse(self, key: str, value: object, right: str, **data: Any) -> None:
        self.report.add(NAME, N_("“%(value)s” is not understood"), right, field=key, value=str(value), **data)

    def _text(self, key: str, length_max: int) -> str:
        value = self.page.get(key, "")
        if isinstance(value, str) and len(value.strip()) <= length_max and value.isprintable():
            return value.strip()
        self._refuse(key, value, N_("a text of at most %(length)d characters would be right"), length=length_max)
        return ""

    def _code(self) -> str:
        value = self._text("code", 32)
        if value and not CODE.fullmatch(value):
            self._refuse("code", value, N_("letters, digits, - _ or . would be right"))
            return ""
        return value

    def _date(self) -> date | None:
        value = self.page.get("date")
        try:
            found = date.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            found = value
        if found is None:
            return None
        if isinstance(found, date) and not isinstance(found, datetime) and 2000 <= found.year < 2100:
            return found
        self._refuse("date", value, N_("a date as in 2020-02-28 would be right"))
        return None

    def _rule(self) -> ShortageRule:
        value = self.page.get("shortage_rule", ShortageRule.PROPORTIONAL.value)
        if value in list(ShortageRule):
            return ShortageRule(value)
        self._refuse("shortage_rule", value, N_("one of %(known)s would be right"), known=", ".join(ShortageRule))
        return ShortageRule.PROPORTIONAL

    def _seed(self) -> int | None:
        value = self.page.get("seed")
        if value is None or (type(value) is int and 0 <= value <= SEED_MAX):
            return value
        self._refuse("seed", value, N_("a whole number from 0 to %(high)d would be right"), high=SEED_MAX)
        return None

    def _files(self) -> tuple[dict[str, str], dict[str, Datum]]:
        encodings: dict[str, str] = {}
        datums: dict[str, Datum] = {}
        files = self.page.get("files", {})
        if not isinstance(files, dict):
            self._refuse("files", files, N_("sections as in [files.compounds] would be right"))
            return encodings, datums
        for table, said in files.items():
            if table not in TABLES or not isinstance(said, dict):
                self._refuse(f"files.{table}", said, N_("one of %(known)s would be right"), known=", ".join(TABLES))
                continue
            for key, value in said.items():
                word = str(value).strip()
                if key == "encoding" and word.lower() in ENCODINGS:
                    encodings[table] = ENCODINGS[word.lower()]
                elif key == "datum" and (datum := word.upper().replace("-", "").replace(" ", "")) in DATUMS:
                    datums[table] = DATUMS[datum]
                else:
                    self._refuse(
                        f"files.{table}.{key}",
                        value,
                        N_("encoding = utf-8 or gb18030, datum = WGS-84, GCJ-02 or BD-09 would be right"),
                    )
        return encodings, datums
