"""Messages to households and areas over HTTP."""

from __future__ import annotations

from typing import Any

from logistics.access import current_viewer
from logistics.db import reading
from logistics.notifications import queries
from logistics.rest import Subject
from logistics.shapes import ROW_ID_MAX, PageQuery, page, page_of, query_whole

notifications = Subject("notifications", __name__, description="Messages to households and areas")


class NotificationQuery(PageQuery):
    household_id = query_whole(1, ROW_ID_MAX)


@notifications.get("/notifications")
@notifications.arguments(NotificationQuery, location="query")
@notifications.response(200, page_of(queries.NotificationView))
def list_notifications(query: dict[str, Any]) -> dict[str, Any]:
    """Messages to your household, or to your area and its households, newest first"""
    limit = query.pop("limit")
    with reading() as session:
        rows = queries.notifications(session, current_viewer(), limit=limit + 1, **query)
    return page(rows, limit=limit, offset=query["offset"])
