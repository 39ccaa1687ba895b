"""Day folders: everything that one delivery day needs, as CSV files. `docs/formats.md` describes them."""

from __future__ import annotations

from .facts import ParsedDay
from .problems import BadDayFolder, Problem
from .reader import read_folder
from .writer import write_folder

__all__ = ["BadDayFolder", "ParsedDay", "Problem", "read_folder", "write_folder"]
