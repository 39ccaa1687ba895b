"""What tests of messages need besides tables: the languages they are told in, without routes and pages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture
def languages() -> Iterator[Flask]:
    app = Flask("logistics")
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = "web/translations"
    Babel(app)
    with app.app_context():
        yield app
