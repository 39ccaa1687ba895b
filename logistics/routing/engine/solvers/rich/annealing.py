"""The search itself: ruin, recreate, and whether the new plan is kept (simulated annealing)."""

import numpy as np

from logistics.routing.engine.solvers.rich.compiling import compiled, uniform
from logistics.routing.engine.solvers.rich.layout import (
    ABSENT,
    BALANCE,
    CHANGED_COUNT,
    DROP,
    FOUND,
    LONGEST,
    LOST,
    LOST_DROP,
    MONEY,
    MONEY_BEST,
    MONEY_NOW,
    OLD_ABSENT,
    PENALTY,
    PENALTY_NOW,
    SIZE,
    STEP,
    TOUCHED_COUNT,
    WEIGHT,
    WEIGHT_BEST,
    WEIGHT_NOW,
    WEIGHT_PRICE,
    Number,
    Settings,
    State,
    Tables,
)
from logistics.routing.engine.solvers.rich.recreate import recreate
from logistics.routing.engine.solvers.rich.routes import put_back
from logistics.routing.engine.solvers.rich.ruin import ruin


@compiled
def anneal(tables: Tables, state: State, settings: Settings, steps: Number, hot: Number, cold: Number) -> None:
    """So many steps while the temperature falls from `hot` to `cold` fine units, by the same factor each step."""
    cooling = (cold / hot) ** (1.0 / max(1, steps))
    temperature = hot
    for _ in range(steps):
        temperature *= cooling
        step(tables, state, settings, temperature)


@compiled
def step(tables: Tables, state: State, settings: Settings, temperature: Number) -> None:
    """One ruin, one recreate, and back if the plan is too much worse."""
    numbers = state.numbers
    begin_step(state)
    ruin(tables, state, settings)
    recreate(tables, state, settings.blink_chance, settings.daring_chance)
    money, weight, penalty = numbers[MONEY_NOW], numbers[WEIGHT_NOW], numbers[PENALTY_NOW]
    count_up(tables, state)
    change = np.float64(numbers[MONEY_NOW] - money) + np.float64(numbers[PENALTY_NOW] - penalty)
    change += np.float64(numbers[WEIGHT_NOW] - weight) * np.float64(tables.rules[WEIGHT_PRICE])
    if change < -temperature * np.log(max(1e-300, uniform(state.random))):
        keep(tables, state)
        return
    put_back(tables, state)
    numbers[ABSENT] = numbers[OLD_ABSENT]
    for number in range(numbers[ABSENT]):
        state.absent[number] = state.backup_absent[number]
    numbers[MONEY_NOW], numbers[WEIGHT_NOW], numbers[PENALTY_NOW] = money, weight, penalty


@compiled
def begin_step(state: State) -> None:
    """Nothing is touched yet; who is absent is written down."""
    numbers = state.numbers
    numbers[STEP] += 1
    numbers[TOUCHED_COUNT] = 0
    numbers[OLD_ABSENT] = numbers[ABSENT]
    for number in range(numbers[ABSENT]):
        state.backup_absent[number] = state.absent[number]


@compiled
def settle(tables: Tables, state: State) -> None:
    """Puts in whatever is absent and fits, overlooking nothing, and keeps that."""
    begin_step(state)
    state.numbers[OLD_ABSENT] = 0  # so that it is looked for everywhere
    recreate(tables, state, -1.0, 0.0)
    count_up(tables, state)
    keep(tables, state)


@compiled
def count_up(tables: Tables, state: State) -> None:
    """Money, penalties and weight left out of the plan as it stands."""
    numbers, routes = state.numbers, state.routes
    money, penalty = tables.rules[BALANCE] * numbers[LONGEST], np.int64(0)
    for vehicle in range(tables.vehicles.shape[0]):
        money += routes[vehicle, MONEY]
        penalty += routes[vehicle, PENALTY]
    weight = np.int64(0)
    for number in range(numbers[ABSENT]):
        money += tables.stops[state.absent[number], DROP]
        weight += tables.stops[state.absent[number], WEIGHT]
    numbers[MONEY_NOW], numbers[WEIGHT_NOW], numbers[PENALTY_NOW] = money, weight, penalty


@compiled
def keep(tables: Tables, state: State) -> None:
    """Goes on with the plan as it stands, and writes it down if none better is known.

    A stop that is not where it is pinned counts as left out in that comparison, as it will be.
    """
    numbers = state.numbers
    for number in range(numbers[TOUCHED_COUNT]):
        vehicle = state.touched[number]
        if state.changed[vehicle] == 0:
            state.changed[vehicle] = 1
            state.changed_routes[numbers[CHANGED_COUNT]] = vehicle
            numbers[CHANGED_COUNT] += 1
    money, weight = numbers[MONEY_NOW], numbers[WEIGHT_NOW]
    if numbers[PENALTY_NOW] > 0:
        for vehicle in range(tables.vehicles.shape[0]):
            weight += state.routes[vehicle, LOST]
            money += state.routes[vehicle, LOST_DROP]
    if weight > numbers[WEIGHT_BEST] or (weight == numbers[WEIGHT_BEST] and money >= numbers[MONEY_BEST]):
        return
    numbers[MONEY_BEST], numbers[WEIGHT_BEST] = money, weight
    numbers[FOUND] += 1
    for number in range(numbers[CHANGED_COUNT]):
        vehicle = state.changed_routes[number]
        state.changed[vehicle] = 0
        state.best_sizes[vehicle] = state.routes[vehicle, SIZE]
        for index in range(state.routes[vehicle, SIZE]):
            state.best_rows[vehicle, index] = state.rows[vehicle, index]
    numbers[CHANGED_COUNT] = 0
