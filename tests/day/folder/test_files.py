"""Whatever the bytes of a file are, it is read as what it says, or refused with line and field; never as mojibake."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.day.folder import BadDayFolder, read_folder
from tests.day.folder.folders import TABLES, place_of, read_day, refused, the_problem, write_day

GB_PAGE = '[files.compounds]\nencoding = "gb18030"\n'


def test_gzip_and_plain_files_are_the_same_day(tmp_path: Path) -> None:
    plain = read_day(tmp_path / "plain")
    folder = write_day(tmp_path / "packed", orders=None)
    (folder / "orders.csv.gz").write_bytes(gzip.compress(TABLES["orders"].encode()))

    packed = read_folder(folder)

    assert packed == plain
    assert packed.sha256 == plain.sha256


def test_a_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf" + TABLES["compounds"].replace("\n", "\r\n").encode()

    assert read_day(tmp_path, compounds=text).compounds[0].code == "C1"


def test_gb18030_that_is_declared_is_read(tmp_path: Path) -> None:
    day = read_day(tmp_path, compounds=TABLES["compounds"].encode("gb18030"), day=GB_PAGE)

    assert [compound.name for compound in day.compounds] == ["松鹤苑", "听潮里"]


def test_gb18030_that_is_not_declared_is_one_problem_with_line_field_and_remedy(tmp_path: Path) -> None:
    problem = the_problem(tmp_path, compounds=TABLES["compounds"].encode("gb18030"))

    assert place_of(problem) == ("compounds.csv", 2, "name")
    assert "looks like GB18030 (then it is “松鹤苑”)" in problem.told()
    assert '[files.compounds] encoding = "gb18030" in day.toml' in problem.told()


def test_utf8_declared_as_gb18030_is_read_as_utf8_with_a_notice(tmp_path: Path) -> None:
    day = read_day(tmp_path, day=GB_PAGE)

    assert day.compounds[0].name == "松鹤苑"
    assert day.notices == ("compounds.csv: declared as GB18030 but holds Chinese in UTF-8; read as UTF-8",)


def test_bytes_of_neither_encoding_are_a_problem(tmp_path: Path) -> None:
    problem = the_problem(tmp_path, slots=b"slot,start,end\nAM,08:00,12:00\nEVE,17:00,21:00\nX\xff\xff,01:00,02:00\n")

    assert place_of(problem) == ("slots.csv", 4, "slot")


def test_utf16_and_workbooks_are_named(tmp_path: Path) -> None:
    report = refused(tmp_path, slots=TABLES["slots"].encode("utf-16"), depots=b"PK\x03\x04rest")

    assert [problem.told().split(";")[0] for problem in report.problems] == [
        "depots.csv: the file is a workbook or an archive",
        "slots.csv, line 1: the file is UTF-16",
    ]


def test_a_truncated_gzip_names_the_line_and_field_where_it_ends(tmp_path: Path) -> None:
    text = TABLES["order_lines"] + "".join(f"O1,{os.urandom(8).hex()},1\n" for _ in range(500))
    folder = write_day(tmp_path, order_lines=None)
    (folder / "order_lines.csv.gz").write_bytes(gzip.compress(text.encode(), mtime=0)[:2000])

    with pytest.raises(BadDayFolder) as caught:
        read_folder(folder)

    (problem,) = caught.value.problems
    assert problem.file == "order_lines.csv.gz"
    assert problem.line > 100
    assert problem.field in {"order", "sku", "qty"}
    assert "cut short" in problem.told()


@pytest.mark.parametrize(("name", "content", "says"), [
    ("slots.csv.gz", b"slot,start,end\n", "not a sound gzip file"),
    ("slots.csv", gzip.compress(b"slot,start,end\n", mtime=0), "name does not say so"),
    ("slots.csv", b"", "is empty"),
    ("slots.csv", b"slot,start,end\n", "no lines"),
    ("slots.csv", b"\n\n", "no header"),
])  # fmt: skip
def test_a_file_that_is_no_table_is_said_so(tmp_path: Path, name: str, content: bytes, says: str) -> None:
    folder = write_day(tmp_path, slots=None)
    (folder / name).write_bytes(content)

    with pytest.raises(BadDayFolder, match=says):
        read_folder(folder)


def test_two_files_of_one_table_are_a_problem(tmp_path: Path) -> None:
    folder = write_day(tmp_path)
    (folder / "slots.csv.gz").write_bytes(gzip.compress(TABLES["slots"].encode()))

    with pytest.raises(BadDayFolder, match=r"both slots\.csv and slots\.csv\.gz"):
        read_folder(folder)


def test_nul_bytes_are_a_problem_of_their_line(tmp_path: Path) -> None:
    report = refused(tmp_path, slots="slot,start,end\nAM,08:00,12:00\nEVE,17:00\x00,21:00\n")

    assert place_of(report.problems[0]) == ("slots.csv", 3, "")
    assert "EVE,17:00\\x00,21:00" in report.problems[0].told()


def test_a_line_of_fifty_megabytes_is_one_problem_in_bounded_memory(tmp_path: Path) -> None:
    folder = write_day(tmp_path)
    with (folder / "slots.csv").open("ab") as stream:
        for _ in range(50):
            stream.write(b"x" * 1_000_000)
        stream.write(b"\nNIGHT,22:00,21:00\n")
    tracemalloc.start()

    with pytest.raises(BadDayFolder) as caught:
        read_folder(folder)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [(place_of(p), "longer than 64 KiB" in p.told()) for p in caught.value.problems] == [
        (("slots.csv", 4, "slot"), True),
        (("slots.csv", 5, "end"), False),  # and reading went on behind it
    ]
    assert peak < 16_000_000


def test_a_line_break_inside_quotes_spoils_its_own_lines_only(tmp_path: Path) -> None:
    report = refused(tmp_path, compounds=TABLES["compounds"] + 'C3,"松\n鹤",云渡区,,117.05,36.66,1,1\n')

    assert [problem.line for problem in report.problems] == [4, 5]


def test_the_hash_is_over_what_is_said_not_over_how(tmp_path: Path) -> None:
    one = read_day(tmp_path / "1", day="seed = 3 # first\n")
    same = read_day(tmp_path / "2", day="seed = 3\n")
    other = read_day(tmp_path / "3", day="seed = 4\n")

    assert one.sha256 == same.sha256 != other.sha256


cells = st.text(max_size=12) | st.sampled_from(
    ["", "0", "1", "D0", "O1", "C1", "H1", "AM", "V01", "２", "-1", "1e9", "99:99"]
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.sampled_from(sorted(TABLES)), rows=st.lists(st.lists(cells, min_size=1, max_size=9), max_size=6),
       keep_header=st.booleans())  # fmt: skip
def test_no_table_however_odd_breaks_the_reader(
    tmp_path: Path, table: str, rows: list[list[str]], keep_header: bool
) -> None:
    header = TABLES[table].split("\n", 1)[0] + "\n" if keep_header else ""
    text = header + "\n".join(",".join(row) for row in rows) + "\n"

    _read_or_refuse(write_day(tmp_path, **{table: text.encode("utf-8", errors="surrogatepass")}))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(table=st.sampled_from([*TABLES, "day"]), at=st.integers(0, 400), junk=st.binary(max_size=40))
def test_no_bytes_however_odd_break_the_reader(tmp_path: Path, table: str, at: int, junk: bytes) -> None:
    sound = TABLES.get(table, 'seed = 1\n[files.orders]\nencoding = "gb18030"\n').encode()

    _read_or_refuse(write_day(tmp_path, **{table: sound[:at] + junk + sound[at:]}))


def _read_or_refuse(folder: Path) -> None:
    report = None
    try:
        read_folder(folder)
    except BadDayFolder as error:
        report = error
    assert report is None or (report.count >= 1 and str(report))
