"""Each solver behind the port in turn."""

import functools

import pytest

from logistics.routing import engine
from logistics.routing.engine import OrToolsRouting
from logistics.routing.engine.solvers.portfolio import Portfolio
from logistics.routing.engine.solvers.pyvrp_search import PyvrpSearch


@pytest.fixture(params=[OrToolsRouting, PyvrpSearch, Portfolio], ids=lambda solver: solver.name)
def solver(request):
    return request.param()


@pytest.fixture
def solve(solver):
    return functools.partial(engine.solve, solver=solver)
