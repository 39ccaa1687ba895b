"""What the catalogue refuses, and why."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Forbidden, Invalid


class SkuTaken(Conflict):
    template = N_("%(sku)s is the number of another product of this merchant already.")
    code = "sku_taken"


class BadTerms(Invalid):
    template = N_("%(sku)s: give one price, either of a unit or per kilogram.")
    code = "bad_terms"


class NoEstimate(BadTerms):
    template = N_("%(sku)s is sold by weight: say how many grams a piece is about.")


class PackOfWeight(BadTerms):
    template = N_("%(sku)s is sold by weight, piece by piece: it has no pack.")


class OtherWayOfSelling(Conflict):
    """Standing offers and orders count on it."""

    template = N_("%(sku)s stays as it was added, by piece or by weight; add another product instead.")
    code = "other_way_of_selling"


class BundleIsSum(Invalid):
    template = N_("%(sku)s is a bundle: its weight, volume and temperature follow from its contents.")
    code = "bundle_is_sum"


class BadContents(Invalid):
    """Contents that no bundle can have."""

    template = N_("%(sku)s: a bundle holds 1 to %(maximum)s products, each of them once.")
    code = "bad_contents"


class NoSuchContent(BadContents):
    template = N_("%(sku)s: the merchant sells no %(content)s, or no longer.")


class BundleInBundle(BadContents):
    template = N_("%(content)s is a bundle itself; %(sku)s can hold single products only.")


class Retired(Conflict):
    template = N_("%(sku)s is retired; take it back into the list first.")
    code = "retired"


class OverCeiling(Conflict):
    """A price above an office's ceiling; each subclass tells it by the numbers that were compared."""

    template = N_(
        "%(name)s (%(sku)s): %(price)s for %(weight_g)s g is %(found)s per 500 g; %(area)s allows %(ceiling)s per 500 g"
        " of %(good)s since %(starts_on)s, so at most %(top)s."
    )
    code = "over_ceiling"


class OverCeilingByScale(OverCeiling):
    template = N_(
        "%(name)s (%(sku)s): %(price)s per kg is %(found)s per 500 g; %(area)s allows %(ceiling)s per 500 g of %(good)s"
        " since %(starts_on)s, so at most %(top)s per kg."
    )


class OverCeilingByPiece(OverCeiling):
    template = N_(
        "%(name)s (%(sku)s): %(price)s for %(pack_size)s pieces is %(found)s per piece; %(area)s allows %(ceiling)s per"
        " piece of %(good)s since %(starts_on)s, so at most %(top)s."
    )


class OverCeilingByEstimate(OverCeiling):
    template = N_(
        "%(name)s (%(sku)s): %(price)s per kg is %(found)s for a piece of about %(weight_g)s g; %(area)s allows"
        " %(ceiling)s per piece of %(good)s since %(starts_on)s, so at most %(top)s per kg."
    )


class OverCeilingWithoutWeight(OverCeiling):
    template = N_(
        "%(name)s (%(sku)s) costs %(price)s and states no weight; %(area)s allows %(ceiling)s per 500 g of %(good)s"
        " since %(starts_on)s. State the weight."
    )


class BundleOverCeiling(OverCeiling):
    template = N_(
        "%(name)s (%(sku)s): %(price)s for the bundle is more than its contents may cost, each at its ceiling"
        " (%(goods)s) or else at its own price: at most %(top)s."
    )


class BadCeilingDay(Invalid):
    template = N_("A ceiling cannot begin or end before %(today)s: what was sold before is not judged anew.")
    code = "bad_ceiling_day"


class LaterCeiling(Conflict):
    template = N_("%(good)s: a ceiling of this area stands until %(day)s or begins then; choose a day from then on.")
    code = "later_ceiling"


class CeilingEnded(Conflict):
    template = N_("This ceiling of %(good)s has an end already: %(day)s.")
    code = "ceiling_ended"


class AssignedByOffice(Forbidden):
    template = N_("The street office has said that %(sku)s is %(good)s; only an office changes that.")
    code = "assigned_by_office"


class CodeTaken(Conflict):
    template = N_("%(key)s is taken already.")
    code = "code_taken"


class BadPhoto(Invalid):
    template = N_("This is no picture that we can read; send a JPEG, PNG or WebP.")
    code = "bad_photo"


class PhotoTooLarge(BadPhoto):
    template = N_("The picture has more than %(mib)s MiB; send a smaller one.")
    status = 413


class PhotoTooManyPixels(BadPhoto):
    template = N_(
        "The picture is %(width)s × %(height)s; at most %(megapixels)s megapixels are read, at least 16 × 16."
    )


class BadCatalogueFile(Invalid):
    """Nothing of the file was taken."""

    template = N_("%(name)s: no row has the headings %(missing)s; export the catalogue to see how they are written.")
    code = "bad_catalogue_file"


class TooManyRows(BadCatalogueFile):
    template = N_("%(name)s has %(count)s rows; at most %(maximum)s are taken at once.")


class WrongRows(Invalid):
    """Rows that cannot be taken; none was."""

    template = N_("%(count)s rows are wrong; nothing was changed. Correct them and send the file again.")
    code = "wrong_rows"


class BadHours(Invalid):
    template = N_("A store must open before it closes.")
    code = "bad_hours"


class NoFile(Invalid):
    template = N_("Choose a file first.")
    code = "no_file"
