"""Two or more rules side by side, before one is chosen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from .claims import Claim, Parameters, RuleName
from .rules import Outcome, share


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a place would be given by one rule and by another, in pieces."""

    place: str
    before: int
    after: int

    @property
    def more(self) -> int:
        return self.after - self.before


def compare(
    claims: Iterable[Claim], parameters: Parameters, rules: Sequence[RuleName] = tuple(RuleName)
) -> dict[RuleName, Outcome]:
    """The outcome of every rule over the same claims and supply."""
    asked = list(claims)
    return {rule: share(asked, replace(parameters, rule=rule)) for rule in rules}


def changes(before: Outcome, after: Outcome) -> list[Change]:
    """Who would be given more or less, of the places with nothing below them; who loses most comes first.

    Both outcomes are of the same claims.
    """
    given = {share.place: share.allocated for share in before.leaves}
    found = [Change(place=one.place, before=given[one.place], after=one.allocated) for one in after.leaves]
    return sorted((one for one in found if one.more), key=lambda one: (one.more, one.place))
