"""The platform for the last hundred metres. `create_app` wires it together; importing does no I/O."""

from __future__ import annotations

from flask import Flask
from flask_migrate import Migrate

from logistics import api, observability, web
from logistics.config import Settings, own_secret
from logistics.day import commands, importing_commands
from logistics.day.sample import guard
from logistics.db import db, init_engines
from logistics.inventory import allocation_commands
from logistics.inventory.ballots import commands as ballot_commands
from logistics.inventory.ledger import commands as ledger_commands
from logistics.inventory.rounds import commands as round_commands
from logistics.inventory.sheets import commands as sheet_commands
from logistics.orders.chat_sheets import commands as chat_commands
from logistics.routing import solve_commands


def create_app(settings: Settings | None = None) -> Flask:
    """Build the web application, which is also the context in which workers and commands run.

    Opens no connection and reads no file but templates and, where no SECRET_KEY is set, the instance's own key.
    `settings` default to the environment.
    """
    settings = settings or Settings.from_env()
    app = Flask(__name__, instance_path=str(settings.instance_dir))
    app.config.from_mapping(settings.flask_config())
    app.config["SECRET_KEY"] = settings.secret_key or own_secret(settings.instance_dir)
    init_engines(app)
    _import_tables()
    Migrate(app, db, directory=f"{app.root_path}/migrations", compare_type=True, render_as_batch=True)
    observability.register(app)  # first, so that a request refused at the gate has an id and a log line too
    guard.register(app)  # before the gate: nobody signs in to a demo by accident
    api.register(app)
    web.register(app)
    commands.register(app)
    importing_commands.register(app)
    solve_commands.register(app)
    allocation_commands.register(app)
    ballot_commands.register(app)
    ledger_commands.register(app)
    round_commands.register(app)
    sheet_commands.register(app)
    chat_commands.register(app)
    return app


def _import_tables() -> None:
    """Make every table known to the metadata before a mapper or a migration needs it."""
    from logistics import idempotency, outbox  # noqa: F401
    from logistics.accounts import models as accounts  # noqa: F401
    from logistics.communities import models as communities  # noqa: F401
    from logistics.day import models as day  # noqa: F401
    from logistics.delivery import models as delivery  # noqa: F401
    from logistics.fulfilment import models as fulfilment  # noqa: F401
    from logistics.inventory.ballots import models as ballots  # noqa: F401
    from logistics.inventory.entitlement import models as entitlement  # noqa: F401
    from logistics.inventory.ledger import models as inventory  # noqa: F401
    from logistics.inventory.reports import models as reports  # noqa: F401
    from logistics.inventory.rounds import models as rounds  # noqa: F401
    from logistics.inventory.sheets import models as sheets  # noqa: F401
    from logistics.notifications import models as notifications  # noqa: F401
    from logistics.orders import models as orders  # noqa: F401
    from logistics.orders.campaigns import models as campaigns  # noqa: F401
    from logistics.orders.catalogue import models as catalogue  # noqa: F401
    from logistics.orders.chat_sheets import models as chat_sheets  # noqa: F401
    from logistics.routing import models as routing  # noqa: F401
