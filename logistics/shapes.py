"""Shapes of requests and answers: strict fields to load, and schemas that dump a view as its dataclass says."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import Enum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load
from marshmallow.validate import Length, Range

from logistics.views import PAGE_SIZE, PAGE_SIZE_MAX

ROW_ID_MAX = 2**31 - 1
"""The largest number an id column holds on PostgreSQL."""
OFFSET_MAX = 10_000_000
YEAR_MIN, YEAR_MAX = 2000, 2100
"""Dates outside are slips; those at the ends of the calendar have no moment in another time zone."""


def whole(low: int, high: int, **options: Any) -> fields.Integer:
    """A whole number from `low` to `high`; 2.0, "2" and true are refused."""
    return fields.Integer(strict=True, validate=Range(min=low, max=high), **options)


def row_id(**options: Any) -> fields.Integer:
    return whole(1, ROW_ID_MAX, **options)


def text(high: int, *, low: int = 1, **options: Any) -> fields.String:
    """A text of `low` to `high` characters, none of them a control character."""
    return fields.String(validate=[Length(min=low, max=high), _printable], **options)


def word_of(enum: type[StrEnum], **options: Any) -> fields.Enum[Any]:
    return fields.Enum(enum, by_value=True, **options)


def moment(**options: Any) -> fields.AwareDateTime:
    """ISO 8601 with an offset; without one nobody knows which moment is meant."""
    return fields.AwareDateTime(format="iso", validate=_of_our_time, **options)


def calendar_day(**options: Any) -> fields.Date:
    """A date, ISO 8601."""
    return fields.Date(format="iso", validate=_of_our_time, **options)


def query_whole(low: int, high: int, **options: Any) -> fields.Integer:
    """A whole number in an address, where everything is text: ASCII digits alone."""
    return _QueryInteger(validate=Range(min=low, max=high), **options)


class _QueryInteger(fields.Integer):
    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not value.isascii() or not value.isdigit() or len(value) > 12:
            raise self.make_error("invalid", input=value)
        return int(value)


def _of_our_time(value: date) -> None:
    if not YEAR_MIN <= value.year <= YEAR_MAX:
        raise ValidationError("The year must be from 2000 to 2100.")


def _printable(value: str) -> None:
    if any(not character.isprintable() for character in value):
        raise ValidationError("Control characters are not accepted.")


class PageQuery(Schema):
    """Which part of a long list."""

    limit = query_whole(1, PAGE_SIZE_MAX, load_default=PAGE_SIZE)
    offset = query_whole(0, OFFSET_MAX, load_default=0)


class Nothing(Schema):
    """A request without a body, or with an empty object."""

    @pre_load
    def _accept_none(self, data: Any, **_: Any) -> Any:
        return data or {}


@cache
def shape(view: type) -> type[Schema]:
    """The schema that dumps a view: its fields and its public properties, all always present."""
    hints = typing.get_type_hints(view)
    members: dict[str, Any] = {f.name: _field(hints[f.name]) for f in dataclasses.fields(view)}
    for name in dir(view):
        found = getattr(view, name)
        if isinstance(found, property) and found.fget is not None:
            members[name] = _field(typing.get_type_hints(found.fget)["return"])
    return type(f"{view.__name__.removesuffix('View')}Shape", (Schema,), members)


@cache
def page_of(view: type) -> type[Schema]:
    """The schema of one part of a list of views; `next_offset` is null at its end."""
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(shape(view)), required=True),
        "next_offset": fields.Integer(required=True, allow_none=True),
    }
    return type(f"{view.__name__.removesuffix('View')}PageShape", (Schema,), members)


def page(rows: Sequence[Any], *, limit: int, offset: int) -> dict[str, Any]:
    """The part that was asked for of rows read with `limit + 1`: the one too many says that there is more."""
    return {"items": rows[:limit], "next_offset": offset + limit if len(rows) > limit else None}


_PLAIN: dict[type, type[fields.Field[Any]]] = {
    bool: fields.Boolean,
    int: fields.Integer,
    float: fields.Float,
    str: fields.String,
    datetime: fields.AwareDateTime,
    date: fields.Date,
}


def _field(hint: Any, *, nullable: bool = False) -> fields.Field[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    options: dict[str, Any] = {"required": True, "allow_none": nullable}
    if origin in (typing.Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return _field(inner, nullable=True)
    if origin in (tuple, list) or (isinstance(origin, type) and issubclass(origin, Sequence)):
        return fields.List(_field(arguments[0]), **options)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return fields.Dict(keys=fields.String(), **options)
    if dataclasses.is_dataclass(hint):
        return fields.Nested(shape(typing.cast(type, hint)), **options)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return fields.Enum(hint, by_value=True, **options)
    return _PLAIN[hint](**options)
