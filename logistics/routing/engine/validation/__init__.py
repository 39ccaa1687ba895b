"""What makes a problem sound: a rule writes one sentence per mistake, with the item, the field and what is right."""

from collections.abc import Mapping, Sequence

from logistics.routing.engine.items import Depot, Stop, Vehicle
from logistics.routing.engine.travelling import Profile
from logistics.routing.engine.validation.matrices import matrix_faults, sound_profiles
from logistics.routing.engine.validation.promises import promise_faults
from logistics.routing.engine.validation.records import depot_faults, identity_faults, stop_faults, vehicle_faults
from logistics.routing.engine.validation.values import (
    LARGEST_AMOUNT,
    LARGEST_MONEY,
    LARGEST_TIME_S,
    Known,
    number_faults,
)

__all__ = ["LARGEST_AMOUNT", "LARGEST_MONEY", "LARGEST_TIME_S", "faults_of", "sound_profiles"]


def faults_of(
    depots: Sequence[Depot],
    vehicles: Sequence[Vehicle],
    stops: Sequence[Stop],
    travel: Mapping[str, Profile],
    longest_route_cents_per_h: int = 0,
) -> list[str]:
    """Every mistake in a problem's parts, one sentence each; an empty list means it can be planned.

    `travel[""]` are the problem's own matrices.
    """
    faults: list[str] = []
    place_count = matrix_faults(faults, travel)
    for kind, items in (("depot", depots), ("vehicle", vehicles), ("stop", stops)):
        faults.extend(identity_faults(kind, items))
    known = Known(
        place_count=place_count,
        depots=frozenset(depot.id for depot in depots),
        vehicles=frozenset(vehicle.id for vehicle in vehicles),
        profiles=frozenset(travel),
    )
    for depot in depots:
        faults.extend(depot_faults(depot, known))
    for vehicle in vehicles:
        faults.extend(vehicle_faults(vehicle, known))
    for stop in stops:
        faults.extend(stop_faults(stop, known))
    faults.extend(
        number_faults("the problem", "longest_route_cents_per_h", longest_route_cents_per_h, "cents", LARGEST_MONEY)
    )
    if not faults:  # promises are compared by the fields that have just been found sound
        faults.extend(promise_faults(vehicles, stops))
    return faults
