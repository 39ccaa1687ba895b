"""The command, run in this process."""

from __future__ import annotations

from pathlib import Path

from click.testing import Result
from flask import Flask

SVG = "{http://www.w3.org/2000/svg}"


def solved(app: Flask, *arguments: str | Path) -> Result:
    return app.test_cli_runner().invoke(args=["solve", *map(str, arguments), "--time-limit", "1"])
