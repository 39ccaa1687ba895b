"""A file is recognised by what stands in it; whatever is wrong with it, the answer is a sentence with its name."""

import contextlib
import json
import random
from pathlib import Path

import pytest

from logistics.routing.engine.formats import BadProblemFile, read_problem

from .files import CORDEAU, CVRP, DEPOTS, MIXED, ORTEC, SOLOMON
from .test_own_json import broken
from .test_vroom import an_input

FILES = {
    "solomon": SOLOMON,
    "cordeau": CORDEAU,
    "cvrp": CVRP,
    "ortec": ORTEC,
    "depots": DEPOTS,
    "mixed": MIXED,
    "vroom": json.dumps(an_input(), indent=1),
    "json": broken(),
}
JUNK = (
    "nan",
    "-1",
    "0",
    "1e400",
    "x",
    "999999999999",
    "",
    ":",
    "null",
    "[]",
    "{}",
    '"a"',
    "-",
    "1.5",
    "\n",
    "_SECTION",
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("solomon", "solomon"),
        ("cordeau", "cordeau"),
        ("cvrp", "vrplib"),
        ("ortec", "vrplib"),
        ("depots", "vrplib"),
        ("vroom", "vroom"),
        ("json", "json"),
    ],
)
def test_the_name_of_the_file_does_not_matter(name: str, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "problem.data"
    path.write_text("\ufeff" + FILES[name].replace("\n", "\r\n"), encoding="utf-8")

    assert read_problem(path).format == kind


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello\n", b"\xff\xfe\x00PK", b"[1, 2]"])
def test_what_is_no_problem_file_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "what.bin"
    path.write_bytes(content)

    with pytest.raises(BadProblemFile, match=r"^what\.bin: the file is "):
        read_problem(path)


@pytest.mark.parametrize("name", FILES)
def test_a_damaged_file_is_read_or_refused_but_never_crashes(name: str, tmp_path: Path) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    draw, path = random.Random(seed), tmp_path / "damaged"
    for _ in range(150):
        text = FILES[name]
        begin = draw.randrange(len(text))
        end = draw.choice([begin + 1, begin + 3, begin + 40, len(text)])
        path.write_text(text[:begin] + draw.choice(JUNK) + text[end:], encoding="utf-8")
        with contextlib.suppress(BadProblemFile):
            read_problem(path)
