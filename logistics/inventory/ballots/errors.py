"""What can be wrong with a ballot, with a registration, and with a published draw."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Forbidden, Invalid


class NotOpen(Conflict):
    template = N_("Ballot %(ballot)s takes no registrations: it is %(state)s, registration ends %(closes_at)s.")
    code = "ballot_not_open"


class NotServed(Invalid):
    template = N_("Ballot %(ballot)s is for households of %(area)s; this one lives elsewhere.")
    code = "not_served"


class BadTerms(Invalid):
    template = N_(
        "%(quantity)s pieces a household and %(supply)s in all cannot be drawn for; "
        "give at least 1 a household and at least as much in all."
    )
    code = "bad_terms"


class BadSpan(Invalid):
    template = N_("Registration would end at %(closes_at)s; give a moment that is still to come.")
    code = "bad_span"


class NothingPublished(Invalid):
    template = N_("Ballot %(ballot)s waits for a public number (%(source)s); enter it with the draw.")
    code = "public_value_missing"


class PublicValueUnasked(Invalid):
    template = N_("Ballot %(ballot)s named no public number when it opened; one cannot be brought in now.")
    code = "public_value_unasked"


class NotOffered(Conflict):
    template = N_("%(key)s has nothing to collect: it is %(outcome)s.")
    code = "not_offered"


class TooLate(Conflict):
    template = N_("%(key)s could collect until %(collect_by)s; the next in line moves up.")
    code = "too_late"


class BadCollectDays(Invalid):
    template = N_("%(days)s days to collect is not possible; give 1 to %(maximum)s.")
    code = "bad_collect_days"


class NotYoursToWithdraw(Forbidden):
    template = N_("Somebody else registered this household; whoever did, or the household, withdraws it.")
    code = "not_yours_to_withdraw"


class NotYoursToDecline(Forbidden):
    template = N_("This household registered itself; it lets its share go itself.")
    code = "not_yours_to_decline"


class NotABallot(Invalid):
    template = N_("This is no exported ballot: %(field)s is missing or not of its kind.")
    code = "not_a_ballot"


class NotDrawn(Conflict):
    template = N_("Ballot %(ballot)s is not drawn yet; its seed is told with the draw.")
    code = "not_drawn"


class OtherCommitment(Invalid):
    template = N_("Ballot %(ballot)s: the file has the commitment %(found)s, but %(noted)s was noted when it opened.")
    code = "other_commitment"


class OtherList(Invalid):
    template = N_("Ballot %(ballot)s: the file has the list %(found)s, but %(noted)s was noted when it closed.")
    code = "other_list"


class WrongCommitment(Invalid):
    template = N_(
        "Ballot %(ballot)s: seed and salt give the commitment %(found)s, but %(published)s was published before."
    )
    code = "wrong_commitment"


class WrongList(Invalid):
    template = N_(
        "Ballot %(ballot)s: terms and rows give the list %(found)s, but %(published)s was published when it closed: "
        "a row was added or taken out, or the terms were changed."
    )
    code = "wrong_list"


class WrongRow(Invalid):
    """One row of a published draw that does not hold."""

    code = "wrong_row"


class RowOutOfPlace(WrongRow):
    template = N_("Row %(row)s, code %(code)s: it says place %(rank)s; a place is missing, twice or out of order.")


class RowTwice(WrongRow):
    template = N_("Row %(row)s, code %(code)s: the code stands in the list twice.")


class RowChanged(WrongRow):
    template = N_("Row %(row)s, code %(code)s: code and weight %(weight)s do not give the row's own check.")


class RowTicket(WrongRow):
    template = N_("Row %(row)s, code %(code)s: the draw gives it the ticket %(found)s, the row says %(published)s.")


class RowOrder(WrongRow):
    template = N_("Row %(row)s, code %(code)s: its ticket is smaller than the one before it.")


class RowBeforeItsTurn(WrongRow):
    template = N_(
        "Row %(row)s, code %(code)s: it is %(outcome)s, but %(waiting)s stands before it and was not offered."
    )


class RowBeyondSupply(WrongRow):
    template = N_("Row %(row)s, code %(code)s: it is %(outcome)s, but the supply serves only %(shares)s households.")


class RowForgotten(WrongRow):
    template = N_("Row %(row)s, code %(code)s: it is %(outcome)s, but of %(shares)s shares only %(held)s are taken.")
