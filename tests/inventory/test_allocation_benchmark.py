"""The benchmark of shares: the city is measured as a rule is, and the baseline shares all there is."""

from __future__ import annotations

import gzip
from pathlib import Path

import numpy as np
import pytest

from benchmarks.allocation import (
    Sent,
    by_remainders,
    by_rule,
    compared,
    drawn,
    households_of,
    parameters_of,
    refusals_out,
    sent_by_day,
    timed,
    tree_of,
)
from logistics.inventory.allocation import RuleName

PAIRS = """date,district,request_date,requested_boxes,allocated_boxes,allocated_t,remark,source_file
2022-04-11,甲,2022-04-09,100.0,120.0,1.0,,x
2022-04-11,乙,2022-04-09,200.0,30.0,0.3,,x
2022-04-12,甲,2022-04-10,100.0,60.0,,,x
2022-04-12,乙,2022-04-10,100.0,0.0,0.0,无力收纳,x
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "allocation_pairs.csv").write_text(PAIRS, encoding="utf-8")
    with gzip.open(tmp_path / "compounds.csv.gz", "wt", encoding="utf-8") as file:
        file.write(
            "compound,buildings,households,population,district\n1,2,300,9,甲区\n2,2,600,9,甲区\n3,2,100,9,乙区\n"
        )
    with gzip.open(tmp_path / "tree.csv.gz", "wt", encoding="utf-8") as file:
        file.write("level,code,name,parent\ndistrict,1,东,0\ndistrict,2,西,0\n")
        file.writelines(f"street,{d}{s},街,{d}\n" for d in (1, 2) for s in (1, 2))
        file.writelines(f"community,{d}{s}{c},社区,{d}{s}\n" for d in (1, 2) for s in (1, 2) for c in (1, 2, 3))
    return tmp_path


def test_what_was_asked_for_and_sent_is_read_day_by_day(folder: Path) -> None:
    days = sent_by_day(folder)

    assert list(days) == ["2022-04-11", "2022-04-12"]
    assert days["2022-04-11"][0] == Sent(district="甲", requested=100, sent=120)
    assert [row.district for row in refusals_out(days["2022-04-12"])] == ["甲"]
    assert households_of(folder) == {"甲": 900, "乙": 100}


def test_the_city_and_the_rules_share_the_same_boxes(folder: Path) -> None:
    # 150 boxes: the city filled 甲 (20 beyond its request) and 30 of 200; in proportion all have half;
    # by households 900 to 100: 甲 has its 100, 乙 the 50 left
    rows = {row[1]: row[2:] for row in compared({"d": sent_by_day(folder)["2022-04-11"]}, households_of(folder))}

    assert rows["the city"] == ["150 (20 beyond requests)", "43.3", "57.5", "15.0", "0.370", "0.647", "乙"]
    assert rows["in proportion"] == ["150", "50.0", "50.0", "50.0", "0.000", "1.000", "乙, 甲"]
    assert rows["by households"] == ["150", "50.0", "62.5", "25.0", "0.300", "0.735", "乙"]


def test_without_compounds_nobody_has_a_weight(folder: Path) -> None:
    rows = [row[1] for row in compared({"d": sent_by_day(folder)["2022-04-11"]}, {})]

    assert "by households" not in rows
    assert len(rows) == 5


@pytest.mark.parametrize("rule", RuleName)
def test_rule_and_baseline_give_all_there_is_at_every_level(folder: Path, rule: RuleName) -> None:
    tree = tree_of(folder / "tree.csv.gz")
    asked = [drawn(tree, item, seed=1) for item in range(3)]

    for found in (by_rule(tree, asked, rule), by_remainders(tree, asked)):
        for given in found:
            for level in tree.levels[1:]:
                below = np.add.reduceat(given[level.begin : level.end], level.starts[:-1] - level.begin)
                assert below.tolist() == given[level.parents].tolist()
    packs = [parameters_of(tree, asked, item, rule).packs for item in range(3)]
    assert [int(given[: tree.levels[0].end].sum()) for given in by_rule(tree, asked, rule)] == packs


def test_the_table_names_every_rule(folder: Path) -> None:
    lines = timed(folder / "tree.csv.gz", items=2, runs=1, seed=1)

    assert lines[0] == "12 communities × 2 items, 1 → 2 → 4 → 12; median of 1 runs"
    assert [line.split(" | ")[0] for line in lines[4:8]] == [f"| {rule.value}" for rule in RuleName]
