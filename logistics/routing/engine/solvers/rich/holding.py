"""One handle for all arrays of a search, so that a call passes a pointer and not four hundred numbers.

Called with tuples of fifty arrays, the functions took minutes to compile.
"""

from numba import njit, types
from numba.experimental import structref

from logistics.routing.engine.solvers.rich.layout import State, Tables


@structref.register
class TablesType(types.StructRef):  # type: ignore[misc]
    """The compiled side of `Tables`."""


@structref.register
class StateType(types.StructRef):  # type: ignore[misc]
    """The compiled side of `State`."""


class TablesHandle(structref.StructRefProxy):  # type: ignore[misc]
    """Points to the arrays of `Tables`."""


class StateHandle(structref.StructRefProxy):  # type: ignore[misc]
    """Points to the arrays of `State`."""


structref.define_proxy(TablesHandle, TablesType, list(Tables._fields))
structref.define_proxy(StateHandle, StateType, list(State._fields))


@njit(cache=True)
def hold_tables(tables: Tables) -> TablesHandle:
    """The handle; it keeps the arrays alive."""
    return TablesHandle(
        tables.metres,
        tables.seconds,
        tables.speed_starts,
        tables.speed_percents,
        tables.speed_counts,
        tables.stops,
        tables.windows,
        tables.vehicles,
        tables.breaks,
        tables.access,
        tables.kind_starts,
        tables.kind_vehicles,
        tables.group_starts,
        tables.group_stops,
        tables.before,
        tables.after,
        tables.near,
        tables.keys,
        tables.rules,
    )


@njit(cache=True)
def hold_state(state: State) -> StateHandle:
    """The handle; it keeps the arrays alive."""
    return StateHandle(
        state.rows,
        state.routes,
        state.route_of,
        state.index_of,
        state.ready,
        state.latest,
        state.heads,
        state.trips,
        state.tardy,
        state.absent,
        state.empty_of_kind,
        state.backup_rows,
        state.backup_routes,
        state.backup_absent,
        state.touched,
        state.best_rows,
        state.best_sizes,
        state.changed,
        state.changed_routes,
        state.alone,
        state.trial,
        state.spare,
        state.stands,
        state.starts,
        state.clocks,
        state.path,
        state.walk,
        state.out,
        state.best,
        state.numbers,
        state.ranks,
        state.order,
        state.out_before,
        state.random,
    )
