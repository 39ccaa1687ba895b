"""`flask allocate-kits`: wishes and goods from files, the plan with what it uses, and what is wrong with a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from logistics.inventory.csv_draft import BadRequestFile
from logistics.inventory.kit_file import Goods, problem_of, read_goods, read_wishes

GOODS: dict[str, Any] = {
    "items": {
        "masks": {"supply": 100, "pack": 10, "uses": {"kg": 1}},
        "thermometer": {"supply": 5, "uses": {"kg": 20}},
    },
    "kits": {"post": {"contents": {"masks": 5, "thermometer": 1}}},
    "limits": {"kg": 110},
}
WISHES = "place,kit,requested\n东街,post,4\n西街,masks,100\n"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def run(
    app: Flask, folder: Path, *options: str, wishes: str | bytes = WISHES, goods: object = GOODS, text: str = ""
) -> Result:
    (folder / "wishes.csv").write_bytes(wishes if isinstance(wishes, bytes) else wishes.encode())
    (folder / "goods.json").write_text(text or json.dumps(goods), encoding="utf-8")
    named = [str(folder / "wishes.csv"), "--goods", str(folder / "goods.json")]
    return app.test_cli_runner().invoke(args=["allocate-kits", *named, *options])


def test_a_load_is_shared_by_kits_and_items(app: Flask, tmp_path: Path) -> None:
    # a kit weighs 25, a box of masks 10. 110 kg: two of 4 kits and five of 10 boxes are 100, and one box more
    result = run(app, tmp_path, "--json")

    found = json.loads(result.stdout)
    assert {(one["place"], one["kit"]): one["allocated"] for one in found["shares"]} == {
        ("东街", "post"): 2, ("西街", "masks"): 60,
    }  # fmt: skip
    assert found["shares"][1]["explanation"] == (
        "asked 100, everyone is filled to 50 % at least, here by 5 boxes of 10, "
        "plus 1 that stock and limits still allow"
    )
    assert (found["worst"], found["proven"]) == ({"numerator": 1, "denominator": 2}, True)
    assert found["items"] == {
        "masks": {"supply": 100, "used": 70}, "thermometer": {"supply": 5, "used": 2},
    }  # fmt: skip
    assert found["limits"] == {"kg": {"most": 110, "used": 110}}


def test_the_table_says_what_is_used_and_that_no_plan_is_better(app: Flask, tmp_path: Path) -> None:
    lines = run(app, tmp_path).stdout.splitlines()

    assert lines[0].split() == ["Place", "Kit", "Asked", "for", "Given", "Filled", "Why"]
    assert lines[1].split()[:6] == ["东街", "post", "4", "2", "50", "%"]
    assert lines[2].split()[:6] == ["西街", "masks", "100", "60", "60", "%"]
    assert [line.split() for line in lines[5:8]] == [
        ["masks", "70", "100", "30"],
        ["thermometer", "2", "5", "3"],
        ["kg", "110", "110", "0"],
    ]
    assert lines[9:] == [
        "everyone who can be served is filled to 50 % at least",
        "No plan is better: that is proven.",
    ]


def test_the_same_in_chinese_from_a_sheet_in_gb18030(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    result = run(app, tmp_path, wishes="社区,物资,申领数\n东街,post,4\n西街,masks,100\n".encode("gb18030"))

    assert result.exit_code == 0, result.output
    assert "西街" in result.stdout
    assert "Why" not in result.stdout
    assert "按 GB18030 读取" in result.stderr


def test_the_order_of_the_lines_does_not_count_and_the_seed_does(app: Flask, tmp_path: Path) -> None:
    goods = {"items": {"masks": {"supply": 10, "pack": 10}}}
    header, *lines = ["place,kit,requested", "a,masks,10", "b,masks,10"]

    def given(seed: str, rows: list[str]) -> str:
        wishes = "\n".join([header, *rows])
        return run(app, tmp_path, "--json", "--seed", seed, wishes=wishes, goods=goods).stdout

    plans = {seed: given(seed, lines) for seed in "12345678"}
    assert all(given(seed, lines[::-1]) == plan for seed, plan in plans.items())
    winners = {one["place"] for plan in plans.values() for one in json.loads(plan)["shares"] if one["allocated"]}
    assert winners == {"a", "b"}


def test_a_wish_that_cannot_be_is_told_by_its_line(app: Flask, tmp_path: Path) -> None:
    wishes = "place,kit,requested\n东街,gloves,4\n东街,masks,-1\n,post,1\n合计,post,9\n西街,post,\n西街,post,3\n"

    result = run(app, tmp_path, wishes=wishes)

    assert (result.exit_code, result.stdout) == (1, "")
    told = result.stderr.splitlines()
    assert told[0] == "wishes.csv cannot be used: 6 problem(s)."
    assert [line.split(": ")[1:3][0] for line in told[1:]] == [
        "“gloves” is neither a kit nor an item; one of masks, post, thermometer would be right",
        "“-1” is not a whole number; a whole number from 0 to 100000000 in plain digits would be right",
        "the place is missing; 1 to 120 characters would be right",
        "“合计” is a total and no place; leaving the line out would be right",
        "the request is missing; 0 for nothing would be right",
        "“西街",
    ]


@pytest.mark.parametrize(
    ("change", "at", "right"),
    [
        ({"items": {}}, "items", "one item at least"),
        ({"items": None}, "items", "an object with a name for each"),
        ({"items": {"m": {"supply": -1}}}, "items.m.supply", "a whole number from 0 to"),
        ({"items": {"m": {"supply": 1.0}}}, "items.m.supply", "a whole number from 0 to"),
        ({"items": {"m": {"supply": True}}}, "items.m.supply", "a whole number from 0 to"),
        ({"items": {"m": {"supply": 10**11}}}, "items.m.supply", "a whole number from 0 to"),
        ({"items": {"m": {}}}, "items.m.supply", "a whole number from 0 to"),
        ({"items": {"m": {"supply": 1, "pack": 0}}}, "items.m.pack", "a whole number from 1 to"),
        ({"items": {"m": {"supply": 1, "uses": {"m3": 1}}}}, "items.m.uses.m3", "one of kg"),
        ({"items": {"m": {"supply": 1, "price": 1}}}, "items.m.price", "one of supply, pack, uses"),
        ({"items": {" m": {"supply": 1}}}, "items", "names of 1 to 120"),
        ({"kits": {"post": {"contents": {}}}}, "kits.post.contents", "one item at least"),
        ({"kits": {"post": {"contents": {"masks": 0}}}}, "kits.post.contents.masks", "a whole number from 1 to"),
        ({"kits": {"post": {"contents": {"gloves": 1}}}}, "kits.post.contents.gloves", "one of masks, thermometer"),
        ({"kits": {"masks": {"contents": {"masks": 1}}}}, "kits.masks", "a name that no item has"),
        ({"kits": {"post": []}}, "kits.post", "an object with contents, pack"),
        ({"limits": {"kg": -1}}, "limits.kg", "a whole number from 0 to"),
        ({"vans": 2}, "vans", "one of items, kits, limits"),
    ],
)
def test_goods_that_cannot_be_are_told_by_the_way_to_them(change: dict[str, Any], at: str, right: str) -> None:
    with pytest.raises(BadRequestFile) as refused:
        read_goods(json.dumps({**GOODS, **change}).encode(), "goods.json")

    (problem,) = refused.value.problems
    assert problem.field == at
    assert (problem.right % problem.data).startswith(right)


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '{"items": NaN}', "[" * 100_000, "9" * 5_000, '{"items": {"a": {"supply": 1}, "a": {"supply": 2}}}'],
)
def test_what_is_no_json_of_goods_is_said(app: Flask, tmp_path: Path, text: str) -> None:
    result = run(app, tmp_path, text=text)

    assert result.exit_code == 1, result.output
    assert "goods.json cannot be used: 1 problem(s)." in result.stderr
    assert json.loads(run(app, tmp_path, "--json", text=text).stderr)["count"] == 1


def test_an_item_is_a_kit_of_one_under_its_own_name() -> None:
    goods: Goods = read_goods(json.dumps(GOODS).encode("utf-8-sig"), "goods.json")
    wishes = read_wishes("物资,地点,申领,备注\npost,东街,4,急\n".encode(), "wishes.csv", goods)

    problem = problem_of(goods, wishes, seed="x")

    assert [(kit.name, dict(kit.contents), kit.pack) for kit in problem.kits] == [
        ("masks", {"masks": 1}, 10),
        ("thermometer", {"thermometer": 1}, 1),
        ("post", {"masks": 5, "thermometer": 1}, 1),
    ]
    assert (problem.wishes[0].kit, problem.wishes[0].requested, problem.seed) == ("post", 4, "x")
    assert [notice.data for notice in wishes.notices] == [{"names": "备注"}]


def test_numbers_that_cannot_be_counted_with_together_are_refused(app: Flask, tmp_path: Path) -> None:
    goods = {
        "items": {"gold": {"supply": 10**10, "uses": {"cents": 10**9}}},
        "limits": {"cents": 10**15},
    }
    wishes = "place,kit,requested\n" + "".join(f"p{n},gold,100000000\n" for n in range(20))

    result = run(app, tmp_path, wishes=wishes, goods=goods)

    assert result.exit_code == 1
    assert "too large to count with together" in result.output
