"""The document that describes the API is sound and complete, and the page that shows it needs nobody else's server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from logistics import create_app
from logistics.policy import POLICY
from tests.racing import race


@pytest.fixture
def document(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/api/openapi.json")
    assert answer.status_code == 200
    return dict(answer.json)


def operations(document: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    methods = {"get", "post", "put", "patch", "delete"}
    return [
        (method, path, operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in methods
    ]


def test_the_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_of_the_api_is_described(app: Flask, document: dict[str, Any]) -> None:
    routes = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }

    described = {(method, path) for method, path, _ in operations(document)}

    assert described == routes
    assert len(routes) == sum(endpoint.partition(".")[0] in TAGS for endpoint in POLICY)


TAGS = {
    "accounts",
    "communities",
    "days",
    "delivery",
    "fulfilment",
    "inventory",
    "notifications",
    "orders",
    "routing",
}


def test_every_operation_has_a_summary_a_tag_and_the_shape_of_its_errors(document: dict[str, Any]) -> None:
    for method, path, operation in operations(document):
        assert operation.get("summary"), f"{method} {path} has no summary"
        assert set(operation["tags"]) <= TAGS
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/DEFAULT_ERROR"}
    error = document["components"]["responses"]["DEFAULT_ERROR"]
    assert list(error["content"]) == ["application/problem+json"]


MOVEMENTS = {
    f"/api/v1/{name}"
    for name in (
        "arrivals",
        "counts",
        "dispatches",
        "draws",
        "issues",
        "loans",
        "receipts",
        "returns",
        "reversals",
        "settlements",
        "write-offs",
    )
}


def test_only_an_order_or_a_movement_must_carry_an_idempotency_key(document: dict[str, Any]) -> None:
    keyed = {
        path: parameter["required"]
        for method, path, operation in operations(document)
        for parameter in operation.get("parameters", [])
        if method == "post" and parameter["name"] == "Idempotency-Key"
    }

    # what moves goods must not move them twice
    assert {path for path, required in keyed.items() if required} == {"/api/v1/orders", *MOVEMENTS}
    assert set(keyed) - MOVEMENTS == {
        "/api/v1/ballots",
        "/api/v1/items",
        "/api/v1/campaigns",
        "/api/v1/days",
        "/api/v1/days/{day_id}/runs",
        "/api/v1/manifests/{manifest_id}/stops/{stop_id}/handover",
        "/api/v1/orders",
        "/api/v1/plans",
        "/api/v1/requests",
        "/api/v1/rounds",
        "/api/v1/vehicles",
    }


def test_a_request_with_unknown_members_is_said_to_be_refused(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["OrderRequest"]["additionalProperties"] is False


def test_the_page_loads_from_here_alone_and_runs_no_inline_script(app: Flask) -> None:
    client = app.test_client()

    page = client.get("/api/docs")
    text = page.get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"]+)"', text)

    assert page.status_code == 200
    assert loaded
    assert all(address.startswith("/") for address in loaded)
    for address in loaded:
        with client.get(address) as answer:  # a file stays open until its answer is closed
            assert answer.status_code == 200, address
    assert re.findall(r"<script>|<style|style=|onload=", text) == []
    assert client.get("/api/docs/assets/../../../../etc/passwd").status_code == 404
    assert client.get("/api/docs/assets/LICENSE").status_code == 404


def test_the_first_two_who_ask_at_once_both_get_the_whole_document(app: Flask, document: dict[str, Any]) -> None:
    unasked = create_app(app.config["SETTINGS"])

    def ask() -> Any:
        return unasked.test_client().get("/api/openapi.json").json

    found: list[Any] = race(unasked, [ask, ask])

    assert [sorted(one["paths"]) for one in found] == [sorted(document["paths"])] * 2
    assert [one["tags"] for one in found] == [document["tags"]] * 2
