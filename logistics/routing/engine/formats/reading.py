"""Any problem file, recognised by what stands in it."""

from pathlib import Path

from logistics.routing.engine.formats.cordeau import looks_like_cordeau, read_cordeau
from logistics.routing.engine.formats.json_values import parse_json
from logistics.routing.engine.formats.own_json import read_json
from logistics.routing.engine.formats.problem_file import BadProblemFile, ReadProblem
from logistics.routing.engine.formats.solomon import looks_like_solomon, read_solomon
from logistics.routing.engine.formats.vroom import looks_like_vroom, read_vroom
from logistics.routing.engine.formats.vrplib import looks_like_vrplib, read_vrplib

KNOWN = "Solomon .txt, Cordeau's several depots, CVRPLIB .vrp, VROOM JSON or our own JSON"


def read_problem(path: Path) -> ReadProblem:
    """The problem in a file: Solomon, Gehring-Homberger, Cordeau, CVRPLIB, VROOM or our own JSON.

    Raises:
        BadProblemFile: if the file is none of these, or wrong; with file and line or field.
        OSError: if it cannot be read.
    """
    file = path.name
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadProblemFile(
            f"the file is not UTF-8 text (byte {error.start}); it must be {KNOWN}", file=file
        ) from error
    if text.lstrip().startswith("{"):
        return read_vroom(text, file) if looks_like_vroom(parse_json(text, file)) else read_json(text, file)
    if looks_like_vrplib(text):
        return read_vrplib(text, file)
    if looks_like_solomon(text):
        return read_solomon(text, file)
    if looks_like_cordeau(text):
        return read_cordeau(text, file)
    raise BadProblemFile(f"the file is empty or not known; it must be {KNOWN}", file=file)
