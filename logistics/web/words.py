"""Translation with types: what flask_babel gives back is text."""

from __future__ import annotations

from flask_babel import gettext
from flask_babel import ngettext as _ngettext


def _(message: str, **values: object) -> str:
    """`message` in the page's language, its `%(name)s` places filled."""
    return str(gettext(message, **values))


def ngettext(one: str, many: str, num: int) -> str:
    """`one` or `many` by the grammar of the page's language, `%(num)s` filled."""
    return str(_ngettext(one, many, num))
