"""The roles by the names that the rows of the policy use, and the groups of them that ask for the same things."""

from __future__ import annotations

from logistics.access import only
from logistics.accounts.models import Role

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
