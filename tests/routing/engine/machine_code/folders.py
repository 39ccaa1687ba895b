"""Folders of sources, written for a test."""

from pathlib import Path


def a_folder(path: Path, **sources: str) -> Path:
    """A folder of these files, given by stem; they are indented as the test is."""
    path.mkdir(exist_ok=True)
    for stem, text in sources.items():
        lines = text.strip("\n").splitlines()
        indent = len(lines[0]) - len(lines[0].lstrip()) if lines else 0
        (path / f"{stem}.py").write_text("\n".join(line[indent:] for line in lines), encoding="utf-8")
    return path
