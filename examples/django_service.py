"""A library card with iAM Smart, in one file of Django: log in, let your own data fill the form, see it.

    .venv/bin/python examples/stage.py django_service

The Bridge and the desk do the work; this file has what only a service can know.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from django.utils.html import format_html
from django.views.decorators.csrf import csrf_exempt

from xbridge import Bridge, Collected, FormTitle, Identity, PendingRequest, SQLiteStore, load_config
from xbridge.web import FrontDesk, Hooks, Visit, Waiting, answer_wsgi

WELCOME = """<p>Welcome, {}.</p><p>{}</p><form method="post" action="/iamsmart/ask/logout">
<input type="hidden" name="guard" value="{}"><button>Log out</button></form>"""
PAGE = """<!doctype html>
<html lang="{}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{}"><link rel="icon" href="data:,"><title>Library card</title>
<main><h1>Library card</h1>{}{}</main></html>"""

# In memory, for one process; a real service has its models here.
names: dict[str, str] = {}
cards: dict[str, str] = {}


class Library(Hooks):
    """What happens at the library."""

    def on_identity(self, visit: Visit, identity: Identity) -> None:
        """Somebody logged in: ``identity.subject`` is who they are to this service, always the same."""
        visit.keep(identity)
        # Not under ``visit.id``: that was there before the login, and the next person may sit at the same browser.
        visit.session["person"] = identity.subject_ref
        names[identity.subject_ref] = identity.profile.name_en
        visit.session.cycle_key()  # type: ignore[attr-defined]  # a session on the server keeps its key unless told

    def on_ask(self, visit: Visit, what: str, form: object) -> PendingRequest | str | None:
        """Somebody pressed a button of ours: log out, or ask iAM Smart for what the form needs."""
        if what == "logout":
            visit.forget()
            visit.session["person"] = ""
            return "/"
        if what != "card":
            return None
        return bridge.request_form(
            visit.proof(), fields=["enName", "emailAddress"], title=FormTitle(name="Library card"),
            session=visit.id, lang=visit.language, user_agent=visit.user_agent,
        )  # fmt: skip

    def on_result(self, visit: Visit, waiting: Waiting, collected: Collected) -> None:
        """They answered, or did not."""
        form = collected.data
        cards[visit.session.get("person")] = (
            f"Card for {form.en_name.unstructured_name}, {form.email_address}."
            if collected.status == "done"
            else f"No card this time ({collected.status})."
        )


config = load_config(sys.argv[1])
store = SQLiteStore(f"{sys.argv[1]}.db")
bridge = Bridge(config, store=store)
desk = FrontDesk(bridge, own_url=f"{config.issuer}/iamsmart", hooks=Library())

settings.configure(
    SECRET_KEY=os.urandom(32).hex(),  # several processes share one, from the same place as the other keys
    ALLOWED_HOSTS=[urlsplit(config.issuer).hostname],
    ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.csrf.CsrfViewMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends.cache",
    # Lax, not Strict: people come back from another site.  Secure wherever there is https, which is everywhere but here.
    SESSION_COOKIE_SAMESITE="Lax",
    SESSION_COOKIE_SECURE=config.issuer.startswith("https"),
)


def home(request: HttpRequest) -> HttpResponse:
    """Show the page."""
    visit = desk.visit(request.session)
    button, welcome = desk.button(visit, "login", next="/"), ""
    if person := visit.proof() and visit.session.get("person"):
        button = desk.button(visit, "form", ask="card", next="/")
        welcome = format_html(WELCOME, names.get(person, ""), cards.get(person, ""), visit.guard)
    page = format_html(PAGE, visit.language, desk.stylesheet, welcome, button)
    return HttpResponse(page, headers={"Cache-Control": "no-store"})


def iamsmart(request: HttpRequest) -> HttpResponse:
    """Let the desk answer."""
    reply = answer_wsgi(desk, request.environ, request.session)
    return HttpResponse(reply.body, status=reply.status, headers=dict(reply.headers))


# Exempt, because the desk has a guard of its own, and the platform that POSTs results has none.
urlpatterns = [path("", home), re_path(r"^iamsmart/", csrf_exempt(iamsmart))]


class Quiet(WSGIRequestHandler):
    """Logs nothing: addresses of callbacks hold codes, and they do not belong in a log."""

    def log_message(self, *_: object) -> None:
        """Drop the line."""


if __name__ == "__main__":
    server = make_server("127.0.0.1", urlsplit(config.issuer).port or 0, get_wsgi_application(), handler_class=Quiet)
    print(f"The library is at {config.issuer}", flush=True)
    server.serve_forever()
