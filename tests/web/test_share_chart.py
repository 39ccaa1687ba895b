"""The chart of compared rules: a full bar is a request that is filled."""

from __future__ import annotations

from logistics.inventory.rounds.views import ComparedPlace, ComparedRule, Comparison, MeasuresView
from logistics.web.share_chart import LABEL_WIDTH, PLACES_MAX, VALUE_WIDTH, WIDTH, fill_chart

SPAN = WIDTH - LABEL_WIDTH - VALUE_WIDTH
EVEN = MeasuresView(fill_mean=1, fill_min=1, gini=0, jain=1)


def a_comparison(*places: tuple[str, int, tuple[int, int]]) -> Comparison:
    return Comparison(
        item_id=1,
        item_name="Mask",
        unit="piece",
        pack_size=1,
        area_id=1,
        area_name="Elm Street",
        supply=100,
        requested=sum(requested for _, requested, _ in places),
        rules=tuple(
            ComparedRule(rule=rule, given=0, measures=EVEN, gains=0, loses=0) for rule in ("proportional", "max_min")
        ),
        places=tuple(
            ComparedPlace(
                place=place, area_name=f"Yard {place}", post="", requested=asked, tier=3, carry=0, allocated=given
            )
            for place, asked, given in places
        ),
    )


def test_a_bar_is_as_long_as_the_part_of_the_request_that_is_filled() -> None:
    chart = fill_chart(a_comparison(("a", 40, (10, 40)), ("b", 60, (0, 15))))

    assert [[bar.width for bar in group.bars] for group in chart.groups] == [[SPAN / 4, SPAN], [0, SPAN / 4]]
    assert [bar.value for group in chart.groups for bar in group.bars] == ["10", "40", "0", "15"]
    assert chart.ticks[0] == (LABEL_WIDTH, "0%")
    assert chart.ticks[-1] == (LABEL_WIDTH + SPAN, "100%")


def test_of_many_places_those_are_drawn_where_the_rules_differ_most() -> None:
    alike = [(f"a{n:03}", 10, (5, 5)) for n in range(PLACES_MAX + 5)]

    chart = fill_chart(a_comparison(*alike, ("z", 10, (1, 9))))

    assert (len(chart.groups), chart.left_out) == (PLACES_MAX, 6)
    assert chart.groups[-1].label == "Yard z"


def test_no_place_is_a_chart_without_bars() -> None:
    chart = fill_chart(a_comparison())

    assert (chart.groups, chart.left_out) == ((), 0)
