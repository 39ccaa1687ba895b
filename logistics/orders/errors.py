"""What can be wrong with an order or a campaign."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Invalid


class CampaignClosed(Conflict):
    template = N_("Campaign %(campaign)s takes no orders: it is %(state)s, its cut-off was %(cut_off)s.")
    code = "campaign_closed"


class CampaignFullSince(Conflict):
    template = N_("Campaign %(campaign)s takes no orders: it was full at %(full_at)s.")
    code = "campaign_full"


class HouseholdLimitExceeded(Conflict):
    template = N_("%(sku)s: at most %(limit)s per household; %(drawn)s already ordered, %(wanted)s more asked.")
    code = "household_limit_exceeded"


class UnknownSku(Invalid):
    template = N_("Campaign %(campaign)s does not offer %(sku)s.")
    code = "unknown_sku"


class UnknownWindow(Invalid):
    template = N_("Campaign %(campaign)s has no delivery window %(window)s; it has %(windows)s.")
    code = "unknown_window"


class DuplicateLine(Invalid):
    template = N_("%(sku)s stands in the order twice; put it in one line.")
    code = "duplicate_line"


class BadQuantity(Invalid):
    template = N_("%(sku)s: %(quantity)s cannot be ordered; give a whole number from 1 to %(maximum)s.")
    code = "bad_quantity"


class EmptyOrder(Invalid):
    template = N_("An order needs at least one line.")
    code = "empty_order"


class NotServed(Invalid):
    template = N_("Campaign %(campaign)s does not serve the community of this household.")
    code = "not_served"


class NothingOffered(Conflict):
    template = N_("Campaign %(campaign)s cannot open without an offer and a delivery window.")
    code = "nothing_offered"


class BadSchedule(Invalid):
    template = N_("The cut-off %(cut_off)s is over; give a moment that is still to come.")
    code = "bad_schedule"


class OrderNotChangeable(Conflict):
    template = N_("Order %(order)s is %(state)s; only a placed one can be changed.")
    code = "order_not_changeable"


class ChangedMeanwhile(Conflict):
    template = N_(
        "Order %(order)s was changed meanwhile: it stands at version %(version)s, you saw %(expected)s. "
        "Look at it again."
    )
    code = "changed_meanwhile"


class NothingToChange(Invalid):
    template = N_("Say what shall change: the lines, the window or both.")
    code = "nothing_to_change"
