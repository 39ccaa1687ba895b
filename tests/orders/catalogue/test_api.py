"""The catalogue over HTTP: what a merchant does with its list, an office with its ceilings, and what residents read."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from logistics.accounts.models import Role
from logistics.clock import local_date
from logistics.db import transaction
from logistics.orders.models import Campaign
from tests.api.world import World, a_world, bearer, utc_now
from tests.api.world_catalogue import a_picture

API = "/api/v1"


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def world(app: Flask) -> World:
    """Both sides, our campaign to be delivered tomorrow."""
    world = a_world()
    with transaction() as session:
        tomorrow = local_date(utc_now()) + timedelta(days=1)
        session.get_one(Campaign, world.ours.ids["campaign_id"]).delivery_date = tomorrow
    return world


def ask(client: FlaskClient, world: World, role: Role, method: str, path: str, body: Any = None, **more: Any) -> Any:
    token = world.admin_token if role is Role.ADMIN else world.ours.tokens[role]
    json = {} if body is None else {"json": body}
    return client.open(f"{API}/{path}", method=method, headers=bearer(token), **json, **more)


def today() -> str:
    return local_date(utc_now()).isoformat()


def added(client: FlaskClient, world: World, sku: str, **body: Any) -> Any:
    answer = ask(client, world, Role.MERCHANT, "POST", "products", {"sku": sku, "name": f"Name {sku}", **body})
    assert answer.status_code == 201, answer.json
    return answer.json


def a_ceiling(client: FlaskClient, world: World, good: str, cents: int, **more: Any) -> Any:
    body = {"good": good, "unit": "per_500g", "ceiling_cents": cents, "starts_on": today(), "reason": "scarce", **more}
    office = world.ours.ids["office_id"]
    answer = ask(client, world, Role.STREET_OFFICE, "POST", f"areas/{office}/price-ceilings", body)
    assert answer.status_code == 201, answer.json
    return answer.json


def test_a_merchant_adds_changes_prices_and_retires(client: FlaskClient, world: World) -> None:
    made = added(client, world, "FISH", price_per_kg_cents=3_990, weight_g=650, temperature="frozen", allergens="鱼")
    at = f"products/{made['id']}"

    told = ask(client, world, Role.MERCHANT, "PATCH", at, {"notes": "cleaned"}).json
    priced = ask(
        client, world, Role.MERCHANT, "POST", f"{at}/price", {"price_per_kg_cents": 3_590, "reason": "sale"}
    ).json
    history = ask(client, world, Role.MERCHANT, "GET", f"{at}/prices").json["items"]
    gone = ask(client, world, Role.MERCHANT, "POST", f"{at}/retire").json
    back = ask(client, world, Role.MERCHANT, "POST", f"{at}/reinstate").json

    # 39.90 × 0.65 = 25.935; 35.90 × 0.65 = 23.335; per 500 g 17.95
    assert (made["sold_by"], made["price_cents"], made["price_per_500g_cents"]) == ("weight", 2_594, 1_995)
    assert (told["notes"], priced["price_cents"], priced["price_per_500g_cents"]) == ("cleaned", 2_334, 1_795)
    assert [(line["old_price_per_kg_cents"], line["price_per_kg_cents"], line["reason"]) for line in history] == [
        (3_990, 3_590, "sale"), (None, 3_990, ""),
    ]  # fmt: skip
    assert [line["set_by"] for line in history] == ["ours-merchant"] * 2
    assert (gone["retired_at"] is None, back["retired_at"]) == (False, None)


def test_a_bundle_shows_what_it_holds(client: FlaskClient, world: World) -> None:
    made = added(
        client, world, "SET", price_cents=1_500, contents=[{"sku": "V01", "quantity": 2}, {"sku": "M01", "quantity": 1}]
    )

    assert [(line["sku"], line["quantity"]) for line in made["contents"]] == [("M01", 1), ("V01", 2)]
    assert (made["is_bundle"], made["weight_g"], made["price_per_500g_cents"]) == (True, 3_000, None)
    nested = {"sku": "SETS", "name": "x", "price_cents": 1, "contents": [{"sku": "SET", "quantity": 1}]}
    refused = ask(client, world, Role.MERCHANT, "POST", "products", nested)
    assert (refused.status_code, refused.json["code"]) == (422, "bad_contents")


def test_an_office_sets_a_ceiling_and_prices_meet_it(client: FlaskClient, world: World) -> None:
    ceiling = a_ceiling(client, world, "白菜", 250)
    good_id = ceiling["good_id"]
    product = world.ours.ids["product_id"]  # 5.00 for 1,000 g

    named = ask(client, world, Role.MERCHANT, "PUT", f"products/{product}/good", {"good_id": good_id})
    refused = ask(
        client, world, Role.MERCHANT, "POST", f"products/{product}/price", {"price_cents": 600, "reason": "x"}
    )
    kept = ask(client, world, Role.MERCHANT, "POST", f"products/{product}/price", {"price_cents": 490, "reason": "x"})

    assert (named.status_code, named.json["good_name"]) == (200, "白菜")
    assert (refused.status_code, refused.json["code"], refused.json["data"]["top_cents"]) == (409, "over_ceiling", 500)
    assert "¥3.00 per 500 g" in refused.json["detail"]
    assert kept.json["price_cents"] == 490


def test_a_ceiling_that_comes_later_shows_what_breaks_it(client: FlaskClient, world: World) -> None:
    product = world.ours.ids["product_id"]
    good_id = a_ceiling(client, world, "白菜", 250)["good_id"]
    ask(client, world, Role.STREET_OFFICE, "PUT", f"products/{product}/good", {"good_id": good_id})
    assert ask(client, world, Role.MERCHANT, "GET", "price-breaches").json == []

    a_ceiling(client, world, "白菜", 200)

    (listed,) = ask(client, world, Role.MERCHANT, "GET", "price-breaches").json
    assert (listed["sku"], listed["price_cents"], listed["top_cents"], listed["campaign_id"]) == ("V01", 500, 400, None)
    assert listed["sentence"].endswith("so at most ¥4.00.")
    unsaid = ask(client, world, Role.MERCHANT, "PUT", f"products/{product}/good", {"good_id": None})
    assert (unsaid.status_code, unsaid.json["code"]) == (403, "assigned_by_office")


def test_a_ceiling_is_ended_and_not_edited(client: FlaskClient, world: World) -> None:
    ceiling = a_ceiling(client, world, "白菜", 250)
    end = f"price-ceilings/{ceiling['id']}/end"

    ended = ask(client, world, Role.STREET_OFFICE, "POST", end, {"reason": "plenty"})
    again = ask(client, world, Role.STREET_OFFICE, "POST", end, {"reason": "plenty"})
    edited = ask(client, world, Role.STREET_OFFICE, "PATCH", f"price-ceilings/{ceiling['id']}", {"ceiling_cents": 1})
    standing = ask(client, world, Role.RESIDENT, "GET", f"price-ceilings?on={today()}").json["items"]

    assert (ended.json["until_on"], again.status_code, again.json["code"]) == (today(), 409, "ceiling_ended")
    assert edited.status_code == 404
    assert [row["good_name"] for row in standing] == ["Good ours"]  # the world's own


def test_residents_read_every_change_and_nobodys_name(client: FlaskClient, world: World) -> None:
    product = world.ours.ids["product_id"]
    ceiling = a_ceiling(client, world, "白菜", 250)
    ask(client, world, Role.MERCHANT, "PUT", f"products/{product}/good", {"good_id": ceiling["good_id"]})
    ask(client, world, Role.MERCHANT, "POST", f"products/{product}/price", {"price_cents": 450, "reason": "harvest"})
    ask(client, world, Role.STREET_OFFICE, "POST", f"price-ceilings/{ceiling['id']}/end", {"reason": "plenty"})
    added(client, world, "SECRET", price_cents=1)  # offered to nobody

    told = ask(client, world, Role.RESIDENT, "GET", "price-log").json["items"]
    neighbours = client.get(f"{API}/price-log", headers=bearer(world.theirs.tokens[Role.RESIDENT])).json["items"]
    own = ask(client, world, Role.MERCHANT, "GET", "price-log").json["items"]

    lines = {(row["kind"], row["subject"], row["old_cents"], row["new_cents"], row["reason"]) for row in told}
    assert lines == {
        ("price", "Product V01", 500, 450, "harvest"),
        ("ceiling_set", "白菜", None, 250, "scarce"),
        ("ceiling_ended", "白菜", 250, None, "plenty"),
        ("ceiling_set", "Good ours", None, 1_000, "scarce"),
        ("assigned", "Product V01", None, None, ""),
    }
    assert {row["by"] for row in told} == {""}
    assert {row["per"] for row in told if row["kind"] != "assigned"} == {"unit", "per_500g"}
    assert [row["subject"] for row in neighbours] == ["Good theirs"]
    assert {row["by"] for row in own if row["kind"] == "price"} == {"ours-merchant"}


def test_a_resident_sees_what_is_offered_to_it_and_nothing_else(client: FlaskClient, world: World) -> None:
    hidden = added(client, world, "SECRET", price_cents=1)["id"]

    seen = ask(client, world, Role.RESIDENT, "GET", "products").json["items"]

    assert [row["sku"] for row in seen] == ["M01", "V01"]
    for path in (f"products/{hidden}", f"products/{hidden}/prices", f"products/{hidden}/photo"):
        assert ask(client, world, Role.RESIDENT, "GET", path).status_code == 404


def test_a_photo_is_served_so_that_nothing_in_it_runs(client: FlaskClient, world: World) -> None:
    at = f"products/{world.ours.ids['product_id']}/photo"
    sent = {"file": (io.BytesIO(a_picture((64, 48))), "../../evil.html")}

    put = ask(client, world, Role.MERCHANT, "PUT", at, data=sent, content_type="multipart/form-data")
    photo = ask(client, world, Role.RESIDENT, "GET", at)

    assert (put.status_code, photo.status_code, photo.content_type) == (200, 200, "image/jpeg")
    headers = photo.headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert headers["Cache-Control"] == "private, max-age=86400"
    assert headers["Content-Disposition"] == f"inline; filename={put.json['photo_sha256'][:16]}.jpg"
    assert headers["ETag"] == f'"{put.json["photo_sha256"]}"'
    assert photo.data.startswith(b"\xff\xd8\xff")

    for content, code in ((b"<svg/>", "bad_photo"), (b"", "bad_photo")):
        sent = {"file": (io.BytesIO(content), "photo.jpg")}
        refused = ask(client, world, Role.MERCHANT, "PUT", at, data=sent, content_type="multipart/form-data")
        assert (refused.status_code, refused.json["code"]) == (422, code)
    assert ask(client, world, Role.MERCHANT, "PUT", at).json["code"] == "no_file"
    assert ask(client, world, Role.MERCHANT, "DELETE", at).status_code == 204
    assert ask(client, world, Role.RESIDENT, "GET", at).status_code == 404


def test_a_list_goes_out_and_comes_back(client: FlaskClient, world: World) -> None:
    at = f"merchants/{world.ours.ids['merchant_id']}/products"
    rows = ask(client, world, Role.MERCHANT, "GET", f"{at}.csv")
    book = ask(client, world, Role.MERCHANT, "GET", f"{at}.xlsx")
    assert rows.data.decode("utf-8-sig").startswith("SKU,Name,")

    def sent(content: bytes, **query: str) -> Any:
        file = {"file": (io.BytesIO(content), "list.csv")}
        return ask(client, world, Role.MERCHANT, "POST", at, data=file, query_string=query)

    again = sent(book.data)
    tried = sent("货号,商品名称,价格\nN1,新,3.50".encode(), dry_run="true")
    wrong = sent("货号,商品名称,价格\nN1,新,3.505\nN2,新,1".encode())
    done = sent("货号,商品名称,价格\nN1,新,3.50".encode(), reason="spring")

    assert (again.status_code, again.json["unchanged"], again.json["taken"]) == (200, 2, True)
    assert (tried.json["taken"], tried.json["added"]) == (False, 1)
    assert (wrong.status_code, wrong.json["code"], wrong.json["data"]) == (422, "wrong_rows", {"count": 1})
    assert wrong.json["errors"] == [
        {"pointer": "#/rows/2", "detail": "价格: “3.505” is no price in yuan; 3.50 would be right, at most 100,000."}
    ]
    assert (done.json["taken"], done.json["added"]) == (True, 1)


def test_firms_and_shops_are_entered_and_changed(client: FlaskClient, world: World) -> None:
    firm = ask(client, world, Role.ADMIN, "POST", "merchants", {"code": "NEW", "name": "新商家"})
    taken = ask(client, world, Role.ADMIN, "POST", "merchants", {"code": "NEW", "name": "x"})
    shop = {"code": "S-1", "name": "二店", "lng": 117.1, "lat": 36.6}
    mine = ask(client, world, Role.MERCHANT, "POST", "stores", shop)
    later = ask(client, world, Role.MERCHANT, "PATCH", f"stores/{mine.json['id']}", {"opens_min": 420})
    never = ask(client, world, Role.MERCHANT, "PATCH", f"stores/{mine.json['id']}", {"closes_min": 420})
    theirs = {**shop, "code": "S-2", "merchant_id": firm.json["id"]}

    assert (firm.status_code, taken.status_code, taken.json["code"]) == (201, 409, "code_taken")
    assert (mine.status_code, mine.json["merchant_id"]) == (201, world.ours.ids["merchant_id"])
    assert (later.json["opens_min"], later.json["name"], never.json["code"]) == (420, "二店", "bad_hours")
    assert ask(client, world, Role.MERCHANT, "POST", "stores", theirs).status_code == 404
    assert ask(client, world, Role.ADMIN, "POST", "stores", theirs).json["merchant_name"] == "新商家"
    assert len(ask(client, world, Role.MERCHANT, "GET", "merchants").json) == 1


def test_an_office_sees_prices_of_campaigns_to_come_that_break_its_ceilings(client: FlaskClient, world: World) -> None:
    ids = world.ours.ids
    good_id = a_ceiling(client, world, "白菜", 240)["good_id"]
    ask(client, world, Role.STREET_OFFICE, "PUT", f"products/{ids['product_id']}/good", {"good_id": good_id})

    (broken,) = ask(client, world, Role.STREET_OFFICE, "GET", "price-breaches").json
    elsewhere = client.get(f"{API}/price-breaches", headers=bearer(world.theirs.tokens[Role.STREET_OFFICE])).json

    assert (broken["campaign_id"], broken["sku"], broken["top_cents"]) == (ids["campaign_id"], "V01", 480)
    assert elsewhere == []
