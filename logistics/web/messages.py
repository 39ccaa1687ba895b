"""The sentences a page has for each message, in the page's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from logistics.inventory.rounds.overview.sentences import said
from logistics.notifications import wording
from logistics.notifications.rules import Event, Language
from logistics.notifications.speaking import speaking
from logistics.web.locale import language
from logistics.web.words import _


def headline(event: str, data: Mapping[str, Any]) -> str:
    """One short sentence."""
    with speaking(Language(language()), explain) as speech:
        return wording.headline(Event(event), data, speech)


def details(event: str, data: Mapping[str, Any]) -> list[str]:
    """What else there is to say, a line each."""
    with speaking(Language(language()), explain) as speech:
        return wording.details(Event(event), data, speech)


def explain(reasons: Sequence[Mapping[str, Any]], above: str) -> str:
    """Why a share is short, in the language of the moment."""
    return said(reasons, _, above=above)
