"""The real delivery day goes in whole and fast."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.communities.models import Compound, HouseholdStatus
from logistics.day.folder import BadDayFolder, read_folder, write_folder
from logistics.day.folder.datum import Datum, from_wgs84
from logistics.day.importing import import_folder
from logistics.day.map_area import map_area
from logistics.db import reading
from logistics.orders.models import Offer, Order, OrderLine, Product
from logistics.routing.models import Vehicle

NOW = datetime(2020, 2, 28, tzinfo=UTC)
pytestmark = pytest.mark.realdata


def test_the_jinan_day_goes_in_whole(any_app: Flask, real_data: Path) -> None:
    day = import_folder(
        real_data / "e2e_jinan" / "day", roads_file=real_data / "jinan" / "jinan_roads.osm.pbf", now=NOW
    )

    assert day.code == "2020-02-28-D0"
    assert {name: day.counts[name] for name in ("compounds", "orders", "lines", "products", "vehicles")} == {
        "compounds": 220, "orders": 1_994, "lines": 9_088, "products": 38, "vehicles": 16,
    }  # fmt: skip
    with reading() as session:
        counted = [
            session.scalar(select(func.count()).select_from(model))
            for model in (Compound, Order, OrderLine, Product, Vehicle)
        ]
        weight_g = session.scalar(
            select(func.sum(OrderLine.ordered * Product.weight_g))
            .join(Offer, Offer.id == OrderLine.offer_id)
            .join(Product, Product.id == Offer.product_id)
        )
        quarantined = session.scalar(select(func.count()).select_from(HouseholdStatus))
    assert counted == [220, 1_994, 9_088, 38, 16]
    assert weight_g == 19_365_710 == day.counts["weight_g"]
    assert quarantined is not None
    assert quarantined > 50


def test_the_jinan_day_written_and_read_again_is_the_same_day(real_data: Path, tmp_path: Path) -> None:
    day = read_folder(real_data / "e2e_jinan" / "day")

    write_folder(day, tmp_path)

    assert read_folder(tmp_path) == day
    assert day.delivery_date == date(2020, 2, 28)


def test_the_jinan_day_in_gb18030_and_bd09_is_the_same_day(real_data: Path, tmp_path: Path) -> None:
    day = read_folder(real_data / "e2e_jinan" / "day")
    baidu = [from_wgs84((c.lng, c.lat), Datum.BD09) for c in day.compounds]
    moved = [replace(c, lng=round(p[0], 7), lat=round(p[1], 7)) for c, p in zip(day.compounds, baidu, strict=True)]
    write_folder(replace(day, compounds=tuple(moved)), tmp_path)
    for path in tmp_path.glob("*.csv"):
        path.write_bytes(path.read_text(encoding="utf-8").encode("gb18030"))
    with (tmp_path / "day.toml").open("a", encoding="utf-8") as page:
        page.write('[files.compounds]\nencoding = "gb18030"\ndatum = "BD-09"\n')
        page.writelines(f'[files.{table}]\nencoding = "gb18030"\n' for table in ("depots", "products", "vehicles"))

    again = read_folder(tmp_path)

    assert [c.name for c in again.compounds] == [c.name for c in day.compounds]
    assert (again.products, again.vehicles, again.orders) == (day.products, day.vehicles, day.orders)
    off = max(max(abs(a.lng - b.lng), abs(a.lat - b.lat)) for a, b in zip(again.compounds, day.compounds, strict=True))
    assert off < 3e-7


def test_the_jinan_day_on_another_citys_map_names_every_compound(real_data: Path) -> None:
    helsinki = map_area(real_data / "osm_extracts" / "Helsinki.osm.pbf")

    with pytest.raises(BadDayFolder) as caught:
        read_folder(real_data / "e2e_jinan" / "day", area=helsinki)

    assert caught.value.count == 221  # 220 compounds and the depot
    assert caught.value.by_file == {"depots.csv": 1, "compounds.csv.gz": 220}
