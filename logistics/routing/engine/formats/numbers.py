"""Numbers out of a text file, refused with their line."""

import math
from dataclasses import dataclass

from logistics.routing.engine.formats.problem_file import BadProblemFile

LARGEST = 10**9
"""What the engine holds in one amount, time or coordinate; more is a typing mistake."""
LARGEST_FLEET = 100_000
"""A fleet of more vehicles would fill the memory before anything is planned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The words of one line of a file, and where it stands."""

    file: str
    line: int
    words: tuple[str, ...]

    def number(self, index: int, name: str, *, at_least: float = -LARGEST) -> float:
        """Word `index` as a number. Raises BadProblemFile if it is none, not finite or out of range."""
        return number(self.words[index], name, file=self.file, line=self.line, at_least=at_least)

    def whole(self, index: int, name: str, *, at_least: int = 0, at_most: int = LARGEST) -> int:
        """Word `index` as a whole number; 12.0 is one. Raises BadProblemFile if it is none or out of range."""
        return whole(self.words[index], name, file=self.file, line=self.line, at_least=at_least, at_most=at_most)

    def refuse(self, message: str) -> BadProblemFile:
        """An error that names this line."""
        return BadProblemFile(message, file=self.file, line=self.line)


def rows_of(text: str, file: str) -> list[Row]:
    """The lines of a text that are not blank."""
    return [
        Row(file=file, line=line, words=tuple(words))
        for line, words in enumerate((raw.split() for raw in text.splitlines()), start=1)
        if words
    ]


def number(word: str, name: str, *, file: str, line: int, at_least: float = -LARGEST, at_most: int = LARGEST) -> float:
    """A word as a finite number from `at_least` to `at_most`. Raises BadProblemFile if it is none."""
    try:
        value = float(word)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadProblemFile(f"{name} is {word!r}; it must be a number", file=file, line=line)
    if not at_least <= value <= at_most:
        raise BadProblemFile(f"{name} is {word}; it must be from {at_least:.12g} to {at_most}", file=file, line=line)
    return value


def whole(word: str, name: str, *, file: str, line: int, at_least: int = 0, at_most: int = LARGEST) -> int:
    """A word as a whole number from `at_least` to `at_most`. Raises BadProblemFile if it is none."""
    value = number(word, name, file=file, line=line, at_least=at_least, at_most=at_most)
    if value != int(value):
        raise BadProblemFile(f"{name} is {word}; it must be a whole number", file=file, line=line)
    return int(value)
