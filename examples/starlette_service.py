"""A library card with iAM Smart, in Starlette: log in, let your own data fill the form, see it.

    .venv/bin/python examples/stage.py starlette_service

The Bridge and the desk do the work; this file has what only a service can know.
"""

from __future__ import annotations

import os
import sys
from html import escape
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

from xbridge import AsyncBridge, Collected, FormTitle, Identity, PendingRequest, SQLiteStore, load_config
from xbridge.web import AsyncFrontDesk, Hooks, Visit, Waiting
from xbridge.web.asgi import routes

WELCOME = """<p>Welcome, {}.</p><p>{}</p><form method="post" action="/iamsmart/ask/logout">
<input type="hidden" name="guard" value="{}"><button>Log out</button></form>"""
PAGE = """<!doctype html>
<html lang="{}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{}"><link rel="icon" href="data:,"><title>Library card</title>
<main><h1>Library card</h1>{}{}</main></html>"""

# In memory, for one process; a real service has a database here.
names: dict[str, str] = {}
cards: dict[str, str] = {}


class Library(Hooks):
    """What happens at the library."""

    async def on_identity(self, visit: Visit, identity: Identity) -> None:
        """Somebody logged in: ``identity.subject`` is who they are to this service, always the same."""
        visit.keep(identity)
        # Not under ``visit.id``: that was there before the login, and the next person may sit at the same browser.
        visit.session["person"] = identity.subject_ref
        names[identity.subject_ref] = identity.profile.name_en

    async def on_ask(self, visit: Visit, what: str, form: object) -> PendingRequest | str | None:
        """Somebody pressed a button of ours: log out, or ask iAM Smart for what the form needs."""
        if what == "logout":
            visit.forget()
            visit.session["person"] = ""
            return "/"
        if what != "card":
            return None
        return await bridge.request_form(
            visit.proof(), fields=["enName", "emailAddress"], title=FormTitle(name="Library card"),
            session=visit.id, lang=visit.language, user_agent=visit.user_agent,
        )  # fmt: skip

    async def on_result(self, visit: Visit, waiting: Waiting, collected: Collected) -> None:
        """They answered, or did not."""
        form = collected.data
        cards[visit.session.get("person")] = (
            f"Card for {form.en_name.unstructured_name}, {form.email_address}."
            if collected.status == "done"
            else f"No card this time ({collected.status})."
        )


config = load_config(sys.argv[1])
store = SQLiteStore(f"{sys.argv[1]}.db")
bridge = AsyncBridge(config, store=store)
desk = AsyncFrontDesk(bridge, own_url=f"{config.issuer}/iamsmart", hooks=Library())


async def home(request: Request) -> HTMLResponse:
    """Show the page."""
    visit = desk.visit(request.session)
    button, welcome = desk.button(visit, "login", next="/"), ""
    if visit.proof():
        person = visit.session.get("person")
        button = desk.button(visit, "form", ask="card", next="/")
        welcome = WELCOME.format(escape(names.get(person, "")), escape(cards.get(person, "")), visit.guard)
    page = PAGE.format(visit.language, desk.stylesheet, welcome, button)
    return HTMLResponse(page, headers={"Cache-Control": "no-store"})


# Lax, not Strict: people come back from another site.  Secure wherever there is https, which is everywhere but here.
sessions = Middleware(
    SessionMiddleware,
    secret_key=os.urandom(32).hex(),  # several processes share one, from the same place as the other keys
    same_site="lax",
    https_only=config.issuer.startswith("https"),
)
app = Starlette(routes=[Route("/", home), *routes(desk)], middleware=[sessions])


class Server(uvicorn.Server):
    """Says when it is ready."""

    async def startup(self, *arguments: object, **named: object) -> None:
        """Start."""
        await super().startup(*arguments, **named)  # type: ignore[arg-type]
        print(f"The library is at {config.issuer}", flush=True)


if __name__ == "__main__":
    # No access log: addresses of callbacks hold codes, and they do not belong in a log.
    port = urlsplit(config.issuer).port or 0
    Server(uvicorn.Config(app, host="127.0.0.1", port=port, access_log=False, log_level="warning")).run()
