"""Nothing on a page stays untranslated: the catalogue has every message, and templates hold no bare words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.pofile import read_po
from flask import Flask

from logistics.labels import LABELS
from tests.conftest import REPO

CATALOGUE = REPO / "logistics/web/translations/zh_Hans_CN/LC_MESSAGES/messages.po"
TEMPLATES = sorted((REPO / "logistics/web/templates").glob("*.html"))
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "_l": None}
NAMES = {"JSON", "GeoJSON", "CSV", "English", "JavaScript", "WGS"}
"""Words that are the same in both languages."""

PLACE = re.compile(r"%\((\w+)\)")


@pytest.fixture(scope="module")
def catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN")


@pytest.fixture(scope="module")
def used() -> set[str]:
    with (REPO / "babel.cfg").open(encoding="utf-8") as file:
        methods, options = parse_mapping_cfg(file)
    found = extract_from_dir(str(REPO), methods, options, keywords=KEYWORDS)
    return {message if isinstance(message, str) else message[0] for _, _, message, *_ in found}


def first(text: object) -> str:
    return text if isinstance(text, str) else text[0]  # type: ignore[index]


def messages(catalogue: Catalog) -> list[Message]:
    return [message for message in catalogue if message.id]


def test_every_message_has_a_translation(catalogue: Catalog, used: set[str]) -> None:
    translated = {first(message.id) for message in messages(catalogue) if first(message.string)}

    assert used - translated == set()


def test_the_catalogue_holds_nothing_that_is_not_used(catalogue: Catalog, used: set[str]) -> None:
    assert {first(message.id) for message in messages(catalogue)} - used == set()


def test_no_translation_is_fuzzy_and_every_place_is_kept(catalogue: Catalog) -> None:
    for message in messages(catalogue):
        assert not message.fuzzy, message.id
        many = message.id if isinstance(message.id, str) else message.id[1]
        assert set(PLACE.findall(many)) == set(PLACE.findall(first(message.string))), message.id


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_holds_no_bare_words(path: Path) -> None:
    text = re.sub(r"{% block main_class %}.*?{% endblock %}", "", path.read_text(encoding="utf-8"))  # a name for CSS
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", " ", text, flags=re.S)
    seen = re.findall(r'\b(?:title|alt|aria-label|placeholder)="([^"]*)"', text)
    seen.append(re.sub(r"<[^>]*>", " ", text))

    words = set(re.findall(r"[A-Za-z]{2,}", " ".join(seen))) - NAMES

    assert words == set()


def test_every_label_is_chinese(app: Flask) -> None:
    with app.test_request_context("/"):
        for group, words in LABELS.items():
            for value, word in words.items():
                assert re.search(r"[一-鿿]", str(word)), (group, value)


def test_every_enum_that_pages_name_has_its_labels() -> None:
    from logistics.accounts.models import Role
    from logistics.communities.rules import AreaLevel, PointKind
    from logistics.day.rules import Phase, RunState
    from logistics.delivery.rules import ManifestState, ProofKind
    from logistics.orders.rules import CampaignState, Channel, LineReason, OrderState, ShortageRule
    from logistics.routing.engine.plan import DropReason
    from logistics.routing.rules import GATE_CLOSED, PlanState, StopKind

    for group, enum in {
        "role": Role,
        "area_level": AreaLevel,
        "point_kind": PointKind,
        "phase": Phase,
        "run_state": RunState,
        "manifest_state": ManifestState,
        "proof_kind": ProofKind,
        "campaign_state": CampaignState,
        "channel": Channel,
        "line_reason": LineReason,
        "order_state": OrderState,
        "shortage_rule": ShortageRule,
        "plan_state": PlanState,
        "stop_kind": StopKind,
    }.items():
        assert set(LABELS[group]) == {member.value for member in enum}, group
    # and what the road map adds to the planner's reasons
    reasons = {reason.value for reason in DropReason} | {GATE_CLOSED, "far_from_road"}
    assert set(LABELS["drop_reason"]) == set(LABELS["drop_help"]) == reasons
