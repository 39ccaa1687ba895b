"""What can be wrong with the terms of a campaign and on its way through the street office; every cap has its name."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Forbidden, Invalid


class CampaignFull(Conflict):
    template = N_("Campaign %(campaign)s is full: it takes %(maximum)s orders in all.")
    code = "campaign_full"


class CampaignUnitsCap(Conflict):
    template = N_(
        "Campaign %(campaign)s: at most %(maximum)s units in all; %(ordered)s are ordered, %(wanted)s more asked."
    )
    code = "campaign_units_cap"


class ProductCap(Conflict):
    template = N_("%(sku)s: at most %(maximum)s units in all; %(ordered)s are ordered, %(wanted)s more asked.")
    code = "product_cap"


class HouseholdCap(Conflict):
    template = N_(
        "Campaign %(campaign)s: at most %(maximum)s units of all goods per household; "
        "%(ordered)s already ordered, %(wanted)s more asked."
    )
    code = "household_cap"


class NotChangeable(Conflict):
    template = N_("Campaign %(campaign)s is %(state)s; take it back before you change it.")
    code = "campaign_not_changeable"


class ReasonMissing(Invalid):
    template = N_("Say why the campaign is returned, in at most %(maximum)s characters.")
    code = "reason_missing"


class ExtensionMissing(Invalid):
    template = N_("Say by how many minutes the cut-off is put off, from 1 to %(maximum)s.")
    code = "extension_missing"


class ExtensionUnasked(Invalid):
    template = N_("The cut-off is put off only where that is chosen for a missed minimum.")
    code = "extension_unasked"


class MinimumAboveCap(Invalid):
    template = N_("The minimum of %(minimum)s is more than the cap of %(maximum)s: the campaign could never form.")
    code = "minimum_above_cap"


class NotYourPart(Forbidden):
    template = N_("Campaign %(campaign)s serves none of your areas; its own offices approve it.")
    code = "not_your_part"


class NotWaiting(Conflict):
    template = N_("Campaign %(campaign)s is %(state)s; there is nothing to decide.")
    code = "campaign_not_waiting"
