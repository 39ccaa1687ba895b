"""The commands: what they print, what they write, and how they end."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import delete, func, select

from logistics.communities.models import Area
from logistics.db import reading, transaction
from logistics.inventory.ledger.intake import ItemFact, take_items
from logistics.inventory.sheets.models import PlaceAlias, SavedMapping, SheetFact
from tests.inventory.sheets.files import DISTRICTS, a_workbook

TREE = "level,code,name,parent\ndistrict,D1,朝阳区,\ndistrict,D2,南关区,\n"
SHEET = [["4月11日发放表", None, None], ["地区", "需求量", "实发"], ["朝阳", "1.5万", 9_000], ["南关", 200, 200],
         ["合计", 15_200, 9_200]]  # fmt: skip


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANG", "en")
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.delenv("LC_MESSAGES", raising=False)
    (tmp_path / "areas.csv").write_text(TREE, encoding="utf-8")
    (tmp_path / "4.11.xlsx").write_bytes(a_workbook(SHEET))
    run(app, "import-areas", tmp_path / "areas.csv")
    with transaction() as session:
        take_items(session, [ItemFact(code="veg", name="蔬菜包", unit="箱", pack_size=1)])
    return tmp_path


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def count(model: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_code_tree_is_imported_and_counted(app: Flask, folder: Path) -> None:
    again = run(app, "import-areas", folder / "areas.csv", "--json")
    told = run(app, "import-areas", folder / "areas.csv")

    assert json.loads(again.output)["unchanged"] == 2
    assert told.output == "0 new, 0 changed, 2 unchanged (district 2)\n"
    assert count(Area) == 2


def test_wrong_lines_of_the_code_tree_are_told_and_nothing_is_imported(app: Flask, folder: Path) -> None:
    (folder / "bad.csv").write_text("level,code,name,parent\nstreet,S9,x,D9\n", encoding="utf-8")

    result = run(app, "import-areas", folder / "bad.csv")

    assert result.exit_code == 1
    assert "line 2: its parent “D9” is not in the file" in result.output
    assert count(Area) == 2


def test_a_dry_run_tells_of_every_row_and_writes_nothing(app: Flask, folder: Path) -> None:
    result = run(app, "import-sheet", folder / "4.11.xlsx", "--item", "veg", "--date", "2022-04-11", "--dry-run")

    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "    3  taken     朝阳",
        "         B3: “1.5万” was read as 15000",
        "    4  taken     南关",
        "    5  skipped   合计  a total",
        "4.11: 2 taken, 1 skipped, 0 wrong. Nothing was written.",
    ]
    assert count(SheetFact) == 0


def test_a_sheet_is_imported_once_and_its_mapping_saved_and_used_again(app: Flask, folder: Path) -> None:
    words = ("import-sheet", folder / "4.11.xlsx", "--facts-only")
    first = run(app, *words, "--item", "veg", "--date", "2022-04-11", "--save", "日发放", "--json")
    again = run(app, *words, "--mapping", "日发放", "--date", "2022-04-11")

    document = json.loads(first.output)
    assert (document["counts"], document["already_imported"]) == ({"taken": 2, "skipped": 1, "wrong": 0}, False)
    assert [(fact["kind"], fact["pieces"], fact["cells"], fact["on"]) for fact in document["facts"]] == [
        ("requested", 15_000, ["B3"], "2022-04-11"), ("sent", 9_000, ["C3"], "2022-04-11"),
        ("requested", 200, ["B4"], "2022-04-11"), ("sent", 200, ["C4"], "2022-04-11"),
    ]  # fmt: skip
    assert (
        again.output.splitlines()[-1]
        == "4.11: 2 taken, 1 skipped, 0 wrong. It was imported before; nothing was changed."
    )
    assert (count(SheetFact), count(SavedMapping)) == (4, 1)


def test_wrong_rows_are_told_with_their_cells_and_end_in_failure(app: Flask, folder: Path) -> None:
    (folder / "bad.xlsx").write_bytes(a_workbook([*SHEET[:3], ["火星", 1, "约3"]]))

    result = run(app, "import-sheet", folder / "bad.xlsx", "--item", "veg", "--date", "2022-04-11")

    assert result.exit_code == 1
    assert "A4: no area of yours is called “火星”" in result.output
    assert "C4: “约3” is not a number" in result.output
    assert result.output.endswith("Nothing was written.\n")
    assert count(SheetFact) == 0


def test_what_is_wrong_with_the_command_is_one_sentence(app: Flask, folder: Path) -> None:
    for words, told in (
        (("--mapping", "nobody's"), "No mapping nobody's."),
        (("--item", "rocket"), "No item rocket."),
        (("--area", "D9", "--item", "veg"), "No area D9."),
        ((), "The mapping cannot be used: nothing says which item the quantities are of."),
    ):
        result = run(app, "import-sheet", folder / "4.11.xlsx", *words)
        assert (result.exit_code, result.output) == (1, f"Error: {told}\n")


def test_a_file_that_is_no_sheet_is_one_sentence(app: Flask, folder: Path) -> None:
    (folder / "a.xls").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 100)

    result = run(app, "import-sheet", folder / "a.xls", "--item", "veg")

    assert result.output.startswith("Error: a.xls is a picture or a document")
    assert run(app, "import-sheet", folder / "missing.xls").exit_code == 1


def test_a_name_is_said_once_and_parts_of_a_piece_are_rounded_as_told(app: Flask, folder: Path) -> None:
    (folder / "b.xlsx").write_bytes(a_workbook([*SHEET[:3], ["新区", 7.5, 2], ["驻军", 9, 9]]))
    words = ("import-sheet", folder / "b.xlsx", "--item", "veg", "--date", "2022-04-11", "--facts-only", "--json")
    names = ("--place", "新区=D2", "--place", "驻军=-")

    dry = run(app, *words, *names, "--fractions", "down", "--dry-run")
    halves = run(app, *words, *names)
    done = run(app, *words, *names, "--fractions", "down")
    nobody, no_name = run(app, *words, "--place", "新区=D9"), run(app, *words, "--place", "新区")

    assert (dry.exit_code, json.loads(dry.output)["counts"]["wrong"]) == (0, 0)
    assert (halves.exit_code, json.loads(halves.output)["counts"]["wrong"]) == (1, 1)
    assert [fact["pieces"] for fact in json.loads(done.output)["facts"]] == [15_000, 9_000, 7, 2]
    assert (nobody.exit_code, nobody.output) == (1, "Error: No area D9.\n")
    assert "give a name and the code of its area" in no_name.output
    with reading() as session:
        kept = session.execute(
            select(PlaceAlias.key, Area.code).outerjoin(Area, Area.id == PlaceAlias.area_id).order_by(Area.code)
        ).all()
    assert {tuple(row) for row in kept} == {("新区", "D2"), ("驻军", None)}


def test_a_file_that_is_no_code_tree_is_one_sentence(app: Flask, folder: Path) -> None:
    (folder / "a.csv").write_bytes(b"level,code,name,parent\n" + b"x" * 200_000)

    result = run(app, "import-areas", folder / "a.csv")

    assert (result.exit_code, "is damaged or cut short" in result.output) == (1, True)


@pytest.mark.realdata
def test_the_citys_own_sheets_are_imported_by_command(app: Flask, folder: Path, real_data: Path) -> None:
    app.config["CLOCK"] = lambda: datetime(2022, 11, 23, 9, 0, tzinfo=UTC)  # the sheets name no year
    lines = "".join(f"district,2201{n:02d},{name},2201\n" for n, name in enumerate(DISTRICTS, 1))
    (folder / "changchun.csv").write_text(f"level,code,name,parent\n{lines}", encoding="utf-8")
    with transaction() as session:
        session.execute(delete(Area))
    assert run(app, "import-areas", folder / "changchun.csv", "--city", "长春市").exit_code == 0
    raw = real_data / "changchun2022/raw_xls"
    words = ("--item", "veg", "--facts-only", "--json")

    sent = ("import-sheet", next(raw.glob("4月11日*.xls")), *words, "--place", "新区=220106", "--place", "汽车=220109")
    first, again = run(app, *sent), run(app, *sent)
    received = run(app, "import-sheet", next(raw.glob("4.12*.xls")), *words, "--fractions", "down")

    one, two, other = (json.loads(result.output) for result in (first, again, received))
    assert (first.exit_code, one["counts"], one["day"]) == (0, {"taken": 9, "skipped": 3, "wrong": 0}, "2022-04-11")
    assert (two["already_imported"], two["import"]) == (True, one["import"])
    assert pieces(one, "sent") == 95_486  # the sheet's own total
    assert (received.exit_code, other["day"]) == (0, "2022-04-12")
    # the sheet's totals, less half a box of each of four districts
    assert (pieces(other, "received"), pieces(other, "sent")) == (266_230, 149_340 - 2)
    assert count(SheetFact) == len(one["facts"]) + len(other["facts"])


def pieces(document: dict[str, Any], kind: str) -> int:
    return sum(fact["pieces"] for fact in document["facts"] if fact["kind"] == kind)


@pytest.mark.realdata
def test_the_national_code_tree_is_imported_by_command(app: Flask, folder: Path, real_data: Path) -> None:
    told = run(app, "import-areas", real_data / "admin/beijing.csv.gz", "--city", "北京市")

    assert told.output == (
        "7901 new, 0 changed, 0 unchanged (city 1, district 16, street_office 349, community 7535)\n"
    )
