"""Shapes of requests about vehicles and plans."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields
from marshmallow.validate import Length

from logistics.config import Settings
from logistics.routing import fleet
from logistics.routing.service import TIME_LIMIT_S_MAX
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, query_whole, row_id, text, whole

WAVES_MAX = 200
ITERATIONS_MAX = 1_000_000_000
SEED_MAX = 2**31 - 1


class VehicleQuery(PageQuery):
    store_id = query_whole(1, ROW_ID_MAX)


class VehicleRequest(Schema):
    """A vehicle; its shift in minutes after local midnight of the delivery date."""

    store_id = row_id(required=True)
    code = text(64, required=True)
    type = text(32, required=True)
    type_name = text(64, required=True)
    plate = text(16, low=0, load_default="")
    capacity_g = whole(1, fleet.CAPACITY_G_MAX, required=True)
    capacity_packages = whole(1, fleet.CAPACITY_PACKAGES_MAX, required=True)
    shift_start_min = whole(0, fleet.SHIFT_END_MIN_MAX, required=True)
    shift_end_min = whole(0, fleet.SHIFT_END_MIN_MAX, required=True)


class VehiclePatch(Schema):
    active = fields.Boolean(required=True, truthy={True}, falsy={False})


class PlanQuery(PageQuery):
    delivery_date = calendar_day()


class SearchRequest(Schema):
    """How long to search for routes; what is left out is as the platform is set up.

    With `iteration_limit` and `seed` a plan can be repeated.
    """

    time_limit_s = whole(1, TIME_LIMIT_S_MAX)
    iteration_limit = whole(1, ITERATIONS_MAX, allow_none=True)
    seed = whole(0, SEED_MAX)


class PlanOrder(SearchRequest):
    delivery_date = calendar_day(required=True)
    wave_ids = fields.List(row_id(), required=True, validate=Length(min=1, max=WAVES_MAX))


def search_of(wanted: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The search that a request asks for, completed from the settings."""
    return {
        "time_limit_s": wanted.get("time_limit_s", settings.solve_time_limit_s),
        "iteration_limit": wanted.get("iteration_limit", settings.solve_iteration_limit),
        "seed": wanted.get("seed", settings.solve_seed),
    }
