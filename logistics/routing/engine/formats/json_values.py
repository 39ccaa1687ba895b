"""Values out of a JSON file, refused with their field, such as `vehicles[2].capacity`."""

import json
import math
import re
from collections.abc import Collection
from enum import StrEnum
from typing import Any, NoReturn, TypeVar

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.formats.numbers import LARGEST
from logistics.routing.engine.formats.problem_file import BadProblemFile
from logistics.routing.engine.items import UNREACHABLE

Word = TypeVar("Word", bound=StrEnum)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)")


class Value:
    """One value of a file and the way to it."""

    def __init__(self, value: Any, *, file: str, field: str = "") -> None:
        self.value = value
        self.file = file
        self.field = field

    def refuse(self, message: str) -> NoReturn:
        """Raises BadProblemFile with this field."""
        raise BadProblemFile(message, file=self.file, field=self.field or None)

    def has(self, key: str) -> bool:
        """Whether an object has a field that is not null."""
        return key in self.object() and self.value[key] is not None

    def get(self, key: str) -> "Value":
        """A field of an object; one that is missing is refused."""
        if key not in self.object():
            Value(None, file=self.file, field=self._path(key)).refuse("is missing")
        return Value(self.value[key], file=self.file, field=self._path(key))

    def object(self) -> dict[str, Any]:
        """The value as an object."""
        if not isinstance(self.value, dict):
            self.refuse(f"is {_shown(self.value)}; it must be an object {{…}}")
        return self.value

    def list(self) -> list["Value"]:
        """The values of a list."""
        if not isinstance(self.value, list):
            self.refuse(f"is {_shown(self.value)}; it must be a list […]")
        return [Value(item, file=self.file, field=f"{self.field}[{k}]") for k, item in enumerate(self.value)]

    def text(self) -> str:
        """The value as a text."""
        if not isinstance(self.value, str):
            self.refuse(f"is {_shown(self.value)}; it must be a text")
        return self.value

    def truth(self) -> bool:
        """The value as true or false."""
        if not isinstance(self.value, bool):
            self.refuse(f"is {_shown(self.value)}; it must be true or false")
        return self.value

    def one_of(self, words: type[Word]) -> Word:
        """The value as one of these words."""
        if self.value not in list(words):
            self.refuse(f"is {_shown(self.value)}; it must be one of {', '.join(words)}")
        return words(self.value)

    def whole(self, *, at_least: int = -LARGEST, at_most: int = LARGEST) -> int:
        """The value as a whole number."""
        if type(self.value) is not int or not at_least <= self.value <= at_most:
            self.refuse(f"is {_shown(self.value)}; it must be a whole number from {at_least} to {at_most}")
        return self.value

    def number(self) -> float:
        """The value as a finite number."""
        if type(self.value) not in (int, float) or not math.isfinite(self.value):
            self.refuse(f"is {_shown(self.value)}; it must be a number")
        return float(self.value)

    def fields(self, known: Collection[str], *, neutral: Collection[str] = ()) -> None:
        """Refuses a field that is not known, for what is misspelt must not be ignored; a `neutral` one may be there if
        it says nothing (0, empty, null)."""
        for key, inner in self.object().items():
            if key in known or (key in neutral and not inner):
                continue
            why = "would change the plan and cannot be expressed here" if key in neutral else "is not known here"
            Value(inner, file=self.file, field=self._path(key)).refuse(why)

    def _path(self, key: str) -> str:
        return f"{self.field}.{key}" if self.field else key


def parse_json(text: str, file: str) -> Value:
    """The value of a whole file.

    Raises:
        BadProblemFile: if it is no JSON, with the line; at its very end it has probably been cut off. So too if an
            object has a field twice, of which JSON's readers would silently take the last, or if half a character is
            written, which could not be told to anybody.
    """
    half = _half_a_character(text)
    if half is not None:
        line = text.count("\n", 0, half.start()) + 1
        raise BadProblemFile(f"{half[0]} is half a character; it must be a whole one", file=file, line=line)
    try:
        return Value(json.loads(text, object_pairs_hook=_object), file=file)
    except json.JSONDecodeError as error:
        cut = "; the file ends here, is it cut off?" if error.pos >= len(text.rstrip()) - 1 else ""
        raise BadProblemFile(f"this is not JSON: {error.msg}{cut}", file=file, line=error.lineno) from error
    except _Twice as error:
        raise BadProblemFile("is given twice in one object; it must be once", file=file, field=error.key) from None
    except RecursionError:
        raise BadProblemFile("this is not JSON of a problem: its brackets are nested too deeply", file=file) from None
    except ValueError as error:  # a whole number of thousands of digits
        raise BadProblemFile(f"this is not JSON of a problem: {error}", file=file) from error


def _half_a_character(text: str) -> re.Match[str] | None:
    """The first half of a pair of escapes that stands alone: Python reads it and can write it nowhere."""
    high: re.Match[str] | None = None
    for escape in _ESCAPE.finditer(text) if "\\ud" in text or "\\uD" in text else ():
        code = int(escape[1] or "0", 16)
        is_low = 0xDC00 <= code <= 0xDFFF
        paired = high is not None and is_low and high.end() == escape.start()
        if high is not None and not paired:
            return high
        if is_low and not paired:
            return escape
        high = escape if 0xD800 <= code <= 0xDBFF else None
    return high


def matrix_of(value: Value, *, size: int | None = None) -> NDArray[np.int32]:
    """A square matrix of whole numbers from 0, with 0 from a place to itself; null where there is no way.

    Raises:
        BadProblemFile: naming the row that is too short or long, or the first wrong cell.
    """
    rows = value.list()
    size = len(rows) if size is None else size
    if len(rows) != size:
        value.refuse(f"has {len(rows)} rows; it must have {size}, one per place")
    matrix = np.zeros((size, size), dtype=np.int32)
    for index, row in enumerate(rows):
        cells = row.value
        if not isinstance(cells, list) or len(cells) != size:
            row.refuse(f"has {len(cells) if isinstance(cells, list) else 'no'} cells; it must have {size}")
        for column, cell in enumerate(cells):
            if cell is not None and (type(cell) is not int or not 0 <= cell < UNREACHABLE):
                row.list()[column].refuse(f"is {_shown(cell)}; it must be a whole number from 0, or null for no way")
        if cells[index] != 0:
            row.list()[index].refuse(f"is {_shown(cells[index])}; it must be 0, from a place to itself")
        matrix[index] = [UNREACHABLE if cell is None else cell for cell in cells]
    return matrix


def longitude_latitude(value: Value) -> tuple[float, float]:
    """A point `[longitude, latitude]` in degrees.

    Raises:
        BadProblemFile: if it is none; where the two are swapped beyond doubt the message says so.
    """
    pair = value.list()
    if len(pair) != 2:
        value.refuse(f"has {len(pair)} numbers; it must be [longitude, latitude]")
    lng, lat = pair[0].number(), pair[1].number()
    if abs(lng) <= 90 < abs(lat) <= 180:
        value.refuse(
            f"is [{lng:g}, {lat:g}], which is latitude before longitude; swapped it is right: [{lat:g}, {lng:g}]"
        )
    if abs(lng) > 180 or abs(lat) > 90:
        value.refuse(f"is [{lng:g}, {lat:g}]; longitude must be from -180 to 180 and latitude from -90 to 90")
    return lng, lat


class _Twice(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _Twice(next(key for key in keys if keys.count(key) > 1))
    return found


def _shown(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:37]}…"
