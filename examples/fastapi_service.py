"""A library card with iAM Smart, in FastAPI: log in, let your own data fill the form, and read it as JSON.

    .venv/bin/python examples/stage.py fastapi_service

The Bridge and the desk do the work; this file has what only a service can know.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated
from urllib.parse import urlsplit

import uvicorn
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse
from starlette.middleware.sessions import SessionMiddleware

from xbridge import AsyncBridge, Collected, FormTitle, Identity, PendingRequest, SQLiteStore, load_config
from xbridge.web import AsyncFrontDesk, Hooks, Shown, Visit, Waiting
from xbridge.web.asgi import routes

LOGOUT = """<form method="post" action="/iamsmart/ask/logout">
<input type="hidden" name="guard" value="{}"><button>Log out</button></form>"""
PAGE = """<!doctype html>
<html lang="{}">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="{}"><link rel="icon" href="data:,"><title>Library card</title>
<main><h1>Library card</h1>{}{}</main></html>"""

# In memory, for one process; a real service has a database here.
names: dict[str, str] = {}
cards: dict[str, dict[str, str]] = {}


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

    async def on_result(self, visit: Visit, waiting: Waiting, collected: Collected) -> Shown:
        """They answered, or did not: keep it, and let the page's own script know which."""
        form = collected.data
        card = cards[visit.session.get("person")] = {"status": collected.status}
        if collected.status == "done":
            card |= {"name": form.en_name.unstructured_name, "email": form.email_address}
        return Shown(data={"card": collected.status == "done"})


config = load_config(sys.argv[1])
store = SQLiteStore(f"{sys.argv[1]}.db")
bridge = AsyncBridge(config, store=store)
desk = AsyncFrontDesk(bridge, own_url=f"{config.issuer}/iamsmart", hooks=Library())

app = FastAPI(title="Library card", routes=routes(desk))
# Lax, not Strict: people come back from another site.  Secure wherever there is https, which is everywhere but here.
app.add_middleware(
    SessionMiddleware,
    secret_key=os.urandom(32).hex(),  # several processes share one, from the same place as the other keys
    same_site="lax",
    https_only=config.issuer.startswith("https"),
)


def visitor(request: Request) -> Visit:
    """Who is at the door: a dependency for every route."""
    return desk.visit(request.session)


@app.get("/", response_class=HTMLResponse)
async def home(visit: Annotated[Visit, Depends(visitor)]) -> str:
    """Show the page."""
    button = desk.button(visit, "form", ask="card", next="/card") if visit.proof() else desk.button(visit, next="/")
    welcome = LOGOUT.format(visit.guard) if visit.proof() else ""
    return PAGE.format(visit.language, desk.stylesheet, welcome, button)


@app.get("/card")
async def card(visit: Annotated[Visit, Depends(visitor)], response: Response) -> dict[str, str]:
    """Return the card of the person who is logged in."""
    if not visit.proof():
        raise HTTPException(401, "log in first")
    response.headers["Cache-Control"] = "no-store"
    person = visit.session.get("person")
    return {"who": names.get(person, ""), **cards.get(person, {"status": "none"})}


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
