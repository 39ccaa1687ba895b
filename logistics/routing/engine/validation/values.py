"""Single values: whole numbers in their range, spans, places, names that exist."""

from collections.abc import Iterator
from dataclasses import dataclass

from logistics.routing.engine.items import TimeWindow

# Sums over 100,000 stops still fit into 64 bits; a billion grams is a thousand tonnes.
LARGEST_AMOUNT = 10**9
# Ten million yuan on one vehicle, kilometre or hour is a typing mistake.
LARGEST_MONEY = 10**9
# Times may count from 1970 (1.6e9 in 2020).
LARGEST_TIME_S = 10**11
NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What an item may refer to; `place_count` is None where the matrices do not tell."""

    place_count: int | None
    depots: frozenset[str]
    vehicles: frozenset[str]
    profiles: frozenset[str]


def amount_faults(who: str, name: str, value: object, unit: str, *, least: int = 0) -> Iterator[str]:
    """The value is a whole number of grams, packages, metres, … in the range of amounts."""
    yield from number_faults(who, name, value, unit, LARGEST_AMOUNT, least=least)


def number_faults(who: str, name: str, value: object, unit: str, largest: int, *, least: int = 0) -> Iterator[str]:
    """The value is a whole number from `least` to `largest`."""
    if not whole(value) or not least <= value <= largest:  # type: ignore[operator]
        yield f"{who}: {name} is {value!r}; it must be a whole number of {unit} from {least} to {largest}"


def time_faults(who: str, name: str, value: object) -> Iterator[str]:
    """The value is a moment, in seconds."""
    if not whole(value) or abs(value) > LARGEST_TIME_S:  # type: ignore[arg-type]
        yield f"{who}: {name} is {value!r}; it must be a whole number of seconds, at most {LARGEST_TIME_S}"


def span_faults(who: str, names: tuple[str, str], span: TimeWindow) -> Iterator[str]:
    """Both ends are moments, and the end is not before the start."""
    found = [*time_faults(who, names[0], span.start_s), *time_faults(who, names[1], span.end_s)]
    yield from found
    if not found and span.end_s < span.start_s:
        yield f"{who}: {names[1]} is {span.end_s}, before {names[0]} {span.start_s}; it must not be earlier"


def place_faults(who: str, place: object, place_count: int | None, *, name: str = "place") -> Iterator[str]:
    """The place is a row of the matrices."""
    if not whole(place):
        yield f"{who}: {name} is {place!r}; it must be a row number of the matrices"
    elif place_count is not None and not 0 <= place < place_count:  # type: ignore[operator]
        right = f"from 0 to {place_count - 1}" if place_count else "a row, but the matrices have none"
        yield f"{who}: {name} is {place}; it must be {right}"


def skill_faults(who: str, skills: object) -> Iterator[str]:
    """Skills are a frozen set of texts."""
    if not isinstance(skills, frozenset) or not all(isinstance(skill, str) and skill for skill in skills):
        yield f"{who}: skills is {skills!r}; it must be a frozenset of texts that are not empty"


def whole(value: object) -> bool:
    """Whether it is a plain int: a bool is an int to Python, and numpy's integers do not pass into C++ solvers."""
    return type(value) is int


def some(ids: frozenset[str]) -> str:
    """The first few names of a set, for a sentence."""
    shown = sorted(str(item) for item in ids)
    more = ", …" if len(shown) > NAMES_SHOWN else ""
    return ", ".join(repr(item) for item in shown[:NAMES_SHOWN]) + more if shown else "none given"
