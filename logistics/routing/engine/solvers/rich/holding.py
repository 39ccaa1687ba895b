"""One handle for all arrays of a search, so that a call passes a pointer and not four hundred numbers.

Called with tuples of fifty arrays, the functions took minutes to compile. The handles know where the arrays lie and do
not count who uses them: threads that share tables would wait for one another's counting.
"""

from typing import Any

from numba import njit, types
from numba.core import cgutils
from numba.experimental import structref
from numba.extending import intrinsic

from logistics.routing.engine.solvers.rich.layout import State, Tables


@structref.register
class TablesType(types.StructRef):
    """The compiled side of `Tables`."""


@structref.register
class StateType(types.StructRef):
    """The compiled side of `State`."""


class TablesHandle(structref.StructRefProxy):
    """Points to the arrays of `Tables`."""


class StateHandle(structref.StructRefProxy):
    """Points to the arrays of `State`."""


_define: Any = structref.define_proxy  # numba's own functions bear no types
_define(TablesHandle, TablesType, list(Tables._fields))
_define(StateHandle, StateType, list(State._fields))
_tables_handle: Any = TablesHandle
_state_handle: Any = StateHandle


def _unowned(typing_context: Any, array: Any) -> Any:
    """The same array without its owner, so that taking it out of a handle is not counted."""

    null: Any = cgutils.get_null_value

    def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        view = context.make_array(signature.return_type)(context, builder, arguments[0])
        view.meminfo, view.parent = null(view.meminfo.type), null(view.parent.type)
        return view._getvalue()

    return array(array), code


unowned: Any = intrinsic(_unowned)


@njit(cache=True)
def hold_tables(tables: Tables) -> Any:
    """The handle; whoever has it keeps the arrays."""
    return _tables_handle(
        unowned(tables.metres),
        unowned(tables.seconds),
        unowned(tables.speed_starts),
        unowned(tables.speed_percents),
        unowned(tables.speed_counts),
        unowned(tables.stops),
        unowned(tables.windows),
        unowned(tables.vehicles),
        unowned(tables.breaks),
        unowned(tables.access),
        unowned(tables.kind_starts),
        unowned(tables.kind_vehicles),
        unowned(tables.group_starts),
        unowned(tables.group_stops),
        unowned(tables.before),
        unowned(tables.after),
        unowned(tables.near),
        unowned(tables.keys),
        unowned(tables.rules),
    )


@njit(cache=True)
def hold_state(state: State) -> Any:
    """The handle; whoever has it keeps the arrays."""
    return _state_handle(
        unowned(state.rows),
        unowned(state.routes),
        unowned(state.route_of),
        unowned(state.index_of),
        unowned(state.ready),
        unowned(state.latest),
        unowned(state.heads),
        unowned(state.trips),
        unowned(state.tardy),
        unowned(state.absent),
        unowned(state.empty_of_kind),
        unowned(state.backup_rows),
        unowned(state.backup_routes),
        unowned(state.backup_absent),
        unowned(state.touched),
        unowned(state.best_rows),
        unowned(state.best_sizes),
        unowned(state.changed),
        unowned(state.changed_routes),
        unowned(state.alone),
        unowned(state.trial),
        unowned(state.spare),
        unowned(state.stands),
        unowned(state.starts),
        unowned(state.clocks),
        unowned(state.path),
        unowned(state.walk),
        unowned(state.out),
        unowned(state.best),
        unowned(state.numbers),
        unowned(state.ranks),
        unowned(state.order),
        unowned(state.out_before),
        unowned(state.random),
    )
