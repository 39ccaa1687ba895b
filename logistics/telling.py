"""What an error says, in the reader's words: states and kinds by name, moments by the local clock.

Rules raise errors with plain data (members of enums, moments in UTC, lists); here the data become words, once for
pages, the API and commands.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from enum import StrEnum

from flask_babel import format_date, format_datetime, get_locale, gettext

from logistics.clock import SHANGHAI
from logistics.errors import DomainError
from logistics.labels import LABELS, label

_MOMENT = {"zh": "M月d日 HH:mm", "en": "d MMM HH:mm"}
_DAY = {"zh": "yyyy年M月d日", "en": "d MMM yyyy"}
_BETWEEN = {"zh": "、", "en": ", "}


def told(error: DomainError) -> str:
    """What the error says, in the language of the moment."""
    facts = {name: fact(value, error.words.get(name, "")) for name, value in error.data.items()}
    return str(gettext(error.template) % facts)


def fact(value: object, group: str = "") -> object:
    """`value` as a reader takes it; a text is looked up in the table of labels called `group`, where there is one.

    Words come in lower case, as they stand within a sentence. What is neither word, moment nor list stays as it is.
    """
    language = _language()
    if isinstance(value, StrEnum):
        own = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(value).__name__).lower()
        return label(value, own).lower() if own in LABELS else value.value
    if isinstance(value, datetime):
        return str(format_datetime(value.astimezone(SHANGHAI), _MOMENT[language], rebase=False))
    if isinstance(value, date):
        return str(format_date(value, _DAY[language], rebase=False))
    if isinstance(value, (tuple, list, frozenset)):
        return _BETWEEN[language].join(str(fact(part, group)) for part in value)
    return label(value, group).lower() if group and isinstance(value, str) else value


def _language() -> str:
    locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"
