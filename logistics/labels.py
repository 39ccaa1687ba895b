"""The words for states, kinds and reasons: one table per enum, English here, Chinese in the catalogue.

A table is called as its enum is, in lower case with `_` between words.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

from logistics.campaign_labels import CAMPAIGN_LABELS
from logistics.catalogue_labels import CATALOGUE_LABELS
from logistics.chat_labels import CHAT_LABELS
from logistics.draw_labels import DRAW_LABELS
from logistics.goods_labels import GOODS_LABELS
from logistics.message_labels import MESSAGE_LABELS
from logistics.report_labels import REPORT_LABELS
from logistics.round_labels import ROUND_LABELS

LABELS: Mapping[str, Mapping[str, object]] = {
    "role": {
        "resident": _l("Resident"),
        "merchant": _l("Supermarket"),
        "street_office": _l("Street office"),
        "community_worker": _l("Community worker"),
        "courier": _l("Courier"),
        "admin": _l("Administrator"),
    },
    "campaign_state": {
        "draft": _l("Draft"),
        "filed": _l("Waits for approval"),
        "approved": _l("Approved"),
        "returned": _l("Returned"),
        "open": _l("Open"),
        "closed": _l("Closed"),
        "formed": _l("Formed"),
        "failed": _l("Not formed"),
        "fulfilled": _l("Fulfilled"),
    },
    "order_state": {
        "placed": _l("Placed"),
        "confirmed": _l("Confirmed"),
        "shorted": _l("Nothing left"),
        "batched": _l("Packed"),
        "delivered": _l("Ready for pickup"),
        "collected": _l("Collected"),
        "cancelled": _l("Cancelled"),
    },
    "channel": {
        "group_buy": _l("Group buy"),
        "proxy": _l("Proxy order"),
        "door": _l("Door delivery"),
        "vending": _l("Vending point"),
    },
    "shortage_rule": {
        "first_come": _l("First come, first served"),
        "proportional": _l("Everyone a fair part"),
        "draw": _l("Draw"),
    },
    "rule_name": {
        "proportional": _l("In proportion"),
        "max_min": _l("Lowest fill first"),
        "tiers": _l("Tier by tier"),
        "weights": _l("By weight"),
    },
    "line_reason": {
        "household_limit": _l("Over the household limit"),
        "shortage": _l("The store ran short"),
    },
    "point_kind": {
        "pickup_point": _l("Pickup point"),
        "courier_station": _l("Courier station"),
        "vending_point": _l("Vending point"),
        "door": _l("At the door"),
    },
    "stop_kind": {"pickup": _l("Pickup point"), "door": _l("Leave at door")},
    "plan_state": {
        "queued": _l("Queued"),
        "solving": _l("Planning"),
        "ready": _l("Ready"),
        "failed": _l("Failed"),
        "cancelled": _l("Cancelled"),
    },
    "run_state": {
        "running": _l("Running"),
        "done": _l("Done"),
        "failed": _l("Failed"),
        "cancelled": _l("Cancelled"),
    },
    "phase": {
        "close": _l("Close orders"),
        "wave": _l("Release waves"),
        "batch": _l("Make batches"),
        "plan": _l("Plan routes"),
        "manifest": _l("Issue manifests"),
        "summary": _l("Sum up"),
        "done": _l("Done"),
    },
    "manifest_state": {"issued": _l("Issued"), "under_way": _l("Under way"), "done": _l("Done"), "void": _l("Void")},
    "proof_kind": {
        "keeper_signed": _l("Keeper signed"),
        "seal_checked": _l("Seal checked"),
        "left_at_door": _l("Left at the door"),
    },
    "area_level": {
        "city": _l("City"),
        "district": _l("District"),
        "street_office": _l("Street office"),
        "community": _l("Community"),
    },
    "unbatched": {
        "nothing_left": _l("Nothing was left for them"),
        "cancelled": _l("Cancelled"),
        "no_delivery_point": _l("No delivery point serves them"),
        "not_closed": _l("Not closed yet"),
        "batched_later": _l("Put into a batch after the plan"),
    },
    "relaxation_kind": {
        "search_longer": _l("Search longer: there is room for it"),
        "position_lifted": _l("Free its position in the route"),
        "pin_lifted": _l("Let any vehicle take it"),
        "vehicle_allowed": _l("Allow one more vehicle to take it"),
        "drop_cost": _l("A higher price for leaving it out"),
        "release_earlier": _l("Its goods packed earlier"),
        "window_later": _l("Its window open longer"),
        "window_earlier": _l("Its window open earlier"),
        "most_stops": _l("More stops for the vehicle"),
        "longest_s": _l("The vehicle out longer"),
        "longest_m": _l("The vehicle driving farther"),
        "capacity_g": _l("More weight in the vehicle"),
        "capacity_packages": _l("More packages in the vehicle"),
        "capacity_ml": _l("More volume in the vehicle"),
        "shift_later": _l("The shift ending later"),
        "shift_earlier": _l("The shift beginning earlier"),
        "depot_later": _l("The depot closing later"),
        "depot_earlier": _l("The depot opening earlier"),
        "skill": _l("Make the vehicle fit for it"),
        "one_more_vehicle": _l("One more vehicle"),
    },
    "drop_reason": {
        "unreachable": _l("No road leads there"),
        "too_heavy": _l("Too heavy for any vehicle"),
        "too_many_packages": _l("Too many packages for any vehicle"),
        "too_large": _l("Too large for any vehicle"),
        "window_unreachable": _l("Cannot be served in its time window with the vehicle back in time"),
        "no_vehicle": _l("The store has no vehicle for it"),
        "no_skill": _l("No vehicle is fit for it"),
        "too_far": _l("Farther than any vehicle may drive"),
        "too_long": _l("Takes longer than any vehicle may be out"),
        "pin_impossible": _l("Cannot be at its fixed place in the route"),
        "together": _l("Cannot go with the stops it belongs to"),
        "fleet_full": _l("No vehicle has room and time left"),
        "not_worth_it": _l("Costs more than it is worth"),
        "gate_closed": _l("The gate is shut in its time window"),
        "far_from_road": _l("Too far from any road"),
    },
    "drop_help": {
        "unreachable": _l("Check the gate's place and the road map."),
        "too_heavy": _l("Send a larger vehicle or split the batch."),
        "too_many_packages": _l("Send a larger vehicle or split the batch."),
        "too_large": _l("Send a larger vehicle or split the batch."),
        "window_unreachable": _l("Widen the window or the shift."),
        "no_vehicle": _l("Give the store a vehicle."),
        "no_skill": _l("Send a vehicle that has what the stop asks for."),
        "too_far": _l("Allow a vehicle more kilometres."),
        "too_long": _l("Allow a vehicle more hours."),
        "pin_impossible": _l("Release it from its fixed place."),
        "together": _l("Let them go on different vehicles."),
        "fleet_full": _l("Add a vehicle, a longer shift or a second trip."),
        "not_worth_it": _l("Serve it anyway by raising its priority."),
        "gate_closed": _l("Choose another window or open the gate longer."),
        "far_from_road": _l("Correct the place of the gate on the map."),
    },
    "entity": {
        "account": _l("account"),
        "area": _l("area"),
        "ballot": _l("ballot"),
        "batch": _l("batch"),
        "building": _l("building"),
        "campaign": _l("group buy"),
        "ceiling": _l("price ceiling"),
        "compound": _l("compound"),
        "courier": _l("courier"),
        "day": _l("day"),
        "draw": _l("draw"),
        "good": _l("good"),
        "household": _l("household"),
        "import": _l("import"),
        "item": _l("item"),
        "lot": _l("lot"),
        "manifest": _l("manifest"),
        "mapping": _l("mapping"),
        "message": _l("message"),
        "merchant": _l("merchant"),
        "order": _l("order"),
        "photo": _l("photo"),
        "plan": _l("plan"),
        "product": _l("product"),
        "registration": _l("registration"),
        "report": _l("report"),
        "request": _l("request"),
        "reservation": _l("reservation"),
        "round": _l("round"),
        "rule": _l("rule"),
        "run": _l("run"),
        "shipment": _l("shipment"),
        "status": _l("status"),
        "stop": _l("stop"),
        "store": _l("store"),
        "token": _l("token"),
        "transfer": _l("movement"),
        "upload": _l("uploaded file"),
        "vehicle": _l("vehicle"),
        "wave": _l("wave"),
    },
    "entity_state": {"assigned": _l("Given to a courier")},
    **CATALOGUE_LABELS,
    **CHAT_LABELS,
    **CAMPAIGN_LABELS,
    **DRAW_LABELS,
    **GOODS_LABELS,
    **MESSAGE_LABELS,
    **REPORT_LABELS,
    **ROUND_LABELS,
}


def label(value: object, group: str) -> str:
    """The word for `value` of the enum `group` in the reader's language; an unknown value is shown as it is."""
    word = str(value) if value is not None else ""
    return str(LABELS[group].get(word, word))
