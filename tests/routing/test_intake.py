"""A store's fleet is taken in whole."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from logistics.db import reading, transaction
from logistics.orders import intake as orders
from logistics.routing.intake import VehicleFact, take_fleets
from logistics.routing.models import Vehicle


def a_van(store: str, code: str, *, capacity_g: int = 1_200_000) -> VehicleFact:
    return VehicleFact(
        store=store,
        code=code,
        type="van",
        type_name="面包车",
        plate="",
        capacity_g=capacity_g,
        capacity_packages=300,
        shift_start_min=420,
        shift_end_min=1290,
    )


def test_vehicles_that_a_fleet_no_longer_names_go_out_of_service_in_that_store_only(any_tables: Flask) -> None:
    with transaction() as session:
        merchants = orders.take_merchants(session, [orders.MerchantFact(code="M", name="商家")])
        shops = [
            orders.StoreFact(code=code, merchant="M", name=code, lng=117.0, lat=36.6, opens_min=360, closes_min=1320)
            for code in ("D0", "D1")
        ]
        stores = orders.take_stores(session, shops, merchant_ids=merchants)
        take_fleets(session, [a_van("D0", "van-01"), a_van("D0", "van-02"), a_van("D1", "van-01")], store_ids=stores)

    with transaction() as session:
        take_fleets(session, [a_van("D0", "van-02", capacity_g=900_000)], store_ids={"D0": stores["D0"]})

    with reading() as session:
        fleet = {(v.store_id, v.code): (v.active, v.capacity_g) for v in session.scalars(select(Vehicle))}
    assert fleet == {
        (stores["D0"], "van-01"): (False, 1_200_000),
        (stores["D0"], "van-02"): (True, 900_000),
        (stores["D1"], "van-01"): (True, 1_200_000),
    }
