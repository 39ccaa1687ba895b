"""The map in a real browser: every route drawn, every stop marked, nothing fetched from elsewhere, nothing logged."""

from __future__ import annotations

import importlib.util
import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.api.world import PASSWORD
from tests.conftest import REPO
from tests.web.site import PlannedDay, a_market_with_people, a_planned_day, browser_of

pytestmark = pytest.mark.browser

FLAGS = (
    "--no-sandbox",  # test machines run as root in containers
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
PATIENCE_MS = 30_000
MARKS = ".leaflet-marker-pane"
STOPS = f"{MARKS} .stop:not(.dropped)"


@pytest.fixture(scope="module")
def chromium() -> str:
    """The path of a browser; without one the tests are skipped, but not where CI promises one."""
    spec = importlib.util.spec_from_file_location("find_browser", REPO / "scripts/find_browser.py")
    assert spec is not None
    assert spec.loader is not None
    finder = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(finder)
    path = finder.find()
    if path is None:
        if os.environ.get("CI") == "true":
            pytest.fail("no browser was found, and CI=true promises one; set BROWSER_PATH")
        pytest.skip("no browser was found; set BROWSER_PATH or install chromium")
    return str(path)


@pytest.fixture
def day(app: Flask, tmp_path: Path) -> PlannedDay:
    return a_planned_day(tmp_path)


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """The app on a free port of loopback."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@dataclass
class Window:
    """A page of the browser and what it complained about or asked for."""

    page: Any
    complaints: list[str] = field(default_factory=list)
    requested: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("console", lambda m: self.complaints.append(m.text) if m.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)
        self.page.on("request", lambda request: self.requested.add(request.url))

    def _failed(self, request: Any) -> None:
        if "ERR_ABORTED" not in (request.failure or ""):  # leaving a page ends what it was still loading
            self.complaints.append(f"failed: {request.url}")

    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.requested if not url.startswith(("data:", "blob:"))}

    def count(self, selector: str) -> int:
        return int(self.page.locator(selector).count())


@pytest.fixture
def window(chromium: str, address: str, day: PlannedDay) -> Iterator[Window]:
    """A browser that is signed in as an administrator."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(PATIENCE_MS)
        shown = Window(page)
        page.goto(f"{address}/login")
        page.fill("#username", "boss")
        page.fill("#password", PASSWORD)
        page.click("main button")
        yield shown
        browser.close()


def test_the_map_draws_every_route_and_marks_every_stop(
    app: Flask, window: Window, day: PlannedDay, address: str
) -> None:
    plan = json.loads(browser_of(app, day.admin_id).text(f"/plans/{day.plan_id}/plan.json"))
    served = sum(len(route["stops"]) for route in plan["routes"])

    window.page.goto(f"{address}/plans/{day.plan_id}/map")
    window.page.wait_for_selector('#map[data-state="ready"]')

    assert window.count("path.route-line") == len(plan["routes"]) > 0
    assert all(len(d) > 20 for d in (p.get_attribute("d") for p in window.page.locator("path.route-line").all()))
    assert window.count(STOPS) == served
    assert window.count(f"{MARKS} .stop.dropped") == len(plan["dropped"]) == 1
    assert window.count(f"{MARKS} .depot") == 1
    assert window.complaints == []
    assert window.hosts() == {"127.0.0.1"}


def test_a_stop_tells_its_times_and_the_legend_hides_its_route(window: Window, day: PlannedDay, address: str) -> None:
    window.page.goto(f"{address}/plans/{day.plan_id}/map")
    window.page.wait_for_selector('#map[data-state="ready"]')
    page = window.page
    routes, stops = window.count("path.route-line"), window.count(STOPS)

    page.locator(f"{MARKS} .dropped").first.press("Enter")
    popup = page.locator(".leaflet-popup-content")
    popup.wait_for()
    assert "超过任何车辆的载重" in popup.inner_text()

    page.locator("input[data-route]").first.uncheck()
    assert window.count("path.route-line") == routes - 1
    assert 0 <= window.count(STOPS) < stops

    page.locator('[data-routes="all"]').click()
    assert (window.count("path.route-line"), window.count(STOPS)) == (routes, stops)

    page.locator("#map-clock").press("Home")
    page.locator("#map-clock").press("ArrowRight")  # five minutes into the first tour every stop is still to come
    assert window.count(f"{MARKS} .later") == stops
    assert window.count(f"{MARKS} .van") >= 1
    assert window.complaints == []


def test_pages_hold_on_a_phone_without_scrolling_sideways(window: Window, day: PlannedDay, address: str) -> None:
    page = window.page
    page.set_viewport_size({"width": 390, "height": 844})
    paths = (
        "/",
        f"/plans/{day.plan_id}",
        f"/plans/{day.plan_id}/map",
        "/manifests",
        "/compounds",
        "/orders",
        "/import",
    )
    for path in paths:
        page.goto(f"{address}{path}")
        wider_by = page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth")
        assert wider_by <= 0, path
    assert window.complaints == []
    assert window.hosts() == {"127.0.0.1"}


def test_the_markers_of_one_gate_stay_on_the_map(window: Window, day: PlannedDay, address: str) -> None:
    for width in (1280, 390):
        window.page.set_viewport_size({"width": width, "height": 844})
        window.page.goto(f"{address}/plans/{day.plan_id}/map")
        window.page.wait_for_selector('#map[data-state="ready"]')
        edge = window.page.locator("#map").bounding_box()
        assert edge is not None
        for mark in window.page.locator(f"{MARKS} .stop").all():
            box = mark.bounding_box()
            assert box is not None
            assert edge["x"] <= box["x"], width
            assert box["x"] + box["width"] <= edge["x"] + edge["width"], width


def test_after_back_the_total_is_that_of_what_is_typed(window: Window, address: str) -> None:
    market, page = a_market_with_people(), window.page
    page.context.clear_cookies()
    page.goto(f"{address}/login")
    page.fill("#username", "li")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.goto(f"{address}/campaigns/{market.campaign_id}")
    page.fill('[name="q-V01"]', "3")
    assert page.locator(".total output").inner_text() == "¥15.00"  # 3 * 5.00
    page.click("form.order-form .button")
    page.wait_for_url("**/orders/*")

    page.go_back()

    typed = int(page.input_value('[name="q-V01"]') or 0)
    page.wait_for_function(
        "cents => document.querySelector('.total output').textContent === cents", arg=f"¥{typed * 5}.00"
    )
