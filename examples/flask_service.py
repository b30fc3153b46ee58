"""A library card with iAM Smart, in Flask: log in, let your own data fill the form, see it.

    .venv/bin/python examples/stage.py flask_service

The Bridge and the desk do the work; this file has what only a service can know.
"""

from __future__ import annotations

import logging
import os
import sys
from urllib.parse import urlsplit

from flask import Flask, Response, render_template_string, request, session
from werkzeug.serving import make_server

from xbridge import Bridge, Collected, FormTitle, Identity, PendingRequest, SQLiteStore, load_config
from xbridge.web import FrontDesk, Hooks, Visit, Waiting, answer_wsgi

PAGE = """<!doctype html>
<html lang="{{ visit.language }}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{{ desk.stylesheet }}"><link rel="icon" href="data:,"><title>Library card</title>
<main><h1>Library card</h1>
{% if not visit.proof() %}{{ desk.button(visit, "login", next="/") }}
{% else %}<p>Welcome, {{ name }}.</p>
<form method="post" action="/iamsmart/ask/logout"><input type="hidden" name="guard" value="{{ visit.guard }}">
<button>Log out</button></form>
{% if card %}<p>{{ card }}</p>{% endif %}{{ desk.button(visit, "form", ask="card", next="/") }}{% endif %}
</main></html>"""

# In memory, for one process; a real service has a database here.
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

app = Flask(__name__)
app.secret_key = os.urandom(32)  # several processes share one, from the same place as the other keys
# Lax, not Strict: people come back from another site.  Secure wherever there is https, which is everywhere but here.
app.config.update(SESSION_COOKIE_SAMESITE="Lax", SESSION_COOKIE_SECURE=config.issuer.startswith("https"))


@app.get("/")
def home() -> Response:
    """Show the page."""
    visit = desk.visit(session)
    person = visit.session.get("person")
    page = render_template_string(PAGE, visit=visit, desk=desk, name=names.get(person, ""), card=cards.get(person, ""))
    return Response(page, headers={"Cache-Control": "no-store"})


@app.route("/iamsmart/<path:rest>", methods=["GET", "POST"])
def iamsmart(rest: str) -> Response:
    """Let the desk answer."""
    reply = answer_wsgi(desk, request.environ, session)
    return Response(reply.body, reply.status, list(reply.headers))


if __name__ == "__main__":
    # Addresses of callbacks hold codes: they do not belong in a log.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", urlsplit(config.issuer).port or 0, app, threaded=True)
    print(f"The library is at {config.issuer}", flush=True)
    server.serve_forever()
