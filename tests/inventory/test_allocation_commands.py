"""`flask allocate` on a terminal: the table, JSON, and what it says of a file it cannot use."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from logistics.inventory.command_parts import table

FILE = "place,requested,tier,weight\n东街,400,1,3\n西街,330,1,1\n南街,90,2,2\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "requests.csv"
    found.write_text(FILE, encoding="utf-8")
    return found


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


def run(app: Flask, path: Path, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["allocate", str(path), *options])


def document(app: Flask, path: Path, *options: str) -> dict[str, Any]:
    result = run(app, path, *options, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_json_has_every_share_with_its_explanation(app: Flask, path: Path) -> None:
    # tier 1: 9 boxes of 50 for 400 + 330; exact 246.58 and 203.42
    found = document(app, path, "--supply", "475", "--rule", "tiers", "--pack", "50")

    assert {one["place"]: (one["requested"], one["allocated"]) for one in found["shares"]} == {
        "东街": (400, 250),
        "西街": (330, 200),
        "南街": (90, 0),
    }
    assert found["shares"][0]["explanation"] == (
        "asked 400, tier 1, 54.79 % of the tier's supply (246.58 of 450), rounded up to 5 boxes of 50"
    )
    assert found["measures"]["fill_min"] == 0.0
    assert (found["rule"], found["within"], found["left_over"], found["reserve"]) == ("tiers", "proportional", 25, 0)
    assert len(found["fingerprint"]) == 64


def test_every_rule_and_option_runs(app: Flask, path: Path) -> None:
    for rule in ("proportional", "max-min", "tiers", "weights"):
        found = document(
            app, path, "--supply", "475", "--rule", rule, "--floor", "1", "--reserve", "10%", "--seed", "x"
        )
        assert found["reserve"] == 48  # 47.5 rounded up
        assert sum(one["allocated"] for one in found["shares"]) == 427
        assert all(one["allocated"] >= 1 for one in found["shares"])


def test_the_order_of_the_lines_does_not_count(app: Flask, path: Path, tmp_path: Path) -> None:
    header, *lines = FILE.splitlines()
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([header, *lines[::-1]]), encoding="utf-8")

    assert run(app, path, "--supply", "475", "--json").stdout == run(app, turned, "--supply", "475", "--json").stdout


def test_a_tree_is_shared_level_by_level(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "tree.csv"
    path.write_text("place,requested,parent\n一街,,\n甲,300,一街\n乙,100,一街\n二街,400,\n", encoding="utf-8")

    found = {one["place"]: one for one in document(app, path, "--supply", "400")["shares"]}

    assert {place: one["allocated"] for place, one in found.items()} == {"一街": 200, "二街": 200, "甲": 150, "乙": 50}
    assert found["甲"]["parent"] == "一街"
    table_lines = run(app, path, "--supply", "400").stdout.splitlines()
    assert [line.split()[0] for line in table_lines[3:7]] == ["一街", "乙", "甲", "二街"]
    assert table_lines[4].startswith("  乙")


def test_the_table_on_a_terminal_in_english(app: Flask, path: Path) -> None:
    lines = run(app, path, "--supply", "475", "--pack", "50", "--reserve", "25").stdout.splitlines()

    assert lines[0] == "In proportion: 475, in packs of 50; held back 25, left over 0"
    assert lines[2].split() == ["Place", "Asked", "for", "Given", "Filled", "Why"]
    assert lines[3].split("  ")[0] == "东街"
    assert any(line.startswith("filled least: ") for line in lines)


def test_the_same_in_chinese(app: Flask, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")

    result = run(app, path, "--supply", "475", "--rule", "tiers", "--pack", "50")

    assert "按级别：供应 475，每箱 50；预留 0，剩余 25" in result.stdout
    assert "占本级供应的 54.79 %（450 中的 246.58），向上取整为 5 箱（每箱 50）" in result.stdout


def test_rules_side_by_side(app: Flask, path: Path) -> None:
    found = document(app, path, "--supply", "475", "--rule", "tiers", "--compare")

    assert [one["rule"] for one in found["comparison"]] == ["tiers", "proportional", "max-min", "weights"]
    by_rule = {one["rule"]: one for one in found["comparison"]}
    assert by_rule["tiers"]["changes"] == {}
    # in proportion 475 of 820: 231.7 191.2 52.1, where tiers give 260.3 214.7 0
    assert by_rule["proportional"]["allocated"] == {"东街": 232, "西街": 191, "南街": 52}
    assert by_rule["proportional"]["changes"] == {"东街": -28, "西街": -24, "南街": 52}
    told = run(app, path, "--supply", "475", "--rule", "tiers", "--compare").stdout
    assert "In proportion instead: more for 1, less for 2" in told
    assert "  东街: 260 → 232" in told


def test_rules_that_the_file_has_no_column_for_are_not_compared(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("place,requested\na,4\nb,6\n", encoding="utf-8")

    found = document(app, path, "--supply", "5", "--compare")

    assert [one["rule"] for one in found["comparison"]] == ["proportional", "max-min"]


@pytest.mark.parametrize(("rule", "column"), [("tiers", "tier"), ("weights", "weight")])
def test_a_rule_without_its_column_is_refused(app: Flask, tmp_path: Path, rule: str, column: str) -> None:
    path = tmp_path / "plain.csv"
    path.write_text("place,requested\na,4\n", encoding="utf-8")

    result = run(app, path, "--supply", "5", "--rule", rule)

    assert result.exit_code == 1
    assert f"this rule needs a column {column}, which plain.csv has not" in result.output


def test_a_file_that_cannot_be_used_is_told_by_line(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("place,requested\na,x\na,1\n", encoding="utf-8")

    result = run(app, path, "--supply", "5")

    assert result.exit_code == 1
    assert result.stderr.splitlines() == [
        "bad.csv cannot be used: 2 problem(s).",
        "  bad.csv, line 2, field requested: “x” is not a whole number; "
        "a whole number from 0 to 100000000 in plain digits would be right",
        "  bad.csv, line 3, field place: “a” stands in line 2 already; "
        "one line for each place would be right, by code where names repeat",
    ]
    as_json = json.loads(run(app, path, "--supply", "5", "--json").stderr)
    assert [(one["line"], one["field"]) for one in as_json["problems"]] == [(2, "requested"), (3, "place")]


@pytest.mark.parametrize("reserve", ["-1", "101%", "x", "10.5", "%"])
def test_a_reserve_that_is_none_is_refused(app: Flask, path: Path, reserve: str) -> None:
    result = run(app, path, "--supply", "5", f"--reserve={reserve}")

    assert result.exit_code == 2
    assert "pieces as in 40, or a part of the supply as in 10%, would be right" in result.output


@pytest.mark.parametrize("seed", ["\udcff", "a\x1b[2J", "x" * 121])
def test_a_seed_that_nobody_can_type_again_is_refused(app: Flask, path: Path, seed: str) -> None:
    result = run(app, path, "--supply", "5", "--seed", seed)

    assert (result.exit_code, "that can be printed would be right" in result.output) == (2, True)


def test_the_supply_must_be_said(app: Flask, path: Path) -> None:
    assert run(app, path).exit_code == 2
    assert run(app, path, "--supply", "-1").exit_code == 2


def test_notices_go_where_they_do_not_spoil_the_output(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    path.write_bytes("地点,申领,备注\n东街,4,急\n".encode("gb18030"))

    result = run(app, path, "--supply", "5")

    assert result.stderr.splitlines() == ["r.csv: read as GB18030", "r.csv: columns left out: 备注"]
    assert document(app, path, "--supply", "5")["notices"] == ["read as GB18030", "columns left out: 备注"]


def test_columns_line_up_with_chinese_in_them() -> None:
    assert table(["a", "b"], [["东街", "1"], ["x", "10"]], left=(0,)) == ["a      b", "东街   1", "x     10"]
