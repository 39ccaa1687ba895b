"""What an order of stops can break."""

from enum import StrEnum


class RouteRule(StrEnum):
    """The rules an order of stops can break, in the order in which they are tried."""

    WRONG_DEPOT = "wrong_depot"
    NO_SKILL = "no_skill"
    NOT_ALLOWED = "not_allowed"
    """Another vehicle is pinned, or this one is forbidden or not among the allowed."""
    TOO_MANY_STOPS = "too_many_stops"
    TOO_HEAVY = "too_heavy"
    TOO_MANY_PACKAGES = "too_many_packages"
    TOO_LARGE = "too_large"
    TOO_MANY_RELOADS = "too_many_reloads"
    UNREACHABLE = "unreachable"
    WINDOW_MISSED = "window_missed"
    BREAK_MISSED = "break_missed"
    """Every way to take the breaks misses a window, and without the break the vehicle is back too late to skip it."""
    SHIFT_OVER = "shift_over"
    TOO_FAR = "too_far"
    TOO_LONG = "too_long"
    WRONG_POSITION = "wrong_position"
    """A stop is not that visit of the route to which it is pinned."""


class InfeasibleRoute(ValueError):
    """These stops in this order break `rule`: `value` exceeds `limit` (seconds, grams, …), at `stop` if at one.

    Of WRONG_POSITION, they are the visit's number and the one it is pinned to.
    """

    def __init__(self, rule: RouteRule, *, vehicle: str, stop: str | None, value: int, limit: int) -> None:
        self.rule = rule
        self.vehicle = vehicle
        self.stop = stop
        self.value = value
        self.limit = limit
        at = f" at stop {stop!r}" if stop is not None else ""
        allowed = f"{limit} is pinned" if rule is RouteRule.WRONG_POSITION else f"at most {limit} is allowed"
        super().__init__(f"vehicle {vehicle!r}{at}: {rule}, {value} where {allowed}")
