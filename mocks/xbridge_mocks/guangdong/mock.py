"""The Guangdong mock as one WSGI application.

Finds the endpoint, lets it answer, turns refusals of browser requests into pages, and writes the journal. The rules
of the protocol are in the endpoints; this module knows none of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import RLock
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, refuse_unknown
from xbridge_mocks.fault import Faults
from xbridge_mocks.guangdong.access_token import access_token
from xbridge_mocks.guangdong.authorize import authorize
from xbridge_mocks.guangdong.centre import info
from xbridge_mocks.guangdong.find_account import find_account
from xbridge_mocks.guangdong.iamsmart_connection import iamsmart_callback, iamsmart_page, new_door
from xbridge_mocks.guangdong.iamsmart_line import Post, over_http
from xbridge_mocks.guangdong.iamsmart_login import BINDING_PATH, CALLBACK_PATH, IamSmartLogin, SamePerson
from xbridge_mocks.guangdong.login import login
from xbridge_mocks.guangdong.logout import logout
from xbridge_mocks.guangdong.misbehaviour import KNOWN_FAULTS
from xbridge_mocks.guangdong.outbox import Message
from xbridge_mocks.guangdong.platform import Platform
from xbridge_mocks.guangdong.realname import realname
from xbridge_mocks.guangdong.refusal_page import home_page, refusal_page
from xbridge_mocks.guangdong.resident import Resident
from xbridge_mocks.guangdong.route import FIND_ACCOUNT, GENERATIONS, INFO, LOGOUT, PSCP, REALNAME, Generation
from xbridge_mocks.guangdong.scan import DECISIONS, WaitingScan
from xbridge_mocks.guangdong.scan_page import (
    scan_continue,
    scan_decide,
    scan_desk,
    scan_phone,
    scan_pick,
    scan_status,
)
from xbridge_mocks.guangdong.setting import GuangdongMockSettings, Kind
from xbridge_mocks.guangdong.steering import answer_steering
from xbridge_mocks.guangdong.tokeninfo import tokeninfo
from xbridge_mocks.guangdong.visit import Refused, Visit
from xbridge_mocks.journal import Journal, mask_path
from xbridge_mocks.openapi import DOCUMENT_PATH, document_reply
from xbridge_mocks.persona import AccountWay, GuangdongAccount, Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import FORM_LIMIT, MockRequest, unreadable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

Endpoint = Callable[[Platform, Visit], Response]
Served = tuple[str, Endpoint, Generation]

_MARK = ("X-Xbridge-Mock", "guangdong")
# Query values the journal may show, and only when they are these words: any other value could be anything.
_FIXED_WORDS = {"response_type": "code", "scope": "all", "service": "initService", "grant_type": "authorization_code"}
_NAMES = {
    *_FIXED_WORDS, "client_id", "client_secret", "redirect_uri", "state", "code", "access_token", "lang", "gotoUrl",
}  # fmt: skip


class GuangdongMock:
    """A strict imitation of the platform's login path, in all three generations at once.  Thread-safe.

    ``settings`` answers what is UNKNOWN about the platform; ``control_secret`` opens the control API and is drawn
    from ``random`` when not given. It knows no service until one is registered.
    """

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: GuangdongMockSettings | None = None,
        control_secret: str | None = None,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.settings = settings or GuangdongMockSettings()
        self.faults = Faults(KNOWN_FAULTS)
        self.journal = Journal()
        self.control_secret = control_secret or random.token(24)
        self._platform = Platform.assemble(
            clock=clock, random=random, settings=self.settings, personas=self.personas, faults=self.faults
        )
        # One request at a time, so that "once" means once under load too: the first taker of a code has its token
        # before a replay can take it away again.
        self._lock = RLock()
        self._routes = Map(_rules(self.settings), strict_slashes=True, merge_slashes=False)

    def register_client(
        self, *, name: str, redirect_uris: Sequence[str], name_texts: Mapping[str, str] | None = None
    ) -> ClientCredentials:
        """Register a relying service and return its credentials.

        ``name_texts`` holds the name by language (``en``, ``zh-Hant``, ``zh-Hans``). Raises ValueError for an empty
        name, no redirect URI, or one that could not be matched safely.
        """
        label = ServiceName.of(name, dict(name_texts or {}))
        return self._platform.services.register(name=label, redirect_uris=redirect_uris).credentials

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Register a service described in JSON, for the control API.  Raises ValueError."""
        refuse_unknown(document, ("name", "redirect_uris", "name_texts"))
        name, uris, texts = document.get("name"), document.get("redirect_uris"), document.get("name_texts", {})
        if not isinstance(name, str):
            raise ValueError("name is text")
        if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
            raise ValueError("redirect_uris is a list of texts")
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("name_texts maps languages to texts")
        return self.register_client(name=name, redirect_uris=uris, name_texts=texts)

    def connect_iamsmart(
        self,
        *,
        base_url: str,
        own_url: str,
        client_id: str,
        client_secret: str,
        kek: RSAPrivateKey,
        post: Post = over_http,
        same_person: SamePerson = lambda _open_id, _persona: True,
    ) -> IamSmartLogin:
        """Make "use iAM Smart" live, as the online service ``client_id`` of the iAM Smart at ``base_url``.

        ``own_url`` is where browsers reach this mock: ``own_url + CALLBACK_PATH`` is the address to register there, and
        ``kek`` the private half of the key registered with it. ``post`` carries the calls; ``same_person`` stands in for
        the registers that would be matched. Returns the door, through which a test sees and moves bindings.
        """
        door = new_door(
            self._platform, base_url=base_url, own_url=own_url, client_id=client_id, client_secret=client_secret,
            kek=kek, post=post, same_person=same_person,
        )  # fmt: skip
        self._platform.iamsmart = door
        return door

    def log_in(self, login_url: str, persona: str, *, decision: str = "approve", base_url: str | None = None) -> str:
        """Sign in as ``persona`` in a fresh scripted browser and return the callback address.

        ``login_url`` is what the service sends its user to; ``decision`` is ``approve``, ``scan`` (the same with a phone),
        ``refuse`` (on that phone) or ``leave``. Raises
        LoginUnfinished (a ValueError) when the browser stays with the platform: refused, left, or a fault. Raises
        ValueError for a persona without an account.
        """
        return self.browser(base_url or _origin(login_url)).log_in(login_url, persona, decision=decision)

    def browser(self, base_url: str = "http://localhost") -> Resident:
        """Return a scripted browser that keeps its cookies from login to login."""
        return Resident(self.wsgi, base_url=base_url)

    def account(self, persona: str) -> GuangdongAccount:
        """Return the account of a persona as it is now.  Raises ValueError for somebody without one."""
        return self._platform.accounts.account(persona)

    def prove(self, persona: str, method: str) -> GuangdongAccount:
        """Let a persona prove who they are, as on the real-name page, and return the account as it is then.

        ``method`` is ``match`` (to L1), ``face`` (L2), ``certificate`` or ``counter`` (L3). Raises ValueError for one
        that is unknown or not open to the account: levels rise step by step, and those of persons only.
        """
        return self._platform.accounts.prove(persona, method)

    def set_ways(self, persona: str, ways: Sequence[AccountWay]) -> GuangdongAccount:
        """Make ``ways`` the whole history of an account, its level the highest of them; none makes it L0.

        Raises ValueError for somebody without an account.
        """
        return self._platform.accounts.set_ways(persona, ways)

    def scans(self) -> tuple[WaitingScan, ...]:
        """Return the sign-ins by scanning that wait for a phone, oldest first."""
        return tuple(
            WaitingScan(token=scan.token, service=scan.destination.service.name.en, phase=scan.phase)
            for scan in self._platform.scans.waiting()
        )

    def decide_scan(self, token: str, persona: str, *, decision: str = "confirm") -> None:
        """Scan the code ``token`` as ``persona`` with a phone of its own, and ``confirm`` or ``refuse`` there.

        The browser that shows the code goes on by itself. Raises ValueError for somebody without an account, another
        decision, and a code that is unknown, too old or scanned before.
        """
        self.account(persona)
        if decision not in DECISIONS:
            raise ValueError("a decision on a scan is confirm or refuse")
        phone = self._platform.guard.new_cookie()
        with self._lock:
            if not self._platform.scans.take(token, phone, persona):
                raise ValueError("this code is unknown, too old or was scanned before")
            self._platform.scans.decide(token, phone, decision)

    def messages(self) -> tuple[Message, ...]:
        """Return the text messages the platform would have sent, oldest first."""
        return self._platform.outbox.all()

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each persona's ``useridcode``, which is the same towards every service, by persona key."""
        return {person.key: person.guangdong.useridcode for person in self.personas if person.guangdong}

    def reset(self) -> None:
        """Forget sessions, codes, tokens, scans, proofs, faults and the journal; keep the services."""
        platform = self._platform
        for clear in (
            platform.sessions.clear,
            platform.vault.clear,
            platform.scans.clear,
            platform.accounts.clear,
            platform.outbox.clear,
        ):
            clear()
        if platform.iamsmart is not None:
            platform.iamsmart.clear()
        self.faults.clear()
        self.journal.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request (PEP 3333)."""
        request = MockRequest(environ)
        for_control = request.path.startswith(CONTROL_PREFIX)
        response = answer_steering(self, request) if for_control else self._answer(request)
        response.headers.add(*_MARK)
        return response(environ, start_response)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request, for servers that take the mock itself."""
        return self.wsgi(environ, start_response)

    def _answer(self, request: Request) -> Response:
        """Let the endpoint answer, turn its refusal into a page, write the journal."""
        path, token, (operation, endpoint, generation) = self._find(request)
        visit = Visit(request=request, operation=operation, generation=generation, token=token)
        try:
            # Read before the lock, so that a slow sender holds up nobody but itself.
            request.max_content_length = FORM_LIMIT
            request.get_data()
            with self._lock:
                response = endpoint(self._platform, visit)
        except Refused as refused:
            visit.refused = refused.kind
            response = refusal_page(self._platform, visit, refused)
        except HTTPException as failure:
            visit.refused = Kind.REQUEST
            response = unreadable(failure)
        self._write(visit, path)
        return response

    def _find(self, request: Request) -> tuple[str, str, Served]:
        """Return the rule of a path, the token in it and its endpoint; a path that is not served has one that refuses."""
        try:
            rule, values = self._routes.bind("localhost").match(request.path, method="GET", return_rule=True)
        except HTTPException:
            return "(unknown)", "", ("unknown", _no_such_path, PSCP)
        served: Served = rule.endpoint
        return rule.rule, values.get("token", ""), served

    def _write(self, visit: Visit, path: str) -> None:
        """Add the visit to the journal, without values: ``path`` is the rule, which names no token."""
        request = visit.request
        shown = [name for name, word in _FIXED_WORDS.items() if request.args.getlist(name) == [word]]
        # The name of a parameter may be a value, too, when somebody forgot the equals sign.
        pairs = [(name if name in _NAMES else "other", value) for name, value in request.args.items(multi=True)]
        if visit.operation != "unknown":
            path = mask_path(path, urlencode(pairs), shown=shown)
        for name in visit.faults:
            visit.passed("fault", name)
        refused = visit.refused
        self.journal.record(
            at=self.clock.now(),
            method=request.method if request.method in {"GET", "HEAD", "POST"} else "(other)",
            path=path,
            operation=visit.operation,
            outcome="fault" if visit.faults else "refused" if refused else "ok",
            checks=visit.checks,
            code=None if refused is None else str(self.settings.error_codes[refused]),
        )


def _rules(settings: GuangdongMockSettings) -> list[Rule]:
    """Return every served path with its operation, endpoint and generation."""
    table: list[tuple[str, Served]] = [
        ("/", ("home", home_page, PSCP)),
        (DOCUMENT_PATH, ("document", _document, PSCP)),
        (LOGOUT, ("logout", logout, PSCP)),
        (INFO, ("info", info, PSCP)),
        (CALLBACK_PATH, ("iamsmart_callback", iamsmart_callback, PSCP)),
        (BINDING_PATH, ("iamsmart_binding", iamsmart_page, PSCP)),
        (REALNAME, ("realname", realname, PSCP)),
        (FIND_ACCOUNT, ("find_account", find_account, PSCP)),
        ("/mock/scan/<token>", ("scan_desk", scan_desk, PSCP)),
        ("/mock/scan/<token>/status", ("scan_status", scan_status, PSCP)),
        ("/mock/scan/<token>/continue", ("scan_continue", scan_continue, PSCP)),
        ("/mock/phone/<token>", ("scan_phone", scan_phone, PSCP)),
        ("/mock/phone/<token>/scan", ("scan_pick", scan_pick, PSCP)),
        ("/mock/phone/<token>/decision", ("scan_decide", scan_decide, PSCP)),
    ]
    for generation in GENERATIONS.values():
        table += _paths(generation, slash=generation.slash_served or not settings.strict_slash)
    return [Rule(path, endpoint=endpoint) for path, endpoint in table]


def _paths(generation: Generation, *, slash: bool) -> list[tuple[str, Served]]:
    """Return the paths of one generation; ``slash`` serves the two that machines call with a trailing slash as well."""
    machine: list[tuple[str, Served]] = [
        (generation.access_token, ("access_token", access_token, generation)),
        (generation.tokeninfo, ("tokeninfo", tokeninfo, generation)),
    ]
    return [
        (generation.authorize, ("authorize", authorize, generation)),
        (f"{generation.authorize}/", ("authorize", authorize, generation)),
        (generation.login, ("login", login, generation)),
        *machine,
        *((f"{path}/", served) for path, served in machine if slash),
    ]


def _document(_: Platform, visit: Visit) -> Response:
    visit.require("method", visit.request.method in {"GET", "HEAD"}, Kind.METHOD, "only GET")
    return document_reply("guangdong")


def _no_such_path(_: Platform, visit: Visit) -> Response:
    visit.refuse("path", Kind.PATH, "not served")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else "http://localhost"
