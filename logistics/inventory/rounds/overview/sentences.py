"""The reasons of a share as sentences in both languages, whatever the reader's is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import flask_babel

from logistics.errors import N_
from logistics.inventory.allocation.explaining import Translate, sentence
from logistics.inventory.allocation.reasons import Reason
from logistics.inventory.rounds.computing import DECLINED
from logistics.labels import LABELS

CHINESE = "zh_Hans_CN"
DECLINED_SENTENCE = N_("asked %(requested)s and then declined it: %(why)s; no shortfall")


Speaker = Callable[[Sequence[Mapping[str, Any]], str], tuple[str, str]]
"""Reasons as they are stored, and the name of the area above, in Chinese and in English."""


def speaker() -> Speaker:
    """Looks the catalogue up once, for however many shares are told of."""
    refusals = _refusals()
    with flask_babel.force_locale(CHINESE):
        chinese: Translate = flask_babel.get_translations().ugettext
    return lambda reasons, above: (
        _sentence(reasons, chinese, refusals, above),
        _sentence(reasons, str, refusals, above),
    )


def said(reasons: Sequence[Mapping[str, Any]], translate: Translate, *, above: str) -> str:
    """The reasons as one sentence in the language of `translate`; `above` is the name of the area above the place."""
    return _sentence(reasons, translate, _refusals(), above)


def _refusals() -> Mapping[str, str]:
    """The words for refusals in English, which is what they are translated from."""
    with flask_babel.force_locale("en"):
        return {refusal: str(word) for refusal, word in LABELS["refusal"].items()}


def _sentence(
    reasons: Sequence[Mapping[str, Any]], translate: Translate, refusals: Mapping[str, str], above: str
) -> str:
    if reasons and reasons[0]["kind"] == DECLINED:
        facts = reasons[0]
        why = translate(refusals[facts["refusal"]])
        return translate(DECLINED_SENTENCE) % {"requested": facts["requested"], "why": why}
    return sentence((Reason.of_json(_named(reason, above)) for reason in reasons), translate)


def _named(reason: Mapping[str, Any], above: str) -> Mapping[str, Any]:
    """A reason that calls the area above by its name: rules know areas by their codes."""
    return {**reason, "parent": above} if above and reason.get("parent") else reason
