"""A day folder over HTTP: zipped or file by file, imported whole or not at all."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from logistics.accounts.models import Role
from logistics.day.folder.writer import write_folder
from logistics.day.models import Day
from logistics.day.sample.whole_day import sample_day
from logistics.db import reading, transaction
from tests.api.world import a_token, an_account, bearer

IMPORT = "/api/v1/days/import"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("day")
    write_folder(sample_day(date(2020, 2, 19), seed=1), path)
    return path


@pytest.fixture
def headers(app: Flask) -> dict[str, str]:
    with transaction() as session:
        return bearer(a_token(session, an_account(session, "admin", Role.ADMIN)))


def send(app: Flask, headers: dict[str, str], files: list[tuple[str, bytes]]) -> Any:
    data = {"files": [(io.BytesIO(content), name) for name, content in files]}
    return app.test_client().post(IMPORT, data=data, headers=headers, content_type="multipart/form-data")


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return kept.getvalue()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def day_count() -> int:
    with reading() as session:
        return session.scalar(select(func.count(Day.id))) or 0


def test_a_zip_is_imported_and_the_same_files_are_the_same_day(
    app: Flask, headers: dict[str, str], folder: Path
) -> None:
    inside = {f"tomorrow/{name}": content for name, content in contents(folder).items()}

    first = send(app, headers, [("day.zip", zipped({**inside, "__MACOSX/x.bin": b""}))])
    again = send(app, headers, list(contents(folder).items()))

    assert (first.status_code, first.json["already_imported"]) == (201, False)
    assert (again.status_code, again.json["already_imported"]) == (200, True)
    assert first.json["day_id"] == again.json["day_id"]
    assert day_count() == 1


def test_a_folder_with_errors_tells_each_by_file_and_line_and_imports_nothing(
    app: Flask, headers: dict[str, str], folder: Path
) -> None:
    files = contents(folder)
    orders = files["orders.csv"].decode().splitlines()
    files["orders.csv"] = "\n".join([*orders, orders[-1]]).encode()  # the last order twice

    answer = send(app, headers, list(files.items()))

    assert (answer.status_code, answer.json["code"]) == (422, "bad_day_folder")
    assert answer.json["errors"][0]["file"] == "orders.csv"
    assert answer.json["errors"][0]["line"] == len(orders) + 1
    assert day_count() == 0


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("orders.exe", b"", 422, "bad_upload"),
        ("订单.csv", b"", 422, "bad_upload"),
        (".csv", b"", 422, "bad_upload"),
        ("day.zip", b"PK no zip", 422, "broken_zip"),
        ("day.zip", zipped({"../../orders.sh": b""}), 422, "bad_upload"),
        ("day.zip", zipped({"a/orders.csv": b"", "b/orders.csv": b""}), 422, "bad_upload"),
        ("day.zip", zipped({f"f{n}.csv": b"" for n in range(33)}), 422, "bad_upload"),
        ("orders.csv", b"", 422, "bad_day_folder"),
    ],
)
def test_an_upload_that_is_no_day_folder_is_refused(
    app: Flask, headers: dict[str, str], name: str, content: bytes, status: int, code: str
) -> None:
    answer = send(app, headers, [(name, content)])

    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_zip_that_grows_without_end_is_stopped(app: Flask, headers: dict[str, str]) -> None:
    zeros = {f"f{n}.csv": bytes(60 * 1024 * 1024) for n in range(9)}  # 540 MiB in 4 kB
    bomb = zipped(zeros, zipfile.ZIP_BZIP2)

    answer = send(app, headers, [("day.zip", bomb)])

    assert len(bomb) < 4_096
    assert (answer.status_code, answer.json["code"]) == (413, "upload_too_large")


def test_a_request_without_files_says_which_field_is_missing(app: Flask, headers: dict[str, str]) -> None:
    answer = app.test_client().post(IMPORT, headers=headers, content_type="multipart/form-data")

    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, "#/files")


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_a_zip_damaged_inside_a_file_is_told_and_leaves_nothing(
    app: Flask, headers: dict[str, str], method: int
) -> None:
    whole = bytearray(zipped({"orders.csv": bytes(range(256)) * 200}, method))
    start = 30 + len("orders.csv")  # the local header, then the name, then what is damaged
    whole[start : start + 60] = b"\xff" * 60

    answer = send(app, headers, [("day.zip", bytes(whole))])

    assert (answer.status_code, answer.json["code"]) == (422, "broken_zip")
    assert day_count() == 0
