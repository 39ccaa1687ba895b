"""Rules that share a short supply out: pure, exact, repeatable, and explained to the last pack.

A library of its own: it knows claims, packs and rules, and neither tables nor pages. `share` is its face; what each
rule promises stands in docs/allocation.md.
"""

from __future__ import annotations

from .carrying import Refusal, carry_after
from .claims import Claim, Parameters, Reserve, RuleName
from .comparing import Change, changes, compare
from .explaining import rounded, sentence
from .fingerprint import canonical, fingerprint
from .kit_check import broken_by
from .kit_problem import Item, Kit, KitProblem, Wish
from .kits import KitPlan, KitShare, share_kits
from .measures import Filled, Measures, measure
from .reasons import Reason, ReasonKind
from .rules import Outcome, Share, share

__all__ = [
    "Change",
    "Claim",
    "Filled",
    "Item",
    "Kit",
    "KitPlan",
    "KitProblem",
    "KitShare",
    "Measures",
    "Outcome",
    "Parameters",
    "Reason",
    "ReasonKind",
    "Refusal",
    "Reserve",
    "RuleName",
    "Share",
    "Wish",
    "broken_by",
    "canonical",
    "carry_after",
    "changes",
    "compare",
    "fingerprint",
    "measure",
    "rounded",
    "sentence",
    "share",
    "share_kits",
]
