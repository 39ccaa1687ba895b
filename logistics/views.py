"""Reading rows into frozen views, so that no mapped object leaves a query.

A view is a dataclass whose fields are named like the labels of its statement. Which rows a viewer may see is decided in
the statement itself, by the conditions of `communities.scope` and `orders.scope`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Select
from sqlalchemy.orm import Session

from logistics.errors import NotFound

PAGE_SIZE = 100
PAGE_SIZE_MAX = 500

Rows: TypeAlias = Select[*tuple[Any, ...]]
"""A statement whose columns are read by their labels."""

View = TypeVar("View")


def read(session: Session, statement: Rows, view: type[View]) -> list[View]:
    """Every row of `statement` as a `view`."""
    return [view(**row) for row in session.execute(statement).mappings()]


def read_fields(session: Session, statement: Rows, *, kind: str, key: object) -> Mapping[str, Any]:
    """The one row of `statement` as field values.

    Raises:
        NotFound: there is no such row, or it is not the viewer's to see; the two look the same.
    """
    row = session.execute(statement).mappings().one_or_none()
    if row is None:
        raise NotFound(kind=kind, key=key)
    return cast(Mapping[str, Any], row)
