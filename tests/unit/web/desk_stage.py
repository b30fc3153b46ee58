"""A desk of either colour at a service in a world of its own, and a person's browser that walks up to it.

The mock POSTs its callbacks to the desk; the browser keeps a session that the service would keep, as JSON, so that
nothing in it can be anything a signed cookie could not hold.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import cache
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from xbridge.core.identity import Identity
from xbridge.core.request import Collected, FormTitle, PendingRequest
from xbridge.testing import AsyncWorld, World
from xbridge.testing.world import SERVICE_URL, new_kek
from xbridge.web import AsyncFrontDesk, FrontDesk, Hooks, Shown, Visit, Waiting, WebReply, WebRequest
from xbridge_mocks.iamsmart.courier import CallbackRequest

OWN_URL = f"{SERVICE_URL}/iamsmart"
PERSON = "chan-tai-man"
IPHONE = "Mozilla/5.0 (iPhone) Version/17.5 Mobile Safari/604.1"
SCOPES = ("eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_fr", "eidapi_sign")
TITLE = FormTitle(name="Library card")


class Notebook(Hooks):
    """Hooks that write down what they hear; ``answers`` are what they say, by name."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, Any]] = []
        self.answers: dict[str, Any] = {}

    def on_identity(self, visit: Visit, identity: Identity) -> Any:
        """Note who came, and let them in."""
        visit.keep(identity)
        return self._note("identity", identity)

    def on_direct_identity(self, visit: Visit, identity: Identity) -> Any:
        """Note who came from the app."""
        return self._note("direct", identity)

    def on_confirmed(self, visit: Visit, provider: str) -> Any:
        """Note who confirmed."""
        return self._note("confirmed", provider)

    def on_ask(self, visit: Visit, what: str, form: Any) -> Any:
        """Note what was pressed, and do what the test says."""
        begin = self._note("ask", (what, form))
        return begin(visit) if callable(begin) else begin

    def on_result(self, visit: Visit, waiting: Waiting, collected: Collected) -> Any:
        """Note a result."""
        return self._note("result", (waiting, collected))

    def on_refusal(self, visit: Visit, error: Any) -> Any:
        """Note an error."""
        return self._note("refusal", error)

    def check_peer(self, request: WebRequest) -> None:
        """Let pass, or raise what the test says."""
        if "peer" in self.answers:
            raise self.answers["peer"]

    def _note(self, name: str, what: Any) -> Any:
        self.heard.append((name, what))
        answer = self.answers.get(name)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def last(self, name: str) -> Any:
        """The last thing of this name."""
        return [what for each, what in self.heard if each == name][-1]


class AsyncNotebook(Notebook):
    """The same, awaited."""

    async def on_identity(self, visit: Visit, identity: Identity) -> Any:
        """As in the notebook."""
        return super().on_identity(visit, identity)

    async def on_result(self, visit: Visit, waiting: Waiting, collected: Collected) -> Shown | str | None:
        """As in the notebook."""
        answer: Shown | str | None = super().on_result(visit, waiting, collected)
        return answer


@cache
def _kek() -> tuple[str, bytes]:
    """One key-encryption key for all stages of a run; making it is the slow part."""
    return new_kek()


def _registered(world: Any, document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Register the desk's addresses with the mock and the Bridge."""
    private, public = _kek()
    made = world.mocks.iamsmart.register_client(
        name="Sample service", redirect_uris=[f"{OWN_URL}/callback", f"{OWN_URL}/result"], kek_public_keys=[public],
        scopes=SCOPES, direct_login_uri=f"{OWN_URL}/direct", get_state_uri=f"{OWN_URL}/direct-state",
    )  # fmt: skip
    world.client_id = made.client_id
    document["providers"]["iamsmart"] |= {
        "client_id": made.client_id, "client_secret": made.client_secret, "kek_private_keys": [private],
        "redirect_uris": [f"{OWN_URL}/callback"], "callback_uri": f"{OWN_URL}/result", "scopes": list(SCOPES),
        "signing": {"trust_anchors": list(world.mocks.iamsmart.trust_anchors())}, **changes,
    }  # fmt: skip
    return document


class DeskStage(World):
    """A blocking service; ``settings`` change its section of the configuration, ``desk`` its desk, ``world`` its world."""

    def __init__(
        self, *, desk: dict[str, Any] | None = None, world: dict[str, Any] | None = None, store: Any = None,
        personas: Any = None, **settings: Any,
    ) -> None:  # fmt: skip
        self._changes = settings
        self.client_id = ""
        super().__init__(store=store, personas=personas, **(world or {}))
        self.hooks = Notebook()
        self.desk = FrontDesk(self.bridge, own_url=OWN_URL, hooks=self.hooks, **{"home": "/home", **(desk or {})})
        self.delivered: list[CallbackRequest] = []
        self.mocks.iamsmart.deliver = self.deliver

    def _document(self, jwks: Any) -> dict[str, Any]:
        return _registered(self, super()._document(jwks), self._changes)

    def served(self, request: WebRequest) -> WebReply:
        """Ask the desk."""
        return self.desk.answer(request)

    def deliver(self, callback: CallbackRequest) -> int:
        """Bring what the mock POSTs, as a server would."""
        self.delivered.append(callback)
        return self.post_result(callback.content, callback.headers["Content-Type"]).status

    def hold(self) -> list[CallbackRequest]:
        """Hold the mail back, in the list that is returned: tests deliver it themselves."""

        def keep(callback: CallbackRequest) -> int:
            self.delivered.append(callback)
            return 200

        self.mocks.iamsmart.deliver = keep
        return self.delivered

    def post_result(self, body: bytes | None, content_type: str = "application/json", **headers: str) -> WebReply:
        """POST a result."""
        sent = {"content-type": content_type, **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.served(WebRequest(method="POST", path="/iamsmart/result", headers=sent, body=body))

    def request_form(self, browser: Browser, **details: Any) -> PendingRequest:
        """Ask for a form, as a handler of the application would."""
        visit = self.desk.visit(browser.session)
        return self.bridge.request_form(
            visit.proof(), fields=["enName"], title=TITLE, session=visit.id, user_agent=browser.user_agent, **details
        )


class AsyncDeskStage(AsyncWorld):
    """The same service, asynchronous."""

    def __init__(self, **settings: Any) -> None:
        self._changes = settings
        self.client_id = ""
        super().__init__()
        self.hooks = AsyncNotebook()
        self.desk = AsyncFrontDesk(self.bridge, own_url=OWN_URL, hooks=self.hooks, home="/home")
        self.delivered: list[CallbackRequest] = []
        self.mocks.iamsmart.deliver = self.keep

    def _document(self, jwks: Any) -> dict[str, Any]:
        return _registered(self, super()._document(jwks), self._changes)

    def keep(self, callback: CallbackRequest) -> int:
        """Keep what the mock POSTs; the loop that would take it is busy."""
        self.delivered.append(callback)
        return 200

    def served(self, request: WebRequest) -> WebReply:
        """Ask the desk, in a loop of its own."""
        return asyncio.run(self.desk.answer(request))


class Browser:
    """A browser with a session at the service; ``user_agent`` says which device."""

    def __init__(self, stage: DeskStage | AsyncDeskStage, *, user_agent: str = "") -> None:
        self.stage = stage
        self.session: dict[str, Any] = {}
        self.user_agent = user_agent

    def get(self, url: str, **headers: str) -> WebReply:
        """Open an address of the service."""
        return self._ask("GET", url, b"", headers)

    def post(self, url: str, fields: dict[str, str], **headers: str) -> WebReply:
        """Post a form."""
        sent = {"content-type": "application/x-www-form-urlencoded", **headers}
        return self._ask("POST", url, urlencode(fields).encode(), sent)

    def _ask(self, method: str, url: str, body: bytes | None, headers: dict[str, str]) -> WebReply:
        parts = urlsplit(url)
        sent = {"user-agent": self.user_agent, **{name.replace("_", "-"): value for name, value in headers.items()}}
        reply = self.stage.served(
            WebRequest(method=method, path=parts.path, query=parts.query, headers=sent, body=body, session=self.session)
        )
        self.session = json.loads(json.dumps(self.session))
        return reply

    @property
    def guard(self) -> str:
        """The token of this session's forms."""
        return self.stage.desk.visit(self.session).guard

    def press_login(self, *, next: str = "/after") -> WebReply:  # noqa: A002
        """Press the login button."""
        return self.post("/iamsmart/login", {"guard": self.guard, "next": next})

    def log_in(self, *, decision: str = "approve", next: str = "/after", persona: str = PERSON) -> WebReply:  # noqa: A002
        """Log in as the person, and come back."""
        hop = self.press_login(next=next)
        assert hop.status == 303, hop
        return self.get(self.stage.visit(location(hop), persona, decision=decision))


def header(reply: WebReply, name: str) -> str:
    """The one value of a header, or empty text."""
    found = [value for each, value in reply.headers if each.lower() == name.lower()]
    assert len(found) <= 1, name
    return found[0] if found else ""


def location(reply: WebReply) -> str:
    """Where a reply sends the browser."""
    return header(reply, "Location")


def said(reply: WebReply) -> dict[str, Any]:
    """The JSON of a reply."""
    document: dict[str, Any] = json.loads(reply.body)
    return document


def text(reply: WebReply) -> str:
    """The words of a page, as a person reads them."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", reply.body.decode())).split())
