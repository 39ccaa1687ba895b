"""The words of messages and their ways, as `labels` has them for everything else."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l

MESSAGE_LABELS: Mapping[str, Mapping[str, object]] = {
    "channel_kind": {
        "page": _l("On the page only"),
        "sms": _l("By SMS"),
        "robot": _l("By a chat robot"),
    },
    "delivery_state": {
        "waiting": _l("Waiting"),
        "sending": _l("Being sent"),
        "sent": _l("Sent"),
        "failed": _l("Given up"),
        "unclear": _l("Unclear whether it arrived"),
        "called_off": _l("No longer wanted"),
    },
    "outcome": {
        "sent": _l("Sent"),
        "refused": _l("Refused for good"),
        "throttled": _l("Too many at once"),
        "failed": _l("Not delivered"),
        "unclear": _l("No answer"),
    },
    "message_language": {"zh": _l("Chinese"), "en": _l("English")},
}
