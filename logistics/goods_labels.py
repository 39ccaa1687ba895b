"""The words of the scarce goods' ledger, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

GOODS_LABELS: Mapping[str, Mapping[str, object]] = {
    "transfer_kind": {
        "receipt": _l("Receipt"),
        "dispatch": _l("Dispatch"),
        "arrival": _l("Arrival of goods"),
        "rejection_return": _l("Rejected goods returned"),
        "issue": _l("Issue to a household"),
        "loan": _l("Loan"),
        "return": _l("Return of a loan"),
        "count": _l("Stock count"),
        "write_off": _l("Write-off"),
        "settlement": _l("Settlement"),
        "reversal": _l("Reversal"),
    },
    "holder_kind": {
        "supplier": _l("Supplier"),
        "area": _l("In stock"),
        "household": _l("Household"),
        "in_transit": _l("In transit"),
        "lent_out": _l("Lent out"),
        "written_off": _l("Written off"),
        "count_difference": _l("Count difference"),
    },
    "source_kind": {
        "purchase": _l("Purchase"),
        "grant": _l("Allocated from above"),
        "donation": _l("Donation"),
        "unstated": _l("Not stated"),
    },
    "shipment_state": {
        "dispatched": _l("Under way"),
        "received": _l("Arrived"),
        "settled": _l("Difference settled"),
        "cancelled": _l("Cancelled"),
    },
    "reservation_state": {
        "pending": _l("Promised"),
        "posted": _l("Given out"),
        "voided": _l("Let go"),
        "expired": _l("Expired"),
    },
    "discrepancy_part": {"missing": _l("Missing"), "rejected": _l("Rejected")},
    "outcome": {
        "returned": _l("Back at the sender"),
        "written_off": _l("Written off"),
        "found": _l("Taken in after all"),
    },
}
