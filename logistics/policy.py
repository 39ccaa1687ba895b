"""Who may ask for what: one row per endpoint. An endpoint without a row is refused to everybody.

A row says which roles may ask at all; which rows of a table they then see is decided in the statement (`queries.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from logistics.access import PUBLIC, SIGNED_IN, Rule, only
from logistics.accounts.models import Role

LOGIN_ENDPOINT = "web.account.login"

ADMIN = Role.ADMIN
MERCHANT = Role.MERCHANT
STREET = Role.STREET_OFFICE
WORKER = Role.COMMUNITY_WORKER
COURIER = Role.COURIER
RESIDENT = Role.RESIDENT

ON_THE_GROUND = only(ADMIN, STREET, WORKER)
IN_THE_STORE = only(ADMIN, MERCHANT)
ABOUT_GOODS = only(ADMIN, MERCHANT, STREET, WORKER)
EVERYONE_BUT_COURIERS = only(ADMIN, MERCHANT, STREET, WORKER, RESIDENT)

MACHINES: Mapping[str, Rule] = {
    "static": PUBLIC,
    "observability.healthz": PUBLIC,
    "observability.readyz": PUBLIC,
    "observability.metrics": PUBLIC,  # counts of requests and jobs, no data of anybody's
    "api-docs.openapi_json": PUBLIC,
    "api_page.show": PUBLIC,
    "api_page.asset": PUBLIC,
}

API: Mapping[str, Rule] = {
    "accounts.create_token": PUBLIC,  # asks for the password instead
    "accounts.show_me": SIGNED_IN,
    "accounts.list_tokens": SIGNED_IN,
    "accounts.revoke_token": SIGNED_IN,
    "accounts.end_sessions": SIGNED_IN,
    "accounts.list_couriers": IN_THE_STORE,
    "communities.list_areas": EVERYONE_BUT_COURIERS,
    "communities.list_compounds": only(ADMIN, STREET, WORKER, RESIDENT),
    "communities.show_compound": only(ADMIN, STREET, WORKER, RESIDENT),
    "communities.list_households": ON_THE_GROUND,
    "communities.show_household": only(ADMIN, STREET, WORKER, RESIDENT),
    "communities.put_persons": ON_THE_GROUND,
    "communities.put_status": ON_THE_GROUND,
    "communities.end_status": ON_THE_GROUND,
    "inventory.list_ballots": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.create_ballot": only(ADMIN, STREET),
    "inventory.show_ballot": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.open_ballot": only(ADMIN, STREET),
    "inventory.close_ballot": only(ADMIN, STREET),
    "inventory.draw_ballot": only(ADMIN, STREET),
    "inventory.cancel_ballot": only(ADMIN, STREET),
    "inventory.export_ballot": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.list_registrations": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.register_for_ballot": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.show_registration": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.withdraw_registration": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.collect_share": ON_THE_GROUND,
    "inventory.decline_share": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.list_entitlement_rules": ON_THE_GROUND,
    "inventory.put_entitlement_rule": only(ADMIN, STREET),
    "inventory.end_entitlement_rule": only(ADMIN, STREET),
    "inventory.list_entitlements": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.list_draws": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.take_goods": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.show_draw": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.void_draw": only(ADMIN, STREET, WORKER, RESIDENT),
    "inventory.hand_over_draw": ON_THE_GROUND,
    "inventory.list_items": ON_THE_GROUND,
    "inventory.list_stock": ON_THE_GROUND,
    "inventory.list_lots": ON_THE_GROUND,
    "inventory.list_transfers": ON_THE_GROUND,
    "inventory.show_transfer": ON_THE_GROUND,
    "inventory.list_shipments": ON_THE_GROUND,
    "inventory.show_shipment": ON_THE_GROUND,
    "inventory.list_discrepancies": ON_THE_GROUND,
    "inventory.list_loans": ON_THE_GROUND,
    "inventory.receive_goods": only(ADMIN, STREET),
    "inventory.dispatch_goods": only(ADMIN, STREET),
    "inventory.enter_arrival": ON_THE_GROUND,
    "inventory.settle_discrepancy": only(ADMIN, STREET),
    "inventory.issue_goods": ON_THE_GROUND,
    "inventory.lend_devices": ON_THE_GROUND,
    "inventory.return_devices": ON_THE_GROUND,
    "inventory.count_stock": ON_THE_GROUND,
    "inventory.write_off_goods": only(ADMIN, STREET),
    "inventory.reverse_movement": only(ADMIN, STREET),
    "notifications.list_notifications": only(ADMIN, STREET, WORKER, RESIDENT),
    "orders.list_stores": IN_THE_STORE,
    "orders.list_products": IN_THE_STORE,
    "orders.list_campaigns": EVERYONE_BUT_COURIERS,
    "orders.show_campaign": EVERYONE_BUT_COURIERS,
    "orders.draft_campaign": IN_THE_STORE,
    "orders.open_campaign": IN_THE_STORE,
    "orders.close_campaign": IN_THE_STORE,
    "orders.list_orders": EVERYONE_BUT_COURIERS,
    "orders.show_order": EVERYONE_BUT_COURIERS,
    "orders.place_order": only(ADMIN, WORKER, RESIDENT),
    "orders.cancel_order": only(ADMIN, WORKER, RESIDENT),
    "fulfilment.list_waves": ABOUT_GOODS,
    "fulfilment.show_wave": ABOUT_GOODS,
    "fulfilment.list_batches": ABOUT_GOODS,
    "fulfilment.show_batch": ABOUT_GOODS,
    "fulfilment.show_pick_list": IN_THE_STORE,
    "routing.list_vehicles": IN_THE_STORE,
    "routing.create_vehicle": IN_THE_STORE,
    "routing.show_vehicle": IN_THE_STORE,
    "routing.change_vehicle": IN_THE_STORE,
    "routing.list_plans": ABOUT_GOODS,
    "routing.show_plan": ABOUT_GOODS,
    "routing.show_progress": ABOUT_GOODS,
    "routing.request_plan": IN_THE_STORE,
    "routing.cancel_plan": IN_THE_STORE,
    "routing.finish_plan": IN_THE_STORE,
    "routing.show_document": IN_THE_STORE,
    "routing.show_lines": IN_THE_STORE,
    "routing.show_rows": IN_THE_STORE,
    "delivery.list_manifests": only(ADMIN, MERCHANT, STREET, WORKER, COURIER),
    "delivery.show_manifest": only(ADMIN, MERCHANT, STREET, WORKER, COURIER),
    "delivery.assign_courier": IN_THE_STORE,
    "delivery.record_handover": only(ADMIN, MERCHANT, COURIER),
    "delivery.collect_order": ON_THE_GROUND,
    "days.list_days": ABOUT_GOODS,
    "days.show_day": ABOUT_GOODS,
    "days.gather_day": only(ADMIN),
    "days.import_day": only(ADMIN),
    "days.start_run": only(ADMIN),
    "days.list_runs": ABOUT_GOODS,
    "days.show_run": ABOUT_GOODS,
    "days.cancel_run": only(ADMIN),
}

PAGES: Mapping[str, Rule] = {
    "web.static": PUBLIC,
    "web.leaflet": PUBLIC,
    "web.account.login": PUBLIC,
    "web.account.log_in": PUBLIC,
    "web.account.logout": SIGNED_IN,
    "web.day.show": SIGNED_IN,  # leads each role to where it starts
    "web.day.status": ABOUT_GOODS,
    "web.day.start": only(ADMIN),
    "web.day.cancel": only(ADMIN),
    "web.imports.form": only(ADMIN),
    "web.imports.take": only(ADMIN),
    "web.campaigns.index": EVERYONE_BUT_COURIERS,
    "web.campaigns.show": EVERYONE_BUT_COURIERS,
    "web.campaigns.order": only(RESIDENT),
    "web.opening.form": IN_THE_STORE,
    "web.opening.create": IN_THE_STORE,
    "web.opening.open_draft": IN_THE_STORE,
    "web.opening.close": IN_THE_STORE,
    "web.compounds.index": ON_THE_GROUND,
    "web.compounds.show": ON_THE_GROUND,
    "web.compounds.household": ON_THE_GROUND,
    "web.compounds.set_status": ON_THE_GROUND,
    "web.courier.index": only(COURIER),
    "web.courier.tour": only(COURIER),
    "web.courier.hand_over": only(COURIER),
    "web.manifests.index": ABOUT_GOODS,
    "web.manifests.assign": IN_THE_STORE,
    "web.manifests.sheet": only(ADMIN, MERCHANT, STREET, WORKER, COURIER),
    "web.manifests.scanned": only(ADMIN, MERCHANT, STREET, WORKER, COURIER),
    "web.orders.index": EVERYONE_BUT_COURIERS,
    "web.orders.show": EVERYONE_BUT_COURIERS,
    "web.orders.cancel": only(ADMIN, WORKER, RESIDENT),
    "web.orders.collect": ON_THE_GROUND,
    "web.plans.index": ABOUT_GOODS,
    "web.plans.show": ABOUT_GOODS,
    "web.plans.map": ABOUT_GOODS,
    "web.plans.map_data": ABOUT_GOODS,
    "web.plans.export_file": IN_THE_STORE,
    "web.proxy.start": only(ADMIN, WORKER),
    "web.proxy.household": only(ADMIN, WORKER),
    "web.proxy.form": only(ADMIN, WORKER),
    "web.proxy.order": only(ADMIN, WORKER),
    "web.resident.timeline": only(RESIDENT),
    "web.stock.index": ON_THE_GROUND,
    "web.vehicles.index": IN_THE_STORE,
    "web.waves.index": ABOUT_GOODS,
    "web.waves.show": ABOUT_GOODS,
    "web.waves.batch": ABOUT_GOODS,
}

POLICY: Mapping[str, Rule] = {**MACHINES, **API, **PAGES}
