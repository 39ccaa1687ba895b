"""Phone numbers as people type them. They are read to be compared within one file, and never kept."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import ClassVar

from logistics.errors import N_, Invalid

_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1[3-9][0-9]{9}$))")
_IN_TEXT = re.compile(r"(?<![0-9])(?:(?:\+|00)?86[-\s]?)?1[3-9][0-9][-\s]?[0-9]{4}[-\s]?[0-9]{4}(?![0-9])")
_SIGNS = re.compile(r"[\s\-‐‑‒–—―−.()·_/]+")


class BadPhone(Invalid):
    """A text that is no mobile number of mainland China. `why` is one of the words in `bad_phone`."""

    template = N_("“%(text)s” is no mobile number: %(why)s.")
    code = "bad_phone"
    words: ClassVar[Mapping[str, str]] = {"why": "bad_phone"}


def phone_of(text: str) -> str:
    """The eleven digits of a mobile number, without +86, spaces, dashes and brackets.

    Raises:
        BadPhone: nothing (`empty`), signs that are no digits (`signs`, as where somebody has masked it), not eleven
            digits (`length`), or a number that is no mobile's (`kind`).
    """
    plain = _SIGNS.sub("", unicodedata.normalize("NFKC", text)).strip("'’")
    if not plain:
        raise BadPhone(text=text, why="empty")
    digits = _COUNTRY.sub("", plain)
    if not digits.isascii() or not digits.isdecimal():
        raise BadPhone(text=text, why="signs")
    if len(digits) != 11:
        raise BadPhone(text=text, why="length")
    if not _MOBILE.fullmatch(digits):
        raise BadPhone(text=text, why="kind")
    return digits


def masked_phone(phone: str) -> str:
    """What of a number is shown: 138****8000."""
    return f"{phone[:3]}****{phone[-4:]}"


def without_phones(text: str) -> str:
    """The text without the mobile numbers in it."""
    return _IN_TEXT.sub(" ", text)


def with_masked_phones(text: str) -> str:
    """The text with its mobile numbers masked."""
    return _IN_TEXT.sub(lambda found: masked_phone(re.sub(r"[^0-9]", "", found[0])[-11:]), text)
