"""A message at the length of its channel: whole on a page, in lines for a chat robot, in one piece of SMS.

What does not fit is left out line by line, and names are shortened; a code is whole or absent, never cut.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logistics.errors import N_
from logistics.notifications.rules import Event, Language
from logistics.notifications.wording import Facts, Speech, details, headline

SMS_CHINESE_MAX = 70
"""Characters in one SMS as soon as one of them is outside GSM 03.38, as every Chinese one is (UCS-2, 140 bytes)."""
SMS_LATIN_MAX = 160
"""Septets in one SMS of GSM 03.38 characters alone (140 bytes)."""
ROBOT_BYTES_MAX = 2_000
"""Bytes of UTF-8 in a robot's text; WeCom takes 2,048, DingTalk and Feishu 20,000."""

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = frozenset("^{}\\[~]|€")
"""Characters behind an escape, which take two septets."""
PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "…": "...", " ": " "})
"""What typography has in GSM 03.38; one curly quote would cost an English SMS 90 characters."""

NAMES = frozenset({"campaign", "item", "name", "place", "post", "title", "unit"})
"""Facts that are names: they may be shortened. Everything else is a number, a word of ours or a code."""
NAME_WIDTHS = (60, 24, 16, 12, 8, 5)
"""Characters left of a name, tried one after the other."""
CODES = frozenset({"code", "pickup_code"})
"""Facts that open something or stand for somebody; they are the receiver's alone."""
HIDDEN = "••••"

LOOK = N_("There is news for you. Please look at your page.")


def robot(event: Event, facts: Facts, speech: Speech, *, to: str = "") -> str:
    """Lines for a group's robot, at most `ROBOT_BYTES_MAX` bytes; `to` is the name of the area they are for."""
    lines = _lines(event, _narrowed(facts, NAME_WIDTHS[0]), speech)
    if to:
        lines[0] = _called(to, speech) + lines[0]
    return "\n".join(_leading(lines))


def sms(event: Event, facts: Facts, speech: Speech) -> str:
    """One SMS: at most 70 characters, or 160 where all of them are Latin. The gateway adds its signature.

    As many lines as fit, with names as long as that allows.
    """
    fitting = [_fitting(_lines(event, _narrowed(facts, width), speech), speech) for width in NAME_WIDTHS]
    best = max(fitting, key=len)  # of several the first, which has the longest names
    return _plain(_sentences(best or [speech.say(LOOK)], speech))


def _fitting(lines: Sequence[str], speech: Speech) -> Sequence[str]:
    """The first lines that are one SMS together; none where the headline alone is too long."""
    count = 0
    while count < len(lines) and fits(_sentences(lines[: count + 1], speech)):
        count += 1
    return lines[:count]


def hidden(facts: Facts) -> Facts:
    """The facts without the receiver's codes, for logs."""
    return {name: HIDDEN if name in CODES and value else value for name, value in facts.items()}


def fits(text: str) -> bool:
    """Whether a text is one SMS."""
    plain = _plain(text)
    if all(character in GSM or character in GSM_TWICE for character in plain):
        return len(plain) + sum(character in GSM_TWICE for character in plain) <= SMS_LATIN_MAX
    return _units(plain) <= SMS_CHINESE_MAX


def _lines(event: Event, facts: Facts, speech: Speech) -> list[str]:
    return [headline(event, facts, speech), *details(event, facts, speech)]


def _units(text: str) -> int:
    """UTF-16 code units: a character beyond the first plane takes two."""
    return len(text.encode("utf-16-le")) // 2


def _plain(text: str) -> str:
    """The text in GSM 03.38 where that is a matter of quotes and dashes alone, else as it is."""
    plain = text.translate(PLAIN)
    return plain if all(character in GSM or character in GSM_TWICE for character in plain) else text


def _narrowed(facts: Facts, width: int) -> Facts:
    return {name: _narrow(name, value, width) for name, value in facts.items()}


def _narrow(name: str, value: Any, width: int) -> Any:
    if isinstance(value, str) and name in NAMES and len(value) > width:
        return value[: width - 1] + "…"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_narrowed(part, width) if isinstance(part, Mapping) else part for part in value]
    return value


def _sentences(lines: Sequence[str], speech: Speech) -> str:
    stop, gap = ("。", "") if speech.language is Language.ZH else (".", " ")
    return gap.join(line.rstrip("。. ") + stop for line in lines)


def _leading(lines: Sequence[str]) -> list[str]:
    """The first lines that a robot takes together, as whole lines."""
    kept: list[str] = []
    left = ROBOT_BYTES_MAX
    for line in lines:
        left -= len(line.encode()) + 1
        if left < 0:
            break
        kept.append(line)
    return kept


def _called(name: str, speech: Speech) -> str:
    return f"【{name}】" if speech.language is Language.ZH else f"[{name}] "
