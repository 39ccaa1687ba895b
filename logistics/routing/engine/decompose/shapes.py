"""Cutting weighted points in a plane into groups of about equal weight that each lie close together."""

import numpy as np
from numpy.typing import NDArray

from logistics.routing.engine.decompose.positions import Plane

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
"""(points,): the number of each point's group."""


def boxes(points: Plane, weights: Floats, count: int, *, angle: float) -> Labels:
    """Halved again and again across the longer side; the sides lie at `angle` (radians)."""
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    labels = np.zeros(len(points), dtype=np.int64)
    _halve(points @ turn, weights, np.arange(len(points)), count, 0, labels)
    return labels


def wedges(points: Plane, weights: Floats, count: int, *, centre: Floats, angle: float) -> Labels:
    """Cut by the direction in which they lie from the centre, beginning at `angle` (radians)."""
    away = points - centre
    turned = (np.arctan2(away[:, 1], away[:, 0]) - angle) % (2 * np.pi)
    labels = np.zeros(len(points), dtype=np.int64)
    order = np.argsort(turned, kind="stable")
    labels[order] = _shares(weights[order], count)
    return labels


def patches(points: Plane, weights: Floats, count: int, *, angle: float) -> Labels:
    """Each grown from the point farthest out in the direction `angle` by those nearest to it, one after the other.

    Neighbours that boxes part are together here, and the direction decides which.
    """
    labels = np.full(len(points), -1, dtype=np.int64)
    outward = points @ np.array([np.cos(angle), np.sin(angle)])
    for group in range(count - 1):
        rest = np.flatnonzero(labels < 0)
        if not len(rest):
            break
        seed = rest[outward[rest].argmax()]
        order = rest[np.argsort(((points[rest] - points[seed]) ** 2).sum(axis=1), kind="stable")]
        share = weights[rest].sum() / (count - group)
        labels[order[_before(weights[order], share)]] = group
    labels[labels < 0] = count - 1
    return labels


def middles(points: Plane, labels: Labels, count: int) -> Plane:
    """(count, 2): the mean of each group's points, the origin for a group of none."""
    sizes = np.maximum(sums(np.ones(len(labels)), labels, count), 1.0)
    means: Plane = np.column_stack([sums(points[:, axis], labels, count) / sizes for axis in (0, 1)])
    return means


def sums(values: Floats, labels: Labels, count: int) -> Floats:
    """(count,): the sum of each group's values."""
    totals: Floats = np.zeros(count)
    np.add.at(totals, labels, values)
    return totals


def _halve(points: Plane, weights: Floats, members: Labels, count: int, first: int, labels: Labels) -> None:
    """Gives `members` the labels from `first` to `first + count - 1`."""
    labels[members] = first
    if count < 2 or len(members) == 0:
        return
    mine = points[members]
    longer = int((mine.max(axis=0) - mine.min(axis=0)).argmax())
    order = members[np.argsort(mine[:, longer], kind="stable")]
    lower = count // 2
    taken = _before(weights[order], weights[order].sum() * lower / count)
    _halve(points, weights, order[taken], lower, first, labels)
    _halve(points, weights, order[~taken], count - lower, first + lower, labels)


def _before(weights: Floats, share: float) -> NDArray[np.bool_]:
    """Which of these in order come before the share is full; one that straddles it belongs where most of it lies."""
    taken: NDArray[np.bool_] = np.cumsum(weights) - weights / 2 < share
    return taken


def _shares(weights: Floats, count: int) -> Labels:
    """Labels of those in order, from 0 to count - 1, so that the groups' weights are about equal."""
    total = max(float(weights.sum()), 1e-12)
    middle = (np.cumsum(weights) - weights / 2) / total
    labels: Labels = np.minimum((middle * count).astype(np.int64), count - 1)
    return labels
