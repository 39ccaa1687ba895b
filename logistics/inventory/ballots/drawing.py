"""The draw itself: a pure function of the registered list, a seed committed to beforehand, and nothing else.

Everything is SHA-256 of plain text, written as 64 small hexadecimal digits, so that `sha256sum` and a line of any
language recompute it:

    commitment  = sha256(seed + salt)                        published when registration opens
    list_sha256 = sha256 of "BALLOT ITEM QUANTITY SUPPLY\\n",
                  "public: SOURCE\\n" where one is named,
                  and "CODE WEIGHT\\n" per row, by code     published when it closes
    draw_seed   = sha256(seed:list_sha256:public_value)      seed and salt are published with the draw
    ticket      = the smallest sha256(draw_seed:CODE:k), k = 1 … WEIGHT

What is joined without anything between has a fixed length: a seed is 64 hexadecimal digits, a salt 32, a code eight of
the letters and digits below. Without that one commitment would fit a hundred seeds, and one line of the list two rows.

The smallest ticket is first. A weight of w is w tickets in one drum of which the best counts: among those not placed
yet the chance of coming next is w over the sum of all their weights, exactly (successive sampling; Plackett 1975,
DOI 10.2307/2346567; as keys: Efraimidis & Spirakis 2006, DOI 10.1016/j.ipl.2005.11.003).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""What is not mixed up when read aloud: no 0 and O, no 1, I and L, no U and V."""
CODE_LENGTH = 8
SEED_LENGTH = 64
SALT_LENGTH = 32
WEIGHT_MAX = 10
"""Tickets of one household: nine lost draws. Beyond it those who lost often would shut out everybody who is new."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What is drawn for, in pieces: `quantity` a household, `supply` in all; and of where the public number will be
    read, where there is one. Fixed with the list, so that nobody changes the number of winners afterwards, or brings
    in a number."""

    ballot: str
    item: str
    quantity: int
    supply: int
    source: str = ""

    def __post_init__(self) -> None:
        if not all(text.isprintable() for text in (self.ballot, self.item, self.source)):
            raise ValueError("what stands in a line of the list has no line break in it")
        if not 1 <= self.quantity <= self.supply:
            raise ValueError(f"{self.quantity} pieces a household of {self.supply}; it takes 1 to all of them")

    @property
    def line(self) -> str:
        terms = f"{self.ballot} {self.item} {self.quantity} {self.supply}\n"
        return f"{terms}public: {self.source}\n" if self.source else terms

    @property
    def shares(self) -> int:
        """How many households the supply serves; what is left over serves nobody."""
        return self.supply // self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrant:
    """One registration as the list publishes it: a code that says nothing about the household, and its tickets."""

    code: str
    weight: int

    def __post_init__(self) -> None:
        if not 1 <= self.weight <= WEIGHT_MAX:
            raise ValueError(f"{self.code} has {self.weight} tickets; it takes 1 to {WEIGHT_MAX}")

    @property
    def line(self) -> str:
        return f"{self.code} {self.weight}\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One place of the draw; `rank` counts from 1."""

    rank: int
    code: str
    weight: int
    ticket: str


def commitment(seed: str, salt: str) -> str:
    """What is published before anybody registers: it fixes the seed without telling it."""
    return _sha256(seed + salt)


def row_sha256(entrant: Entrant) -> str:
    """The check of one row, by which a changed row can be named."""
    return _sha256(entrant.line)


def list_sha256(terms: Terms, entrants: Iterable[Entrant]) -> str:
    """What fixes terms and list before the seed is told."""
    rows = sorted(entrants, key=lambda entrant: entrant.code)
    return _sha256("".join([terms.line, *(row.line for row in rows)]))


def draw_seed(seed: str, list_hash: str, public_value: str) -> str:
    """The seed of the tickets. The list cannot be chosen by who does not know the seed, nor the seed after the list;
    `public_value`, where the ballot names a source for it, is a number that nobody knew before the list was closed."""
    return _sha256(f"{seed}:{list_hash}:{public_value}")


def ticket(seed: str, entrant: Entrant) -> str:
    """The entrant's best ticket under a draw seed."""
    return min(_sha256(f"{seed}:{entrant.code}:{k}") for k in range(1, entrant.weight + 1))


def draw(entrants: Sequence[Entrant], *, seed: str) -> list[Placed]:
    """Everybody in the order of the draw under a draw seed. The order of `entrants` does not matter.

    Raises:
        ValueError: a code stands there twice.
    """
    if len({entrant.code for entrant in entrants}) != len(entrants):
        raise ValueError("a code stands in the list twice")
    tickets = sorted((ticket(seed, entrant), entrant.code, entrant.weight) for entrant in entrants)
    return [Placed(rank=n, code=code, weight=weight, ticket=best) for n, (best, code, weight) in enumerate(tickets, 1)]


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
