"""What the ledger refuses, and why."""

from __future__ import annotations

from logistics.errors import N_, Conflict, Forbidden, Invalid
from logistics.inventory.ledger.rules import QUANTITY_MAX


class BadQuantity(Invalid):
    template = N_("A movement of %(quantity)s pieces cannot be entered; give a whole number from 1 to %(maximum)s.")
    code = "bad_quantity"


class BadCount(Invalid):
    template = N_("A count of %(quantity)s pieces cannot be entered; give a whole number from 0 to %(maximum)s.")
    code = "bad_count"


class ReasonMissing(Invalid):
    template = N_("Say why: a difference, a refusal, a write-off and a reversal need a reason.")
    code = "reason_missing"


class SameArea(Invalid):
    template = N_("The goods are there already: sender and receiver are the same area.")
    code = "same_area"


class NotLent(Invalid):
    template = N_("%(item)s is not lent out; issue it to households instead.")
    code = "not_lent"


class OnlyLent(Invalid):
    template = N_("%(item)s is lent to posts and comes back; it is not issued to households.")
    code = "only_lent"


class PostMissing(Invalid):
    template = N_("Name the post that the goods are lent to.")
    code = "post_missing"


class BadExpiry(Invalid):
    template = N_("The reservation would end at %(expires_at)s, which is over; give a later moment.")
    code = "bad_expiry"


class BadArrival(Invalid):
    template = N_(
        "%(accepted)s accepted and %(rejected)s rejected do not fit: %(shipped)s pieces were shipped. Enter more than "
        "that as a count."
    )
    code = "bad_arrival"


class NoHousehold(Invalid):
    template = N_("The reservation is for no household: dispatch it, or name one.")
    code = "no_household"


class OutOfStock(Conflict):
    """`available` is what is on hand, good and not promised."""

    template = N_("%(item)s: %(wanted)s pieces asked for, %(available)s available.")
    code = "out_of_stock"


class KeyReused(Conflict):
    template = N_("The key %(key)s stands for another movement; use a new key.")
    code = "key_reused"


class CountBelowPromised(Conflict):
    template = N_(
        "%(item)s: %(promised)s pieces are promised, so %(counted)s cannot be what is left. Void reservations first."
    )
    code = "count_below_promised"


class ReservationOver(Conflict):
    template = N_("The reservation ended at %(expires_at)s.")
    code = "reservation_over"


class WrongReservation(Conflict):
    template = N_("The reservation %(key)s is a household's, or holds another item, area, lot or quantity.")
    code = "wrong_reservation"


class SettledTooMuch(Conflict):
    template = N_("%(open)s pieces are open as %(part)s; %(wanted)s cannot be settled.")
    code = "settled_too_much"


class EndsElsewhere(Forbidden):
    template = N_("The pieces would end in another area's books; whoever is responsible there settles it so.")
    code = "ends_elsewhere"


class ReceiverConfirms(Forbidden):
    template = N_("Your office sent these goods; what arrived of them is entered by the area that gets them.")
    code = "receiver_confirms"


class AlreadyReversed(Conflict):
    template = N_("The movement was reversed before.")
    code = "already_reversed"


class CannotReverse(Conflict):
    template = N_("This movement (%(kind)s) cannot be reversed now: enter what happened since as movements of its own.")
    code = "cannot_reverse"


def require_quantity(quantity: int) -> None:
    """
    Raises:
        BadQuantity: less than one piece, or more than anybody moves.
    """
    if not 1 <= quantity <= QUANTITY_MAX:
        raise BadQuantity(quantity=quantity, maximum=QUANTITY_MAX)


def require_reason(reason: str) -> None:
    """
    Raises:
        ReasonMissing: nothing but spaces.
    """
    if not reason.strip():
        raise ReasonMissing()


class ItemCodeTaken(Conflict):
    template = N_("The code %(item)s belongs to another item already: %(name)s.")
    code = "item_code_taken"
