"""An exported draw is checked without the platform, and what was tampered with is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.inventory.ballots import drawing, errors
from logistics.inventory.ballots.drawing import Entrant, Terms
from logistics.inventory.ballots.verifying import FORMAT, verify

SEED, SALT = "5eed" * 16, "5a17" * 8


def a_draw(
    weights: dict[str, int] | None = None,
    *,
    quantity: int = 5,
    supply: int = 12,
    public_value: str = "",
    outcomes: list[str] | None = None,
) -> dict[str, Any]:
    """A published draw of five households for two shares, both offered, unless said otherwise."""
    weights = (
        {"AAAAAAAA": 1, "BBBBBBBB": 2, "CCCCCCCC": 1, "DDDDDDDD": 4, "EEEEEEEE": 1} if weights is None else weights
    )
    source = "lottery" if public_value else ""
    terms = Terms(ballot="B1", item="mask", quantity=quantity, supply=supply, source=source)
    entrants = [Entrant(code=code, weight=weight) for code, weight in weights.items()]
    hashed = drawing.list_sha256(terms, entrants)
    placed = drawing.draw(entrants, seed=drawing.draw_seed(SEED, hashed, public_value))
    outcomes = outcomes or ["offered" if p.rank <= terms.shares else "waiting" for p in placed]
    return {
        "format": FORMAT,
        "code": "B1",
        "title": "Masks",
        "item": "mask",
        "quantity": quantity,
        "supply": supply,
        "state": "drawn",
        "commitment": drawing.commitment(SEED, SALT),
        "list_sha256": hashed,
        "public_source": source,
        "public_value": public_value,
        "seed": SEED,
        "salt": SALT,
        "registrations": [
            {
                "rank": p.rank,
                "code": p.code,
                "weight": p.weight,
                "sha256": drawing.row_sha256(Entrant(code=p.code, weight=p.weight)),
                "ticket": p.ticket,
                "outcome": outcome,
            }
            for p, outcome in zip(placed, outcomes, strict=True)
        ],
    }


def codes(document: dict[str, Any]) -> list[str]:
    return [row["code"] for row in document["registrations"]]


def test_a_sound_draw_tells_its_winners() -> None:
    document = a_draw()

    verdict = verify(document)

    assert (verdict.ballot, verdict.registrations, verdict.shares) == ("B1", 5, 2)
    assert verdict.winners == verdict.holders == tuple(codes(document)[:2])


def test_who_moved_up_holds_and_who_won_stays_the_winner() -> None:
    document = a_draw(outcomes=["collected", "lapsed", "passed_over", "offered", "waiting"])

    verdict = verify(document)

    assert verdict.winners == tuple(codes(document)[:2])
    assert verdict.holders == (codes(document)[0], codes(document)[3])


def test_an_empty_draw_is_sound() -> None:
    assert verify(a_draw({})).winners == ()


def test_fewer_households_than_shares_all_win() -> None:
    assert len(verify(a_draw({"AAAAAAAA": 1, "BBBBBBBB": 3}, supply=500)).winners) == 2


def test_a_public_number_is_part_of_the_draw() -> None:
    document = a_draw(public_value="07 12 29")
    verify(document)

    with pytest.raises(errors.RowTicket):
        verify({**document, "public_value": "07 12 30"})


def drawn_anew(document: dict[str, Any], **values: Any) -> dict[str, Any]:
    """The document with other values, and tickets, places and outcomes as they follow from it."""
    forged = {**copy.deepcopy(document), **values}
    seed = drawing.draw_seed(forged["seed"], forged["list_sha256"], forged["public_value"])
    entrants = [Entrant(code=row["code"], weight=row["weight"]) for row in forged["registrations"]]
    forged["registrations"] = [
        {
            "rank": p.rank,
            "code": p.code,
            "weight": p.weight,
            "sha256": drawing.row_sha256(Entrant(code=p.code, weight=p.weight)),
            "ticket": p.ticket,
            "outcome": "offered" if p.rank <= 2 else "waiting",
        }
        for p in drawing.draw(entrants, seed=seed)
    ]
    return forged


def test_no_digit_of_the_seed_passes_for_one_of_the_salt() -> None:
    seed, salt = SEED[:-1], SEED[-1] + SALT
    forged = drawn_anew(a_draw(), seed=seed, salt=salt)
    assert drawing.commitment(seed, salt) == forged["commitment"]  # a hundred other draws would fit it
    assert codes(forged) != codes(a_draw())

    with pytest.raises(errors.NotABallot) as found:
        verify(forged)

    assert found.value.data["field"] == "seed"


def test_no_row_hides_in_the_line_of_another() -> None:
    """Of A 1 and B 2 one row is made whose line is the same text, so that a household is gone."""
    document = a_draw()
    rows = [found for found in document["registrations"] if found["code"] not in {"AAAAAAAA", "BBBBBBBB"}]
    rows.append({**document["registrations"][0], "code": "AAAAAAAA 1\nBBBBBBBB", "weight": 2})
    forged = drawn_anew({**document, "registrations": rows})
    terms = Terms(ballot="B1", item="mask", quantity=5, supply=12)
    entrants = [Entrant(code=found["code"], weight=found["weight"]) for found in rows]
    assert drawing.list_sha256(terms, entrants) == document["list_sha256"]

    with pytest.raises(errors.NotABallot) as found:
        verify(forged)

    assert found.value.data["field"].endswith("].code")


def test_a_public_number_is_not_brought_in_afterwards() -> None:
    with pytest.raises(errors.WrongList):
        verify(drawn_anew(a_draw(), public_source="lottery", public_value="07 12 29"))
    with pytest.raises(errors.NotABallot, match="public_value"):
        verify(drawn_anew(a_draw(), public_value="07 12 29"))
    with pytest.raises(errors.NotABallot, match="public_value"):
        verify(drawn_anew(a_draw(public_value="07 12 29"), public_value=""))


def test_a_draw_made_up_from_the_beginning_is_found_by_who_noted_what_was_published() -> None:
    announced, made_up = a_draw(), drawn_anew(a_draw(), seed="0" * 64, commitment=drawing.commitment("0" * 64, SALT))
    verify(made_up)  # sound in itself

    verify(announced, commitment=announced["commitment"], list_sha256=announced["list_sha256"])
    with pytest.raises(errors.OtherCommitment):
        verify(made_up, commitment=announced["commitment"])
    with pytest.raises(errors.OtherList):
        verify(a_draw({"AAAAAAAA": 1}), list_sha256=announced["list_sha256"])


Change = Callable[[dict[str, Any]], None]


def row(place: int, **values: Any) -> Change:
    return lambda document: document["registrations"][place - 1].update(values)


def header(**values: Any) -> Change:
    return lambda document: document.update(values)


def swap(document: dict[str, Any]) -> None:
    """The first and the third change places, ranks and all."""
    rows = document["registrations"]
    rows[0], rows[2] = {**rows[2], "rank": 1}, {**rows[0], "rank": 3}


def drop(document: dict[str, Any]) -> None:
    del document["registrations"][1]


def drop_and_count_anew(document: dict[str, Any]) -> None:
    drop(document)
    for place, found in enumerate(document["registrations"], 1):
        found["rank"] = place


def add(document: dict[str, Any]) -> None:
    """A friend's row, made by the rules, at the place its ticket gives it."""
    entrant = Entrant(code="FFFFFFFF", weight=1)
    seed = drawing.draw_seed(SEED, document["list_sha256"], "")
    friend = {
        "code": "FFFFFFFF",
        "weight": 1,
        "sha256": drawing.row_sha256(entrant),
        "ticket": drawing.ticket(seed, entrant),
        "outcome": "waiting",
    }
    document["registrations"] = sorted([*document["registrations"], friend], key=lambda found: found["ticket"])
    for place, found in enumerate(document["registrations"], 1):
        found["rank"] = place


def twice(document: dict[str, Any]) -> None:
    document["registrations"].insert(1, {**document["registrations"][0], "rank": 2})


def another_weight(document: dict[str, Any]) -> None:
    """The last one's weight, its own check made anew, which its best ticket may survive."""
    found = document["registrations"][4]
    found["weight"] += 5
    found["sha256"] = drawing.row_sha256(Entrant(code=found["code"], weight=found["weight"]))


@pytest.mark.parametrize(
    ("change", "error", "place"),
    [
        (header(seed="0" * 64), errors.WrongCommitment, None),
        (header(salt="0" * 32), errors.WrongCommitment, None),
        (header(commitment="0" * 64), errors.WrongCommitment, None),
        (header(list_sha256="0" * 64), errors.RowTicket, 1),
        (header(supply=500), errors.WrongList, None),
        (header(item="thermometer"), errors.WrongList, None),
        (row(3, ticket="0" * 64), errors.RowTicket, 3),
        (row(3, weight=9), errors.RowChanged, 3),
        (row(3, code="ZZZZZZZZ"), errors.RowChanged, 3),
        (row(3, sha256="0" * 64), errors.RowChanged, 3),
        (row(3, rank=1), errors.RowOutOfPlace, 3),
        (swap, errors.RowOrder, 2),
        (drop, errors.RowOutOfPlace, 2),
        (drop_and_count_anew, errors.WrongList, None),
        (add, errors.WrongList, None),
        (twice, errors.RowTwice, 2),
        (another_weight, (errors.RowTicket, errors.WrongList), None),
        (row(5, outcome="offered"), errors.RowBeforeItsTurn, 5),
        (row(3, outcome="collected"), errors.RowBeyondSupply, 3),
        (row(2, outcome="lost"), errors.RowForgotten, 2),
        (row(2, outcome="lapsed"), errors.RowForgotten, 3),
        (row(1, outcome="registered"), errors.NotABallot, None),
    ],
)
def test_what_was_tampered_with_is_named(change: Change, error: Any, place: int | None) -> None:
    document = copy.deepcopy(a_draw())
    change(document)

    with pytest.raises(error) as found:
        verify(document)

    if place is not None:
        assert found.value.data["row"] == place
        assert found.value.data["code"] == document["registrations"][place - 1]["code"]


@given(place=st.integers(0, 4), data=st.data())
def test_no_change_of_one_member_of_a_row_goes_unnoticed(place: int, data: st.DataObject) -> None:
    document = copy.deepcopy(a_draw())
    found = document["registrations"][place]
    member = data.draw(st.sampled_from(sorted(found)))
    other = {
        "rank": st.integers(-1, 9),
        "weight": st.integers(1, 10),
        "code": st.sampled_from(["AAAAAAAA", "BBBBBBBB", "ZZZZZZZZ"]),
        "sha256": st.text("0123456789abcdef", min_size=64, max_size=64),
        "ticket": st.text("0123456789abcdef", min_size=64, max_size=64),
        "outcome": st.sampled_from(["waiting", "offered", "registered", "lost"]),
    }[member]
    found[member] = data.draw(other.filter(lambda value: value != found[member]))
    if member == "outcome" and {"waiting", "lost"} >= {found[member], "lost"} and place >= 2:
        return  # waiting or lost: both say that its turn has not come

    with pytest.raises((errors.WrongRow, errors.WrongList, errors.NotABallot)):
        verify(document)


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (None, "format"),
        ([], "format"),
        ({}, "format"),
        ({"format": "ballot-2"}, "format"),
        ({**a_draw(), "state": "won"}, "state"),
        ({**a_draw(), "code": ""}, "code"),
        ({**a_draw(), "quantity": "5"}, "quantity"),
        ({**a_draw(), "quantity": True}, "quantity"),
        ({**a_draw(), "quantity": 13}, "quantity"),
        ({**a_draw(), "seed": None}, "seed"),
        ({**a_draw(), "registrations": "many"}, "registrations"),
        ({**a_draw(), "registrations": [7]}, "registrations[0]"),
        ({**a_draw(), "registrations": [{"weight": 11}]}, "registrations[0].weight"),
        ({**a_draw(), "registrations": [{"weight": 1, "rank": 1.0}]}, "registrations[0].rank"),
    ],
)
def test_what_is_no_ballot_is_said_to_be_none(document: object, field: str) -> None:
    with pytest.raises(errors.NotABallot) as found:
        verify(document)

    assert found.value.data["field"] == field


@pytest.mark.parametrize("state", ["draft", "open", "closed", "cancelled"])
def test_before_the_draw_there_is_nothing_to_verify(state: str) -> None:
    with pytest.raises(errors.NotDrawn, match="B1 is not drawn yet"):
        verify({**a_draw(), "state": state, "seed": None, "salt": None})
