"""Who am I, and my API tokens."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema

from logistics.access import Viewer, current_viewer
from logistics.accounts import queries, service, signin
from logistics.clock import utc_now
from logistics.db import reading, transaction
from logistics.rest import Subject
from logistics.shapes import shape, text, whole

TOKEN_DAYS = 30

accounts = Subject("accounts", __name__, description="Accounts, sign-in and API tokens")


class TokenRequest(Schema):
    """A password for a token. The password is sent this once, the token from then on."""

    username = text(64, required=True)
    password = text(service.PASSWORD_LENGTH_MAX, required=True)
    name = text(80, load_default="API")
    days = whole(1, service.TOKEN_DAYS_MAX, load_default=TOKEN_DAYS)


@accounts.get("/me")
@accounts.response(200, shape(Viewer))
def show_me() -> Viewer:
    """The account of this token or session, with its role and scope"""
    return current_viewer()


@accounts.post("/tokens")
@accounts.arguments(TokenRequest)
@accounts.response(201, shape(service.NewToken))
@accounts.doc(security=[])
def create_token(wanted: dict[str, Any]) -> service.NewToken:
    """Make an API token; its secret is shown this once

    The one creation that keeps no answer under an Idempotency-Key: a kept answer would keep the secret. A token that
    got lost on the way can be revoked.
    """
    found = signin.check_password(wanted["username"], wanted["password"])
    with transaction() as session:
        return service.create_token(
            session, found.viewer.account_id, name=wanted["name"], days=wanted["days"], now=utc_now()
        )


@accounts.get("/tokens")
@accounts.response(200, shape(queries.TokenView)(many=True))
def list_tokens() -> list[queries.TokenView]:
    """My tokens that are still good, without their secrets"""
    with reading() as session:
        return queries.tokens(session, current_viewer(), now=utc_now())


@accounts.delete("/tokens/<int:token_id>")
@accounts.response(204)
def revoke_token(token_id: int) -> None:
    """End one of my tokens at once"""
    with transaction() as session:
        service.revoke_token(session, current_viewer().account_id, token_id, now=utc_now())


@accounts.delete("/sessions")
@accounts.response(204)
def end_sessions() -> None:
    """Sign my account out of every browser; tokens stay and are revoked one by one"""
    signin.sign_out_everywhere(current_viewer())


@accounts.get("/couriers")
@accounts.response(200, shape(queries.CourierView)(many=True))
def list_couriers() -> list[queries.CourierView]:
    """The couriers a manifest can be given to"""
    with reading() as session:
        return queries.couriers(session, current_viewer())
