"""Uploading a day folder: its files, or one zip of them. Everything is checked before a row is written."""

from __future__ import annotations

import tempfile
from pathlib import Path

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.config import Settings
from logistics.day import upload
from logistics.day.importing import BadDayFolder, import_folder
from logistics.errors import DomainError
from logistics.web.errors import sentence
from logistics.web.here import now
from logistics.web.words import _

pages = Blueprint("imports", __name__)


@pages.get("/import")
def form() -> str:
    return render_template("import.html")


@pages.post("/import")
def take() -> ResponseReturnValue:
    settings: Settings = current_app.config["SETTINGS"]
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        return render_template("import.html", error=_("Choose the files of the day first.")), 422
    with tempfile.TemporaryDirectory(prefix="day-") as name:
        folder = Path(name) / "day"
        folder.mkdir()
        try:
            upload.keep(files, folder)
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


def _translate(text: str) -> str:
    return _(text)
