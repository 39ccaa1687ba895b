"""Errors as pages, in the reader's language. What an error says is decided in `problems`, how it looks here."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError

from logistics import problems
from logistics.errors import DomainError
from logistics.problems import Problem
from logistics.web.words import _


def register(app: Flask, pages: Blueprint) -> None:
    """Show the errors of pages as pages."""
    problems.set_page(app, problem_page)
    pages.register_error_handler(CSRFError, _old_form)


def problem_page(problem: Problem) -> Response:
    if problem.status < 400:  # a redirect, which has no page
        return Response("", problem.status, dict(problem.headers))
    html = render_template("error.html", status=problem.status, heading=problem.title, detail=problem.detail)
    return make_response(html, problem.status, dict(problem.headers))


def sentence(error: DomainError) -> str:
    """What the error says, in the page's language."""
    return problems.problem_of(error).detail


def _old_form(error: CSRFError) -> Response:
    detail = _("This form is too old or did not come from this site. Go back, reload the page and send it again.")
    return problem_page(Problem(status=400, code="csrf", title=_("Please send the form again"), detail=detail))
