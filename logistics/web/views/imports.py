"""Uploading a day folder: its files, or one zip of them. Everything is checked before a row is written."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from logistics.config import Settings
from logistics.day.folder.problems import BadDayFolder
from logistics.day.importing import import_folder
from logistics.errors import N_, DomainError, Invalid
from logistics.web.errors import sentence
from logistics.web.here import now

pages = Blueprint("imports", __name__)

SUFFIXES = (".csv", ".csv.gz", ".toml")
UNPACKED_BYTES_MAX = 512 * 1024 * 1024
"""A day of a million lines is a tenth of this; more is a zip made to fill the disk."""


class BadUpload(Invalid):
    template = N_("%(name)s: a day consists of .csv, .csv.gz and .toml files, or of one .zip of them.")
    code = "bad_upload"


@pages.get("/import")
def form() -> str:
    return render_template("import.html")


@pages.post("/import")
def upload() -> ResponseReturnValue:
    settings: Settings = current_app.config["SETTINGS"]
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return render_template("import.html", error=_("Choose the files of the day first.")), 422
    with tempfile.TemporaryDirectory(prefix="day-") as name:
        folder = Path(name) / "day"
        folder.mkdir()
        try:
            _store(files, folder)
            imported = import_folder(folder, roads_file=settings.roads_file, now=now())
        except BadDayFolder as bad:
            rows = [problem.as_json(_translate) for problem in bad.problems]
            return render_template("import.html", rows=rows, count=bad.count, by_file=bad.by_file), bad.status
        except DomainError as error:
            return render_template("import.html", error=sentence(error)), error.status
    known = _("This day was imported before; nothing was changed.")
    flash(known if imported.already_imported else _("The day %(code)s is imported.", code=imported.code), "good")
    for notice in imported.notices:
        flash(notice, "warn")
    return redirect(url_for("web.day.show", day=imported.day_id))


def _store(files: Sequence[FileStorage], folder: Path) -> None:
    for file in files:
        name = PurePosixPath((file.filename or "").replace("\\", "/")).name
        if name.lower().endswith(".zip") and len(files) == 1:
            _unpack(file, folder)
        elif name.lower().endswith(SUFFIXES):
            file.save(folder / name)
        else:
            raise BadUpload(name=name)


def _unpack(file: FileStorage, folder: Path) -> None:
    """Take the files of a zip by their last names only, so that no path leads out of the folder."""
    try:
        with zipfile.ZipFile(file.stream) as packed:
            members = [m for m in packed.infolist() if not m.is_dir() and m.filename.lower().endswith(SUFFIXES)]
            if sum(member.file_size for member in members) > UNPACKED_BYTES_MAX:
                raise BadUpload(name=file.filename)
            for member in members:
                with packed.open(member) as source, (folder / PurePosixPath(member.filename).name).open("wb") as target:
                    shutil.copyfileobj(source, target)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as broken:
        raise BadUpload(name=file.filename) from broken


def _translate(text: str) -> str:
    return str(_(text))
