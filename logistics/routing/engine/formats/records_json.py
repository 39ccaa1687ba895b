"""The engine's records as JSON objects and back: a key per field, sets as sorted lists, matrices as lists of rows with
null where there is no way, defaults left out.

What a field may hold is read from the record itself, so a field that is added to the model is in the files at once.
"""

import dataclasses
import types
from collections.abc import Callable, Mapping
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

from logistics.routing.engine.formats.json_values import Value, matrix_of
from logistics.routing.engine.items import UNREACHABLE, TimeWindow
from logistics.routing.engine.validation import LARGEST_TIME_S

Record = TypeVar("Record")
_PLAIN: dict[Any, Callable[[Value], Any]] = {str: Value.text, bool: Value.truth, float: Value.number}


def written(value: Any) -> Any:
    """A record, or what stands in one of its fields, as `json` writes it."""
    if dataclasses.is_dataclass(value):
        kind: Any = type(value)
        defaults = _defaults(kind)
        given = {name: getattr(value, name) for name in defaults}
        return {
            name: written(inner)
            for name, inner in given.items()
            if isinstance(inner, np.ndarray) or inner != defaults[name]  # a matrix has no default
        }
    if isinstance(value, np.ndarray):
        return [[None if cell == UNREACHABLE else cell for cell in row] for row in value.tolist()]
    if isinstance(value, (frozenset, set)):
        return sorted(value)
    if isinstance(value, (tuple, list)):
        return [written(inner) for inner in value]
    return dict(value) if isinstance(value, Mapping) else value


def record_of(
    value: Value, kind: type[Record], *, numbers_later: bool = False, ignored: tuple[str, ...] = ()
) -> Record:
    """The record that an object states.

    A number that is none is refused here, with its field, or `numbers_later` by the `Problem`, which says the item and
    the unit. Keys in `ignored` may be there, in inner records too, and say nothing.

    Raises:
        BadProblemFile: if a field is missing, unknown or of the wrong type, with its name.
    """
    plain: Any = kind  # a type variable is no key of a cache to mypy
    defaults, hints = _defaults(plain), _hints(plain)
    value.fields((*defaults, *ignored))
    given = {
        name: _read(value.get(name), hints[name], numbers_later=numbers_later, ignored=ignored)
        for name, default in defaults.items()
        if name in value.object() or default is dataclasses.MISSING
    }
    if kind is TimeWindow:
        _check_span(value)
    return kind(**given)


def _read(value: Value, hint: Any, *, numbers_later: bool, ignored: tuple[str, ...]) -> Any:
    kind: Any = get_origin(hint) or hint
    inner = get_args(hint)
    if kind in (Union, types.UnionType):
        if value.value is None and type(None) in inner:
            return None
        present = next(other for other in inner if other is not type(None))
        return _read(value, present, numbers_later=numbers_later, ignored=ignored)
    if kind is int:
        return value.value if numbers_later else value.whole(at_least=-LARGEST_TIME_S, at_most=LARGEST_TIME_S)
    if kind in _PLAIN:
        return _PLAIN[kind](value)
    if kind is np.ndarray:
        return matrix_of(value)
    if kind in (tuple, frozenset):
        return kind(_read(item, inner[0], numbers_later=numbers_later, ignored=ignored) for item in value.list())
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return value.one_of(kind)
    if hasattr(kind, "__dataclass_fields__"):
        # the ends of spans are compared here, so they must be numbers here
        return record_of(value, kind, numbers_later=numbers_later and kind is not TimeWindow, ignored=ignored)
    return dict(value.object())


def _check_span(value: Value) -> None:
    start, end = value.get("start_s"), value.get("end_s")
    if end.value < start.value:
        end.refuse(f"is {end.value}, before start_s {start.value}; it must not be earlier")


@cache
def _defaults(kind: Any) -> dict[str, Any]:
    """Every field with its default, `dataclasses.MISSING` where it has none."""
    return {field.name: field.default for field in dataclasses.fields(kind) if field.init}


@cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
