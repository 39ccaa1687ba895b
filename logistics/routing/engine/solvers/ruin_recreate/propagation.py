"""Times along a route after a change, carried only as far as they differ, every write noted in a log for undoing."""

import numpy as np

from logistics.routing.engine.solvers.ruin_recreate.compiling import compiled, compiled_inline
from logistics.routing.engine.solvers.ruin_recreate.layout import (
    CLOSES,
    EARLIEST,
    HEAD_LATEST,
    HEAD_S,
    LATEST,
    NEXT,
    NODE_COLUMNS,
    OPENS,
    PREVIOUS,
    SECONDS_IN,
    SERVICE,
    TAIL_EARLIEST,
    TAIL_S,
    Int32s,
    Number,
)


@compiled_inline
def put(nodes: Int32s, log: Int32s, mark: Number, node: Number, column: Number, value: Number) -> Number:
    """Writes one number and notes the old one at `mark`; returns the next mark."""
    log[mark, 0] = node * NODE_COLUMNS + column
    log[mark, 1] = nodes[node, column]
    nodes[node, column] = value
    return mark + 1


@compiled
def forward(nodes: Int32s, log: Int32s, mark: Number, node: Number, stop_count: Number, waiting: Number) -> Number:
    """Carries earliest starts (and, if `waiting`, the heads' durations) from `node` towards the end of its route."""
    before = np.int64(nodes[node, PREVIOUS])
    ready = np.int64(nodes[before, EARLIEST]) + nodes[before, SERVICE]
    head = np.int64(nodes[before, HEAD_S])
    head_latest = np.int64(nodes[before, HEAD_LATEST])
    while node < stop_count:
        leg = np.int64(nodes[node, SECONDS_IN])
        opens = np.int64(nodes[node, OPENS])
        earliest = max(opens, ready + leg)
        same = earliest == nodes[node, EARLIEST]
        if not same:
            mark = put(nodes, log, mark, node, EARLIEST, earliest)
        ready = earliest + nodes[node, SERVICE]
        if waiting:
            head += leg
            wait = max(0, opens - (head + head_latest))
            head_latest = min(head_latest, nodes[node, CLOSES] - head)
            head += wait + nodes[node, SERVICE]
            if head != nodes[node, HEAD_S]:
                mark = put(nodes, log, mark, node, HEAD_S, head)
                same = False
            if head_latest != nodes[node, HEAD_LATEST]:
                mark = put(nodes, log, mark, node, HEAD_LATEST, head_latest)
                same = False
        if same:
            break
        node = np.int64(nodes[node, NEXT])
    return mark


@compiled
def backward(nodes: Int32s, log: Int32s, mark: Number, node: Number, stop_count: Number, waiting: Number) -> Number:
    """Carries latest starts (and, if `waiting`, the tails' durations) from `node` towards the start of its route."""
    after = np.int64(nodes[node, NEXT])
    latest_after = np.int64(nodes[after, LATEST])
    tail = np.int64(nodes[after, TAIL_S])
    tail_earliest = np.int64(nodes[after, TAIL_EARLIEST])
    leg = np.int64(nodes[after, SECONDS_IN])
    while node < stop_count:
        closes = np.int64(nodes[node, CLOSES])
        span = leg + nodes[node, SERVICE]
        latest_after = min(closes, latest_after - span)
        same = latest_after == nodes[node, LATEST]
        if not same:
            mark = put(nodes, log, mark, node, LATEST, latest_after)
        if waiting:
            wait = max(0, tail_earliest - (span + closes))
            tail_earliest = max(np.int64(nodes[node, OPENS]), tail_earliest - span) - wait
            tail += span + wait
            if tail != nodes[node, TAIL_S]:
                mark = put(nodes, log, mark, node, TAIL_S, tail)
                same = False
            if tail_earliest != nodes[node, TAIL_EARLIEST]:
                mark = put(nodes, log, mark, node, TAIL_EARLIEST, tail_earliest)
                same = False
        if same:
            break
        leg = np.int64(nodes[node, SECONDS_IN])
        node = np.int64(nodes[node, PREVIOUS])
    return mark


@compiled
def in_time(nodes: Int32s, node: Number, stop_count: Number) -> Number:
    """Whether service can start at every stop from `node` on."""
    while node < stop_count:
        if nodes[node, EARLIEST] > nodes[node, LATEST]:
            return False
        node = np.int64(nodes[node, NEXT])
    return True
