from logistics.routing.engine.solvers.set_partitioning import RoutePool, cheapest_choice

PLENTY = 1_000


def a_pool(*routes):
    """Routes as (clients, cost) of vehicle type 0."""
    pool = RoutePool()
    for clients, cost in routes:
        pool.add((0, clients), cost=cost, plan_cost=0)
    return pool


def choice(pool, *, available=(9,), prizes=(PLENTY,) * 3, routes_max=99):
    found = cheapest_choice(pool.best(routes_max), available=available, prizes=prizes, time_limit_s=10)
    return sorted((route.clients, route.cost) for route in found)


def test_the_cheapest_routes_that_serve_each_client_once_are_chosen():
    pool = a_pool(((0, 1), 10), ((1, 2), 10), ((0,), 7), ((2,), 4), ((0, 1, 2), 15))

    # 10 + 4 against 15, and 7 + 10
    assert choice(pool) == [((0, 1), 10), ((2,), 4)]


def test_no_more_vehicles_drive_than_there_are():
    pool = a_pool(((0, 1), 10), ((2,), 4), ((0, 1, 2), 15))

    assert choice(pool, available=(1,)) == [((0, 1, 2), 15)]


def test_a_client_whose_prize_is_lower_than_its_cost_is_left_out():
    pool = a_pool(((0, 1), 10), ((2,), 4))

    assert choice(pool, prizes=(PLENTY, PLENTY, 3)) == [((0, 1), 10)]
    assert choice(pool, prizes=(PLENTY, PLENTY, 5)) == [((0, 1), 10), ((2,), 4)]


def test_costs_of_fifteen_figures_still_decide():
    pool = a_pool(((0, 1, 2), 10**15), ((0, 1), 6 * 10**14), ((2,), 4 * 10**14 - 10**11))

    assert len(choice(pool, prizes=(10**16,) * 3)) == 2


def test_of_two_orders_of_the_same_clients_the_cheaper_is_kept():
    pool = a_pool(((0, 1), 10), ((1, 0), 8), ((0, 1), 9))

    assert [(route.clients, route.cost) for route in pool.best(9)] == [((1, 0), 8)]


def test_the_routes_of_the_cheapest_plans_come_first():
    pool = RoutePool()
    pool.add((0, (0,)), cost=1, plan_cost=30)
    pool.add((0, (1,)), cost=1, plan_cost=20)
    pool.add((0, (0,)), cost=2, plan_cost=10)  # a dearer plan was met before, and the same route is in a cheaper one
    other = RoutePool()
    other.add((1, (0,)), cost=1, plan_cost=15)
    pool.merge(other)

    assert [(route.kind, route.clients) for route in pool.best(2)] == [(0, (0,)), (1, (0,))]


def test_nothing_to_choose_from_chooses_nothing():
    assert choice(RoutePool()) == []
