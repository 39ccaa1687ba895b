"""All texts about a campaign at once."""

from __future__ import annotations

from logistics.notifications.rules import Language
from logistics.orders.campaigns.texts.chat import chat_text
from logistics.orders.campaigns.texts.facts import announcement
from logistics.orders.campaigns.texts.sms import length_max, sms_length, sms_text
from logistics.orders.campaigns.texts.spoken import loudspeaker_script
from logistics.orders.campaigns.views import CampaignTextsView
from logistics.orders.views import CampaignDetail


def texts_of(campaign: CampaignDetail, *, link: str, language: Language) -> CampaignTextsView:
    """Every text about a campaign in one language; `link` is where orders are placed."""
    told = announcement(campaign, link=link)
    line = sms_text(told, language)
    return CampaignTextsView(
        language=language.value,
        link=link,
        chat=chat_text(told, language),
        loudspeaker=loudspeaker_script(told, language),
        sms=line,
        sms_length=sms_length(line),
        sms_length_max=length_max(language),
    )
