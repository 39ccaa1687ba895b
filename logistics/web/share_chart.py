"""The comparison of rules as plain geometry: one group of bars per place, each bar the part of its request a rule
fills."""

from __future__ import annotations

from dataclasses import dataclass

from logistics.inventory.rounds.views import Comparison

WIDTH = 1000
LABEL_WIDTH = 210
VALUE_WIDTH = 70
BAR_HEIGHT = 12
GAP = 10
AXIS_HEIGHT = 24
PLACES_MAX = 60
"""Groups drawn: more are a table's business. Those where the rules differ most come first."""


@dataclass(frozen=True, slots=True)
class Bar:
    """`width` of a bar in the chart's own units; `tone` counts the rules."""

    y: int
    width: float
    tone: int
    title: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    y: int
    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """`left` and `span` are where the bars begin and how long a full one is; `ticks` are parts in percent."""

    width: int
    height: int
    left: int
    span: int
    ticks: tuple[tuple[float, str], ...]
    groups: tuple[Group, ...]
    left_out: int


def fill_chart(comparison: Comparison) -> Chart:
    """The chart of a comparison: the places where the rules differ most, in order of their codes."""
    span = WIDTH - LABEL_WIDTH - VALUE_WIDTH
    asking = [place for place in comparison.places if place.requested]
    drawn = sorted(
        sorted(asking, key=lambda place: (min(place.allocated) - max(place.allocated), place.place))[:PLACES_MAX],
        key=lambda place: place.place,
    )
    step = len(comparison.rules) * BAR_HEIGHT + GAP
    groups = []
    for index, place in enumerate(drawn):
        top = AXIS_HEIGHT + index * step
        bars = tuple(
            Bar(
                y=top + tone * BAR_HEIGHT,
                width=round(span * given / place.requested, 1),
                tone=tone,
                title=comparison.rules[tone].rule,
                value=str(given),
            )
            for tone, given in enumerate(place.allocated)
        )
        name = f"{place.area_name} {place.post}".strip()
        groups.append(Group(y=top, label=name if len(name) <= 18 else f"{name[:17]}…", bars=bars))
    return Chart(
        width=WIDTH,
        height=AXIS_HEIGHT + max(len(groups), 1) * step,
        left=LABEL_WIDTH,
        span=span,
        ticks=tuple((LABEL_WIDTH + span * part / 100, f"{part}%") for part in (0, 25, 50, 75, 100)),
        groups=tuple(groups),
        left_out=len(asking) - len(drawn),
    )
