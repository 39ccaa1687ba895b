"""A round as one table, for a spreadsheet: every place and every area above it, with the explanation of its number."""

from __future__ import annotations

from collections.abc import Callable

from logistics.inventory.rounds.rules import TIER_RANKS
from logistics.inventory.rounds.views import RoundDetail
from logistics.tables_out import Column, ColumnKind, Sheet

Words = Callable[[str], str]
"""Puts a text that is marked for translation into the reader's language."""


def N_(message: str) -> str:
    """Mark `message` for translation without translating it here."""
    return message


def shares_sheet(found: RoundDetail, *, chinese: bool, said: Words, named: Callable[[object, str], str]) -> Sheet:
    """One row per place and area, areas before what lies below them. `named` words a member of an enum's table."""
    whole = ColumnKind.WHOLE
    columns = (
        Column(title=said(N_("Place"))),
        Column(title=said(N_("Name"))),
        Column(title=said(N_("Post"))),
        Column(title=said(N_("Below"))),
        Column(title=said(N_("Class"))),
        Column(title=said(N_("Asked")), kind=whole),
        Column(title=said(N_("Carried over")), kind=whole),
        Column(title=said(N_("Given")), kind=whole),
        Column(title=said(N_("Packs")), kind=whole),
        Column(title=said(N_("Accepted")), kind=whole),
        Column(title=said(N_("Rejected")), kind=whole),
        Column(title=said(N_("Missing")), kind=whole),
        Column(title=said(N_("Short of")), kind=whole),
        Column(title=said(N_("Why"))),
    )
    classes = {rank: tier for tier, rank in TIER_RANKS.items()}
    rows = [
        (
            share.place,
            share.area_name,
            share.post,
            share.parent_name,
            named(classes[share.tier], "tier") if share.request_id and share.tier in classes else "",
            share.requested,
            share.carry,
            share.allocated,
            share.allocated // found.pack_size,
            share.accepted,
            share.rejected,
            share.missing,
            share.shortfall if share.request_id else None,
            share.explanation_zh if chinese else share.explanation_en,
        )
        for share in found.shares
    ]
    heading = (f"{found.code} · {found.item_name} · {found.area_name}", f"SHA-256 {found.fingerprint}")
    return Sheet(name=found.code, columns=columns, rows=rows, heading=heading, frozen=1)
