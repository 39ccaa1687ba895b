"""What requests and rounds refuse."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from logistics.errors import N_, Conflict, Forbidden, Invalid


class NotACommunity(Invalid):
    template = N_("%(area)s is not a community; only communities and their posts ask for supplies and are classed.")
    code = "not_a_community"


class BadRequestQuantity(Invalid):
    template = N_("A request for %(quantity)s pieces cannot be entered; give a whole number from 1 to %(maximum)s.")
    code = "bad_request_quantity"


class StandingRequest(Conflict):
    template = N_("There is a standing request of this place for this item: %(request)s. Change that one.")
    code = "standing_request"


class RequestChanged(Conflict):
    template = N_("Request %(request)s has been changed meanwhile. Look at it again.")
    code = "request_changed"


class TierTooFar(Invalid):
    template = N_("The class would begin on %(starts_on)s; give a day at most a year from %(today)s.")
    code = "tier_too_far"


class NotAnOffice(Invalid):
    template = N_("%(area)s is a community; a round is an office's, which has communities below it.")
    code = "not_an_office"


class BadTerms(Invalid):
    template = N_("The terms of the round do not fit together: %(why)s")
    code = "bad_terms"


class NothingAsked(Conflict):
    template = N_("Nobody below this office asks for this item; there is nothing to share out.")
    code = "nothing_asked"


class FourEyes(Forbidden):
    template = N_("Whoever drafted a round does not approve it. Round %(round)s needs a second person.")
    code = "four_eyes"


class RoundStale(Conflict):
    """`changes` is what is no longer as it was; the API lists it."""

    template = N_("Round %(round)s rests on numbers that have changed since: %(changes)s. Compute it again.")
    code = "round_stale"
    words: ClassVar[Mapping[str, str]] = {"changes": "change"}


class CancelReasonMissing(Invalid):
    template = N_("Round %(round)s is approved; say why it is cancelled, since every community in it is told.")
    code = "cancel_reason_missing"


class NotWhatYouSaw(Conflict):
    template = N_("Round %(round)s has been computed again since you looked at it. Look at it again.")
    code = "not_what_you_saw"


class ArrivalConfirmed(Conflict):
    template = N_("This arrival of round %(round)s has been confirmed already, with other numbers.")
    code = "arrival_confirmed"
