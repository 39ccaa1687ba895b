"""One SMS about a campaign: at most 70 characters in Chinese, 160 septets of the GSM alphabet in English."""

from __future__ import annotations

from logistics.notifications.lengths import GSM, GSM_TWICE, SMS_CHINESE_MAX, SMS_LATIN_MAX
from logistics.notifications.rules import Language
from logistics.orders.campaigns.texts.chat import day_en, day_zh, needed_en, needed_zh
from logistics.orders.campaigns.texts.facts import Announcement, listed

PLAIN = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "·": "-", "×": "x"})
"""What an English name may hold beside the GSM alphabet; the yuan sign is in it."""


def sms_text(facts: Announcement, language: Language) -> str:
    """What, until when and when it comes; then, as far as there is room, the link and what it needs to form. A title
    is shortened before anything else is left out."""
    needed = [(needed_zh if language is Language.ZH else needed_en)(measure, n) for measure, n, _ in facts.minimums]
    if language is Language.ZH:
        return _fitted(
            facts.title,
            facts.code,
            f"团购{day_zh(facts.cut_off)}{facts.cut_off:%H:%M}截单，{day_zh(facts.delivery)}送",
            [_short_link(facts), *([f"{listed(needed, chinese=True)}成团"] if needed else [])],
            joint="，",
            language=language,
        )
    return _fitted(
        facts.title.translate(PLAIN),
        facts.code,
        f": order until {day_en(facts.cut_off)} {facts.cut_off:%H:%M}, comes {day_en(facts.delivery)}",
        [_short_link(facts), *([f"forms from {' and '.join(needed)}"] if needed else [])],
        joint=", ",
        language=language,
    )


def sms_length(text: str) -> int:
    """How much of one SMS a text takes: septets where all of it is in the GSM alphabet, else UTF-16 code units."""
    if is_gsm(text):
        return len(text) + sum(character in GSM_TWICE for character in text)
    return len(text.encode("utf-16-le")) // 2


def length_max(language: Language) -> int:
    return SMS_CHINESE_MAX if language is Language.ZH else SMS_LATIN_MAX


def is_gsm(text: str) -> bool:
    return all(character in GSM or character in GSM_TWICE for character in text)


def _fitted(name: str, code: str, core: str, extras: list[str], *, joint: str, language: Language) -> str:
    """The longest of name and extras that fits. An English SMS with one character outside the alphabet would hold 70
    characters instead of 160, so such a name gives way to the campaign's code."""
    if language is Language.EN and not is_gsm(name):
        name = code
    room = length_max(language) - _length(core, language)
    if _length(name, language) > room:
        name = _shortened(name, room, language)
    text = name + core
    for extra in extras:
        longer = f"{text}{joint}{extra}"
        if _length(longer, language) <= length_max(language) and (language is Language.ZH or is_gsm(extra)):
            text = longer
    return text


def _length(text: str, language: Language) -> int:
    """Chinese counts in code units even where a text happens to hold Latin letters alone."""
    return sms_length(text) if language is Language.EN else len(text.encode("utf-16-le")) // 2


def _shortened(name: str, room: int, language: Language) -> str:
    end = "…" if language is Language.ZH else "..."
    while name and _length(name + end, language) > room:
        name = name[:-1]
    return name + end


def _short_link(facts: Announcement) -> str:
    return facts.link.removeprefix("https://").removeprefix("http://")
