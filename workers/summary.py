"""The summary of a run on the terminal, Chinese first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from logistics.config import Settings
from logistics.day.rules import RunState
from logistics.day.sample import DemoLogin
from logistics.day.service import RunStatus
from logistics.terminal import named
from workers.main_job import reachable

SHOWN_DROPS = 20


def of_run(status: RunStatus) -> Iterator[str]:
    """The run, line by line: what it came to, what was left out and why, and how long each phase took."""
    if status.state is not RunState.DONE:
        yield f"运行未完成 run {status.run_id} of {status.day_code}: {status.state.value} at {status.phase.value}"
        if status.error:
            yield f"  {status.error}"
        return
    figures = status.summary
    yield ""
    yield f"{status.day_code} · run {status.run_id}"
    yield from _table(_figures(figures))
    yield from _dropped(figures.get("dropped", []))
    yield from _unbatched(figures.get("unbatched", []))
    seconds = status.phase_seconds
    yield _row("用时 seconds", "  ".join(f"{phase} {spent:.2f}" for phase, spent in seconds.items()))
    metric = figures.get("metric") or {}
    if metric:
        yield _row("行程 travel by", str(metric.get("kind") or metric.get("source") or metric))


def addresses(settings: Settings, plan_id: int | None) -> Iterator[str]:
    """Where to look at it."""
    host = reachable(settings.host)
    base = f"http://[{host}]:{settings.port}" if ":" in host else f"http://{host}:{settings.port}"
    yield ""
    yield _row("网页 pages", f"{base}/")
    if plan_id is not None:
        yield _row("地图 map", f"{base}/plans/{plan_id}/map")
    yield _row("接口 API", f"{base}/api/docs")


def logins(demo: Sequence[DemoLogin]) -> Iterator[str]:
    """The sample's accounts with their passwords."""
    for login in demo:
        yield _row("试用 demo login", f"{login.username:<10} {login.password:<22} {login.role.value}")


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        ("订单 orders", f"{figures['orders']:,}  ({figures['batched_orders']:,} in batches)"),
        ("订单行 lines", f"{figures['lines']:,}  ({figures['shorted_lines']:,} given less than ordered)"),
        ("重量 kg", f"{figures['kg']:,.1f}"),
        ("集单 batches", f"{figures['batches']:,}  ({figures['packages']:,} packages)"),
        ("站点 stops", f"{figures['stops']:,}  ({figures.get('stops_served', 0):,} served)"),
        ("  上门 door", f"{figures.get('door_stops', 0):,}"),
        ("路线 routes", f"{figures['routes']:,}  (of {figures.get('vehicles', 0):,} vehicles)"),
        ("里程 km", f"{figures['km']:,.1f}"),
        ("工时 hours", f"{figures['hours']:,.1f}"),
    ]


def _dropped(drops: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    yield _row("未排入 dropped", str(len(drops)))
    for drop in drops[:SHOWN_DROPS]:
        yield f"    {drop.get('name', drop['stop'])} ({drop['stop']}): {_worded(drop['reason'], 'drop_reason')}"
    if len(drops) > SHOWN_DROPS:
        yield f"    … {len(drops) - SHOWN_DROPS} more"


def _unbatched(orders: Sequence[Mapping[str, str]]) -> Iterator[str]:
    if orders:
        counts: dict[str, int] = {}
        for order in orders:
            counts[order["reason"]] = counts.get(order["reason"], 0) + 1
        told = ", ".join(f"{_worded(reason, 'unbatched')} {count}" for reason, count in sorted(counts.items()))
        yield _row("未集单 unbatched", f"{len(orders)}: {told}")


def _worded(reason: str, group: str) -> str:
    """The reason in the terminal's language, and the word that the exports have for it."""
    return f"{named(reason, group)} ({reason})"


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    for name, value in rows:
        yield _row(name, value)


def _row(name: str, value: str) -> str:
    width = sum(2 if east_asian_width(character) in "WF" else 1 for character in name)
    return f"  {name}{' ' * (20 - width)}{value}"
