"""What a report refuses."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Invalid


class TooEarly(Conflict):
    template = N_("The report of %(day)s is cut off at %(cut_off_at)s; confirm it after that.")
    code = "too_early"


class CoveredByNext(Conflict):
    template = N_("%(day)s has no report of its own: the one of %(next)s covers it. Correct that one.")
    code = "covered_by_next"


class NotConfirmed(Conflict):
    template = N_("The report of %(day)s has not been confirmed yet; there is nothing to correct.")
    code = "not_confirmed"


class ReportChanged(Conflict):
    template = N_("The report was corrected meanwhile: it is at version %(version)s. Look at it again.")
    code = "report_changed"


class NothingToCorrect(Conflict):
    template = N_("The ledger says what was reported; there is nothing to correct. Correct the ledger first.")
    code = "nothing_to_correct"


class ReasonMissing(Invalid):
    template = N_("Say in 1 to %(length)s characters why the report is corrected.")
    code = "reason_missing"
