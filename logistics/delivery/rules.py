"""Pure rules of the handover: states of a manifest and the proofs a stop's kind asks for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from logistics.routing.rules import StopKind


class ManifestState(StrEnum):
    ISSUED = "issued"
    UNDER_WAY = "under_way"
    DONE = "done"
    VOID = "void"


class ProofKind(StrEnum):
    KEEPER_SIGNED = "keeper_signed"
    SEAL_CHECKED = "seal_checked"
    LEFT_AT_DOOR = "left_at_door"


MANIFEST_TRANSITIONS: Mapping[ManifestState, frozenset[ManifestState]] = {
    ManifestState.ISSUED: frozenset({ManifestState.UNDER_WAY, ManifestState.DONE, ManifestState.VOID}),
    ManifestState.UNDER_WAY: frozenset({ManifestState.UNDER_WAY, ManifestState.DONE}),
    ManifestState.DONE: frozenset(),
    ManifestState.VOID: frozenset(),
}

PROOFS: Mapping[StopKind, frozenset[ProofKind]] = {
    StopKind.PICKUP: frozenset({ProofKind.KEEPER_SIGNED, ProofKind.SEAL_CHECKED}),
    StopKind.DOOR: frozenset({ProofKind.LEFT_AT_DOOR}),
}
"""A quarantined door is never asked for a signature; a keeper's point is never left unattended."""
