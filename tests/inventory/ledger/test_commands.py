"""`flask ledger verify` proves the books or names the first bad row, and fails; `balance` lists what is there."""

from __future__ import annotations

import json

from flask import Flask

from tests.builders import NOW
from tests.inventory.ledger.ledgering import a_town_there, an_item, received
from tests.inventory.ledger.test_verifying import a_busy_ledger, behind_the_back


def told(app: Flask, *arguments: str, language: str = "en") -> tuple[int, str, str]:
    answer = app.test_cli_runner().invoke(args=["ledger", *arguments], env={"LC_ALL": language})
    return answer.exit_code, answer.stdout, answer.stderr


def test_sound_books_are_said_to_be_sound_with_the_last_hash_of_each_item(any_app: Flask) -> None:
    a_busy_ledger()

    code, out, _ = told(any_app, "verify")

    lines = out.splitlines()
    assert code == 0
    assert lines[-1] == "The ledger is sound: 8 movements, 20 entries, 2 items."
    assert [line.split("\t")[:2] for line in lines[:2]] == [["mask", "6"], ["thermometer", "2"]]
    assert all(len(line.split("\t")[2]) == 64 for line in lines[:2])


def test_the_first_bad_row_is_named_and_the_command_fails(any_app: Flask) -> None:
    a_busy_ledger()
    behind_the_back("UPDATE entries SET quantity = quantity + 1 WHERE id = 2")

    code, _, err = told(any_app, "verify")
    chinese = told(any_app, "verify", language="zh_CN.UTF-8")

    assert code == chinese[0] == 1
    first, second, *_ = err.splitlines()
    assert first == "The ledger does not add up: 3 findings. The first bad row is transfers id=1 of mask:"
    assert second == "  mask transfers id=1: it, its entries, holders or lots were changed after it was written"
    assert "transfers id=1" in chinese[2]
    assert "台账不平" in chinese[2]
    assert told(any_app, "verify", "--item", "thermometer")[0] == 0


def test_the_proof_is_a_document_too(app: Flask) -> None:
    a_busy_ledger()
    sound = json.loads(told(app, "verify", "--json")[1])
    behind_the_back("DELETE FROM entries WHERE transfer_id = 6", "DELETE FROM transfers WHERE id = 6")

    code, out, _ = told(app, "verify", "--json", "--item", "mask")

    assert (sound["sound"], sound["transfers"], sound["findings"]) == (True, 8, [])
    bent = json.loads(out)
    assert (code, bent["sound"]) == (1, False)
    assert bent["findings"][0] == {
        "fault": "head",
        "item": "mask",
        "table": "ledger_heads",
        "row": "item_id=1",
        "expected": 6,
        "found": 5,
        "detail": "the chain ends at movement 5, the head says 6",
    }


def test_an_unknown_item_is_told_in_a_sentence(app: Flask) -> None:
    code, _, err = told(app, "verify", "--item", "rice")

    assert (code, err) == (1, "Error: No item rice.\n")


def test_many_findings_are_cut_short(app: Flask) -> None:
    item_id, town = an_item(), a_town_there()
    for n in range(25):
        received(item_id, town.office_id, 1, key=f"R{n}")
    behind_the_back("UPDATE transfers SET reason = 'x'")

    code, _, err = told(app, "verify")

    assert code == 1
    assert len(err.splitlines()) == 22  # a heading, twenty findings and how many more there are
    assert err.splitlines()[-1] == "… and 5 more"


def test_the_balance_lists_areas_and_what_is_promised(app: Flask) -> None:
    a_busy_ledger()

    _, out, _ = told(app, "balance", "--item", "mask")
    rows = json.loads(told(app, "balance", "--json", "--item", "mask")[1])

    # the office: 500 - 150 sent; the community: 130 accepted - 8 issued, 20 of them promised; all of lots that have
    # expired by now; nobody counted, so the moment is that of the first receipt and the arrival
    assert sorted(line.split("\t")[2:] for line in out.splitlines()) == [
        ["122", "20", "0", "piece", "2020-02-18 17:00"],
        ["350", "0", "0", "piece", "2020-02-18 17:00"],
    ]
    assert sorted((row["item"], row["on_hand"], row["promised"], row["available"]) for row in rows) == [
        ("mask", 122, 20, 0),
        ("mask", 350, 0, 0),
    ]
    devices = json.loads(told(app, "balance", "--json", "--item", "thermometer")[1])
    assert [(row["on_hand"], row["available"], row["counted_at"]) for row in devices] == [(6, 6, NOW.isoformat())]
    assert told(app, "balance", "--item", "rice")[2] == "Error: No item rice.\n"
