"""Logging in and out."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from logistics.accounts import signin
from logistics.errors import DomainError
from logistics.web.errors import sentence
from logistics.web.here import viewer_or_none
from logistics.web.navigation import start_of
from logistics.web.words import _

pages = Blueprint("account", __name__)


@pages.get("/login")
def login() -> ResponseReturnValue:
    viewer = viewer_or_none()
    if viewer is not None:
        return redirect(url_for(start_of(viewer.role)))
    return render_template("login.html", next=request.args.get("next", ""))


@pages.post("/login")
def log_in() -> ResponseReturnValue:
    username = request.form.get("username", "")
    try:
        viewer = signin.sign_in(username, request.form.get("password", ""))
    except TooManyRequests:
        return _again(_("Too many tries. Wait a minute and try again."), username, 429)
    except DomainError as error:
        return _again(sentence(error), username, error.status)
    return redirect(_inside(request.form.get("next", "")) or url_for(start_of(viewer.role)))


@pages.post("/logout")
def logout() -> ResponseReturnValue:
    signin.sign_out()
    flash(_("You are logged out."), "good")
    return redirect(url_for(".login"))


def _again(error: str, username: str, status: int) -> ResponseReturnValue:
    return render_template("login.html", error=error, username=username, next=request.form.get("next", "")), status


def _inside(target: str) -> str:
    """The address to go on to, if it is one of ours: a path, not another host (`//host`, `/\\host`)."""
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours and target != "/" else ""
