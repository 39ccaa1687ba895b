"""The national code tree in: whole, again and again, and in seconds."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.communities.models import Area
from logistics.communities.rules import AreaLevel
from logistics.db import reading, transaction
from logistics.inventory.sheets.areas import BadAreaFile, ImportedAreas, import_areas, read_areas
from logistics.inventory.sheets.reading import DamagedFile

HEADING = "level,code,name,parent\n"
TREE = HEADING + "community,C1,东社区,S1\nstreet,S1,光明街道,D1\ndistrict,D1,东城区,1101\n"


def read(text: str, **options: str) -> list[tuple[str, str, str]]:
    return [(area.level.value, area.code, area.parent) for area in read_areas(text.encode(), "a.csv", **options)]


def imported(content: bytes, **options: str) -> ImportedAreas:
    areas = read_areas(content, "areas.csv", **options)
    with transaction() as session:
        return import_areas(session, areas)


def problems(text: str) -> list[str]:
    with pytest.raises(BadAreaFile) as caught:
        read_areas(text.encode(), "a.csv")
    return [problem.told() for problem in caught.value.problems]


def tree() -> dict[str, tuple[str, str | None]]:
    above = select(Area.id, Area.code).subquery()
    with reading() as session:
        rows = session.execute(
            select(Area.code, Area.name, above.c.code).outerjoin(above, above.c.id == Area.parent_id)
        )
        return {code: (name, parent) for code, name, parent in rows}


def test_lines_may_come_in_any_order_and_packed_or_not(any_tables: Flask) -> None:
    done = imported(gzip.compress(TREE.encode("gb18030")))

    assert (done.new, done.changed, done.unchanged) == (3, 0, 0)
    assert tree() == {"D1": ("东城区", None), "S1": ("光明街道", "D1"), "C1": ("东社区", "S1")}


def test_again_changes_nothing_and_a_new_name_is_brought_up_to_date(any_tables: Flask) -> None:
    imported(TREE.encode())

    again = imported(TREE.encode())
    renamed = imported(TREE.replace("光明街道", "光辉街道").encode())

    assert (again.new, again.changed, again.unchanged) == (0, 0, 3)
    assert (renamed.new, renamed.changed, renamed.unchanged) == (0, 1, 2)
    assert tree()["S1"] == ("光辉街道", "D1")


def test_areas_that_the_file_does_not_name_stay(any_tables: Flask) -> None:
    imported(TREE.encode())

    imported((HEADING + "district,D2,西城区,\n").encode())

    assert set(tree()) == {"D1", "S1", "C1", "D2"}


def test_a_city_may_be_put_above_its_districts(any_tables: Flask) -> None:
    imported(TREE.encode())

    done = imported(TREE.encode(), city="北京市")

    assert (done.new, done.changed, done.levels["city"]) == (1, 1, 1)
    assert (tree()["1101"], tree()["D1"]) == (("北京市", None), ("东城区", "1101"))


def test_a_street_office_may_lie_under_a_city_without_districts() -> None:
    assert read(HEADING + "city,4419,东莞市,\nstreet,441900,莞城街道,4419\n") == [
        ("city", "4419", ""), ("street_office", "441900", "4419"),
    ]  # fmt: skip


def test_every_wrong_line_is_told_with_what_would_be_right(any_tables: Flask) -> None:
    told = problems(
        HEADING
        + "galaxy,G,银河,\nstreet,S1,光明街道,D9\ndistrict,D1,,1101\ndistrict,D2,西城区,\ncommunity,C1,东社区,D2\n"
        + "district,D2,西城区,\nstreet,,无名,D2\n"
    )

    assert told == [
        "line 2: “galaxy” is no level; district, street or community would be right",
        "line 4: the name is missing or too long; 1 to 120 characters would be right",
        "line 7: the code D2 is there twice; each area once would be right",
        "line 8: the code is missing or too long; the area's code in the national list would be right",
        "line 3: its parent “D9” is not in the file; the code of an area above it would be right",
        "line 6: its parent D2 is of no level above its own; the code of an area above it would be right",
    ]
    assert tree() == {}


def test_a_file_without_its_columns_or_without_an_area_is_refused() -> None:
    assert problems("name,code\na,b\n") == [
        "line 1: the columns level, parent are missing; the columns level, code, name, parent would be right"
    ]
    assert problems(HEADING) == ["line 2: there is no area; lines such as district,110101,东城区,1101 would be right"]


def test_an_archive_cut_short_is_refused() -> None:
    with pytest.raises(DamagedFile):
        read_areas(gzip.compress(TREE.encode() * 50)[:-20], "a.csv.gz")


@pytest.mark.realdata
def test_beijing_is_in_within_seconds_and_again_without_a_change(any_tables: Flask, real_data: Path) -> None:
    content = (real_data / "admin/beijing.csv.gz").read_bytes()

    started = time.monotonic()
    first = imported(content)
    second = imported(content)
    took_s = time.monotonic() - started

    assert dict(first.levels) == {"city": 0, "district": 16, "street_office": 349, "community": 7_535}
    assert (first.new, second.new, second.changed, second.unchanged) == (7_900, 0, 0, 7_900)
    with reading() as session:
        orphans = select(func.count()).where(Area.parent_id.is_(None), Area.level != AreaLevel.DISTRICT)
        assert session.scalar(orphans) == 0
    assert took_s < 30, f"{took_s:.1f} s for both"  # 2 s each on an idle machine
