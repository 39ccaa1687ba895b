from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.routing.engine import Problem, SolveOptions, TimeWindow
from logistics.routing.engine.walking import BuildingDrop, GateWalk, Volunteers, check_walks, plan_two_echelons
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.walking.builders import ByInsertion, a_van, on_a_line

OPTIONS = SolveOptions(time_limit_s=60, iteration_limit=50)


@st.composite
def two_echelon_problems(draw: st.DrawFn, stops_most: int = 5) -> tuple[Problem, dict[str, list[GateWalk]]]:
    """Up to five stops, some of them compounds with up to three gates anywhere."""
    positions = (0, *draw(st.lists(st.integers(-300, 300), min_size=4, max_size=4)))
    stops, walks = [], {}
    for number in range(draw(st.integers(1, stops_most))):
        name = f"S{number}"
        buildings = tuple(
            BuildingDrop(id=f"B{place}", place=place, packages=draw(st.integers(1, 4)), grams=draw(st.integers(0, 900)))
            for place in range(1, draw(st.integers(1, 3)) + 1)
        )
        stops.append(
            a_stop(
                name,
                place=draw(st.integers(1, 4)),
                packages=sum(one.packages for one in buildings),
                demand_g=sum(one.grams for one in buildings),
                service_s=draw(st.integers(0, 90)),
                drop_cost=draw(st.sampled_from([None, None, 400])),
                window=TimeWindow(start_s=draw(st.integers(0, 900)), end_s=draw(st.integers(900, 3_000))),
            )
        )
        if draw(st.booleans()):
            walks[name] = [
                GateWalk(
                    gate=f"g{gate}",
                    place=draw(st.integers(1, 4)),
                    buildings=buildings,
                    seconds=on_a_line(*draw(st.lists(st.integers(-200, 200), min_size=3, max_size=3))),
                    volunteers=Volunteers(
                        count=draw(st.integers(1, 2)), packages_each=3, grams_each=1_000, s_per_door=9
                    ),
                    unloading_s=draw(st.integers(0, 60)),
                    vehicle_waits=draw(st.booleans()),
                )
                for gate in range(draw(st.integers(1, 3)))
            ]
    vehicles = [
        a_van(id=f"V{one}", capacity_packages=draw(st.integers(4, 30))) for one in range(draw(st.integers(1, 3)))
    ]
    return a_problem(*stops, positions=positions, vehicles=vehicles), walks


@given(case=two_echelon_problems(), split=st.booleans(), price=st.sampled_from([0, 1_800]))
@settings(max_examples=80, deadline=None)
def test_any_plan_of_both_echelons_passes_the_check(case: Any, split: bool, price: int) -> None:
    problem, walks = case

    both = plan_two_echelons(problem, walks, OPTIONS, split=split, walking_cents_per_h=price, solver=ByInsertion())

    assert check_walks(both) == []
    assert {stop.id.partition("@")[0] for stop in both.problem.stops} == {stop.id for stop in problem.stops}


@given(case=two_echelon_problems(stops_most=1))
@settings(max_examples=40, deadline=None)
def test_a_lone_compound_gets_its_best_gate(case: Any) -> None:
    problem, walks = case
    problem = replace(problem, stops=tuple(replace(stop, drop_cost=None) for stop in problem.stops))

    both = plan_two_echelons(problem, walks, OPTIONS, solver=ByInsertion())

    alone = [
        plan_two_echelons(problem, {name: gate}, OPTIONS, solver=ByInsertion()).plan
        for name, gates in walks.items()
        for gate in gates
    ]
    if alone:
        assert (len(both.plan.dropped), both.plan.cost) == min((len(plan.dropped), plan.cost) for plan in alone)
