"""A worker of its own that sends what is due once, by the settings in its environment; tests kill it half-way."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from flask import Flask
from flask_babel import Babel

from logistics.config import Settings
from logistics.db import init_engines
from tests.notifications.sending_world import AWAKE, SEAL
from workers.posting import Post


def main() -> None:
    from logistics.notifications.outgoing import senders_of

    settings = Settings.from_env()
    app = Flask("logistics")
    app.config.from_mapping(settings.flask_config())
    Babel(app)
    init_engines(app)
    with app.app_context():
        post = Post(senders=senders_of(settings), seal=SEAL, quiet=AWAKE, now=lambda: datetime.now(UTC))
        sys.stdout.write(f"{dict(post.run())}\n")


if __name__ == "__main__":
    main()
