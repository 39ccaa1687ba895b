"""A small, sound day folder for the tests to spoil: two compounds, two products, three orders of two households."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from logistics.day.folder import BadDayFolder, ParsedDay, Problem, read_folder

TABLES: Mapping[str, str] = {
    "compounds": (
        "compound,name,district,address,lng,lat,households,buildings\n"
        "C1,松鹤苑,云渡区,茶亭路1号,117.088464,36.644543,91,3\n"
        "C2,听潮里,云渡区,,117.055456,36.668824,233,5\n"
    ),
    "depots": "depot,name,lng,lat,opens,closes\nD0,钟岭仓,117.046203,36.673526,06:00,22:00\n",
    "slots": "slot,start,end\nAM,08:00,12:00\nEVE,17:00,21:00\n",
    "products": (
        "sku,name,category,unit,price_cny,weight_kg,limit_per_household,supply\n"
        "V01,大白菜,叶菜,份,2.4,0.5,,\n"
        "M01,口罩,防疫,包,10.00,0.04,2,3\n"
    ),
    "vehicles": "type,name,count,depot,capacity_kg,shift_start,shift_end\nvan,面包车,2,D0,1200,07:00,21:30\n",
    "orders": (
        "order,household,compound,building,slot,placed_at,quarantined,elderly\n"
        "O1,H1,C1,2,AM,2020-02-20 05:14:00+08:00,0,1\n"
        "O2,H2,C2,5,EVE,2020-02-21 22:29:00+08:00,1,0\n"
        "O3,H1,C1,2,EVE,2020-02-21T23:59:00+08:00,0,0\n"
    ),
    "order_lines": "order,sku,qty\nO1,V01,3\nO1,M01,1\nO2,V01,1\nO3,M01,2\n",
}


def write_day(folder: Path, **tables: str | bytes | None) -> Path:
    """Write the sound folder with some tables replaced; None leaves a table out, `day` is day.toml."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "day.toml").unlink(missing_ok=True)
    for name, content in {**TABLES, **tables}.items():
        if content is None:
            continue
        path = folder / ("day.toml" if name == "day" else f"{name}.csv")
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def with_line(table: str, number: int, line: str) -> str:
    """The sound table with its line `number` (the header is 1) replaced."""
    lines = TABLES[table].splitlines()
    lines[number - 1] = line
    return "\n".join(lines) + "\n"


def with_more(table: str, line: str) -> str:
    return TABLES[table] + line + "\n"


def read_day(folder: Path, **tables: str | bytes | None) -> ParsedDay:
    return read_folder(write_day(folder, **tables))


def refused(folder: Path, **tables: str | bytes | None) -> BadDayFolder:
    """The report on the folder with some tables replaced."""
    try:
        read_day(folder, **tables)
    except BadDayFolder as error:
        return error
    raise AssertionError("the folder was taken as sound")


def the_problem(folder: Path, **tables: str | bytes | None) -> Problem:
    """The one problem of the folder with some tables replaced."""
    report = refused(folder, **tables)
    assert report.count == 1, str(report)
    return report.problems[0]


def place_of(problem: Problem) -> tuple[str, int, str]:
    return problem.file, problem.line, problem.field
