"""What queries of the steps of campaigns and of their queue return, and the words that tell of one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from logistics.orders.campaigns.rules import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStepView:
    """A step of a campaign's life. Who did it is told to administrators alone; others see the area's name."""

    id: int
    step: Step
    at: datetime
    area_id: int | None
    area_name: str
    account: str
    reason: str
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingCampaignView:
    """A campaign in an office's queue; `waiting_names` are the served areas that no office has approved yet, and
    `approved_by_us` says that the viewer's own area has."""

    id: int
    code: str
    title: str
    store_name: str
    merchant_name: str
    cut_off_at: datetime
    filed_at: datetime
    waiting_names: tuple[str, ...]
    approved_by_us: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignTextsView:
    """The words that tell of a campaign, in one language."""

    language: str
    link: str
    chat: str
    loudspeaker: str
    sms: str
    sms_length: int
    sms_length_max: int
