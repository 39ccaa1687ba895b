"""Walks as a problem file states them, to be broken one field at a time."""

import json
from typing import Any

from logistics.routing.engine.formats import ReadProblem, read_json, write_json
from logistics.routing.engine.walking.files import StatedGate, walks_of, with_walks
from tests.routing.engine.builders import a_problem, a_stop
from tests.routing.engine.formats.test_own_json import changed
from tests.routing.engine.walking.builders import a_compound, a_van, a_walk


def a_read(**changes: Any) -> ReadProblem:
    """Stop S with the goods of two buildings, and a stop T."""
    problem = a_problem(a_compound(), a_stop("T", place=2), vehicles=[a_van()])
    return ReadProblem(**{"name": "Tuesday", "format": "json", "convention": "money", "problem": problem, **changes})


def a_file(**changes: Any) -> str:
    """Our JSON of S with one gate; a key such as `walks__S__unloading_s` goes down."""
    read = with_walks(a_read(), {"S": [StatedGate(walk=a_walk(30, 50))]})
    return changed(json.loads(write_json(read)), changes)


def stated(text: str) -> dict[str, tuple[StatedGate, ...]]:
    return walks_of(read_json(text, "x.json"), "x.json")
