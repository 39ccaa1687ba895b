"""What the entitlement refuses, and why."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Forbidden, Invalid


class EntitlementExceeded(Conflict):
    """`next_at` is the first moment at which all that was asked for may be drawn."""

    template = N_(
        "%(item)s: at most %(limit)s in %(days)s days (set by %(area)s); %(drawn)s already drawn, "
        "%(wanted)s more asked for. Possible from %(next_at)s."
    )
    code = "entitlement_exceeded"


class MoreThanEntitled(EntitlementExceeded):
    """Asked for more at once than may ever be drawn."""

    template = N_(
        "%(item)s: %(wanted)s asked for, but at most %(limit)s may be drawn in %(days)s days (set by %(area)s)."
    )
    code = "more_than_entitled"


class BadDraw(Invalid):
    template = N_("%(quantity)s pieces cannot be drawn; give a whole number from 1 to %(maximum)s.")
    code = "bad_draw"


class BadRule(Invalid):
    template = N_(
        "At most %(quantity)s pieces in %(days)s days is no rule; give 0 to %(quantity_max)s pieces "
        "and 1 to %(days_max)s days."
    )
    code = "bad_rule"


class DrawKeyReused(Conflict):
    template = N_("The key %(key)s stands for another draw; use a new key.")
    code = "draw_key_reused"


class NotItsStock(Invalid):
    template = N_("This household is served from the stock of its own community and of the offices above it.")
    code = "not_its_stock"


class NothingReserved(Conflict):
    template = N_("Nothing is reserved for this draw.")
    code = "nothing_reserved"


class OfABallot(Conflict):
    template = N_("This was won in a ballot; it is handed out or declined there.")
    code = "of_a_ballot"


class NotYoursToVoid(Forbidden):
    template = N_("Somebody else took this for the household; whoever did, or the household, lets it go.")
    code = "not_yours_to_void"


class HouseholdMissing(Invalid):
    template = N_("Name the household that this is for.")
    code = "household_missing"
