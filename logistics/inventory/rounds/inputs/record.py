"""Everything a round is computed from, as one text that is the same for the same inputs, and its SHA-256."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from logistics.inventory.allocation.fingerprint import METHOD
from logistics.inventory.rounds.rules import Standing

FORMAT = 1
"""Which reading of the text below is meant."""
WEIGHT_PARTS = 100
"""Weights are whole hundredths here: a millionth of all needs together is one of them."""


class Need(StrEnum):
    """What a place may count for under the weights rule."""

    HOUSEHOLDS = "households"
    ELDERS = "elders"
    CHECKPOINTS = "checkpoints"
    COVER = "cover"


class FloorPer(StrEnum):
    """For whom the floor is: every place that asks, or every checkpoint that a request is for."""

    PLACE = "place"
    CHECKPOINT = "checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the office chose. `within` rules within each tier; `reserve` is pieces (`50`) or a part of the supply
    (`10%`) held back; `floor` in pieces."""

    rule: str
    within: str = "proportional"
    reserve: str = "0"
    floor: int = 0
    floor_per: FloorPer = FloorPer.PLACE
    weigh_by: tuple[Need, ...] = ()
    carry: bool = True
    seed: str = "1"


@dataclass(frozen=True, slots=True, kw_only=True)
class AreaNode:
    """An area between the office and the places: the areas right below the office have no parent."""

    place: str
    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundInputs:
    """One round as it is computed. `supply` is what the office had available, in pieces; areas and places are in order
    of their codes. `method` is the release of the rules: under another one the same inputs are another round."""

    method: str = METHOD
    item: str
    pack: int
    supply: int
    terms: Terms
    areas: tuple[AreaNode, ...]
    places: tuple[Standing, ...]

    def text(self) -> str:
        """Canonical JSON: members sorted by name, no spaces, UTF-8."""
        content = {"format": FORMAT, **asdict(self)}
        return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def fingerprint(text: str) -> str:
    """SHA-256 of the inputs' text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def read_inputs(text: str) -> RoundInputs:
    """The inputs a text states.

    Raises:
        ValueError: it is not a text that `RoundInputs.text` writes.
    """
    try:
        content = json.loads(text)
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}, where {FORMAT} is read")
        terms: Mapping[str, Any] = content["terms"]
        return RoundInputs(
            method=content["method"],
            item=content["item"],
            pack=content["pack"],
            supply=content["supply"],
            terms=Terms(
                **{
                    **terms,
                    "floor_per": FloorPer(terms["floor_per"]),
                    "weigh_by": tuple(Need(need) for need in terms["weigh_by"]),
                }
            ),
            areas=tuple(AreaNode(**area) for area in content["areas"]),
            places=tuple(Standing(**place) for place in content["places"]),
        )
    except (KeyError, TypeError) as wrong:
        raise ValueError(f"not the inputs of a round: {wrong}") from wrong
