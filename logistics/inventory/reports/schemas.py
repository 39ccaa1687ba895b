"""Shapes of requests about daily reports."""

from __future__ import annotations

from marshmallow import Schema

from logistics.inventory.reports.service import TEXT_LENGTH_MAX
from logistics.shapes import ROW_ID_MAX, PageQuery, calendar_day, query_whole, text, whole


class ReportQuery(PageQuery):
    """Without a date the reports of the day that is due."""

    date = calendar_day()
    area_id = query_whole(1, ROW_ID_MAX)


class LateQuery(PageQuery):
    """Without a date the late reports of all days."""

    date = calendar_day()


class ConfirmRequest(Schema):
    """Nothing but a remark: the numbers are the ledger's."""

    remark = text(TEXT_LENGTH_MAX, low=0, load_default="")


class CorrectRequest(Schema):
    """`version` is the one that was looked at."""

    version = whole(1, 1_000_000, required=True)
    reason = text(TEXT_LENGTH_MAX, required=True)
    remark = text(TEXT_LENGTH_MAX, low=0, load_default="")
