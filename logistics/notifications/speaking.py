"""The languages messages are told in: templates and words translated, moments by the clock of Shanghai."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from babel.dates import format_date
from babel.numbers import format_decimal
from flask_babel import force_locale, gettext

from logistics.clock import SHANGHAI
from logistics.labels import label
from logistics.notifications.rules import Language
from logistics.notifications.wording import Explain, Speech

LOCALES = {Language.ZH: "zh_Hans_CN", Language.EN: "en"}
_DAY = {Language.ZH: "M月d日", Language.EN: "d MMM"}


@contextmanager
def speaking(language: Language, explain: Explain) -> Iterator[Speech]:
    """Speak `language` within the block, whatever the reader's. `explain` comes from above: why a share is short is
    the business of those who share out."""
    with force_locale(LOCALES[language]):
        yield Speech(
            language=language,
            translate=lambda template: str(gettext(template)),
            label=label,
            moment=lambda value: _moment(value, language),
            day=lambda value: _day(value, language),
            number=lambda value: str(format_decimal(value, locale=LOCALES[language])),
            explain=explain,
        )


def _moment(value: datetime, language: Language) -> str:
    local = value.astimezone(SHANGHAI)
    return f"{_day(local.date(), language)} {local:%H:%M}"


def _day(value: date, language: Language) -> str:
    return str(format_date(value, _DAY[language], locale=LOCALES[language]))
