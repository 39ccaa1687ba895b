"""The table of decision 9 says what the code says."""

from pathlib import Path

from logistics.routing.engine.solvers import ortools_routing, pyvrp_search
from logistics.routing.engine.solvers.features import Feature
from logistics.routing.engine.solvers.ruin_recreate import expressing

TABLE = Path(__file__).parents[3] / "docs" / "decisions" / "0009-what-each-engine-expresses.md"


def test_the_table_of_what_each_engine_expresses_is_true():
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")]
        for line in TABLE.read_text(encoding="utf-8").splitlines()
        if line.startswith("| `")
    ]
    told = {
        row[0]: {
            engine for engine, says in zip(("fast", "rich", "pyvrp", "ortools"), row[1:], strict=True) if says == "yes"
        }
        for row in rows
    }

    assert {feature.value for feature in Feature} == told.keys()
    for engine, known in (
        ("fast", expressing.EXPRESSED),
        ("rich", frozenset(Feature)),
        ("pyvrp", pyvrp_search.EXPRESSED),
        ("ortools", ortools_routing.EXPRESSED),
    ):
        assert {rule for rule, engines in told.items() if engine in engines} == set(known), engine
