"""The solvers a user could pick instead, each behind one function from a problem to routes, one file each.

    routes(read, time_limit_s, seed) -> [(vehicle id, [stop id, …]), …]

Each is used as its own documentation recommends; what was found out about them is said beside the line. They come with
`pip install --group bench`; one that is not installed is left out of the table.
"""

from __future__ import annotations

from benchmarks.routing_peers.commiv_peer import commiv
from benchmarks.routing_peers.ortools_peer import stock_ortools
from benchmarks.routing_peers.own import engine_default, engine_ortools
from benchmarks.routing_peers.plain import NOT_CHARGED_S, CannotExpress, Kind, Peer, Plain, Routes, plain
from benchmarks.routing_peers.pyvrp_peer import pyvrp
from benchmarks.routing_peers.vroom_peer import vroom

__all__ = ["NOT_CHARGED_S", "PEERS", "CannotExpress", "Kind", "Peer", "Plain", "Routes", "plain"]

PEERS = {
    "engine": Peer(label="engine", package="ortools", runs=1, routes=engine_default),
    "engine-ortools": Peer(label="engine, OR-Tools alone", package="ortools", runs=1, routes=engine_ortools),
    "pyvrp": Peer(label="PyVRP, best of 2", package="pyvrp", runs=2, routes=pyvrp),
    "commiv": Peer(label="commiv, best of 2", package="commiv", runs=2, routes=commiv),
    "vroom": Peer(label="VROOM, 2 threads", package="vroom", runs=1, routes=vroom),
    "ortools": Peer(label="OR-Tools, stock GLS", package="ortools", runs=1, routes=stock_ortools),
}
