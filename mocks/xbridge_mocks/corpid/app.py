"""The CorpID mock as one WSGI application: the lock, the journal, and what tests may ask of it.

Every request is handled under one lock, so that "once" means once under load too. The person's side is the iAM Smart
mock's own parts, the company's side is ``page`` and ``api``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.control import CONTROL_PREFIX, answer_control, refuse_unknown
from xbridge_mocks.corpid.api import CORPID, CompanyApi
from xbridge_mocks.corpid.grant import CompanyGrants
from xbridge_mocks.corpid.misbehaviour import FAULTS
from xbridge_mocks.corpid.page import CompanyPages
from xbridge_mocks.corpid.registry import DEFAULT_COMPANY_SCOPES, CompanyRegistry, CorpIdCredentials
from xbridge_mocks.corpid.route import COMPANY_OPERATIONS, PERSON_OPERATIONS, ROUTES, SHOWN, masked
from xbridge_mocks.corpid.setting import CorpIdMockSettings
from xbridge_mocks.fault import Faults
from xbridge_mocks.iamsmart.login import DECISIONS
from xbridge_mocks.iamsmart.platform import Platform
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import strings
from xbridge_mocks.iamsmart.reply import IAM_SMART, compose
from xbridge_mocks.iamsmart.visitor import walk_through
from xbridge_mocks.journal import Journal, Outcome, mask_path
from xbridge_mocks.openapi import document_reply
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.request import MockRequest, unreadable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

__all__ = ["CorpIdMock"]

_MEMBERS = ("name", "redirect_uris", "kek_public_keys", "corp_kek_public_keys", "corp_scopes", "name_texts")
_PERSON_SCOPES = ("eidapi_auth",)


class CorpIdMock:
    """A strict stand-in for CorpID and the iAM Smart before it, to be called as a WSGI application.

    ``faults`` misbehaves on request, ``journal`` says why something was refused, ``control_secret`` opens the control
    API. Raises ValueError when nobody with iAM Smart may act for a company.
    """

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: CorpIdMockSettings | None = None,
        control_secret: str | None = None,
    ) -> None:
        self.clock = clock
        self.personas = tuple(personas)
        self.settings = settings or CorpIdMockSettings()
        self.control_secret = random.token(24) if control_secret is None else control_secret
        self.faults = Faults(FAULTS)
        self.journal = Journal()
        if not any(person.iamsmart and person.companies for person in self.personas):
            raise ValueError("nobody with iAM Smart may act for a company in this population")
        self._random = random
        self._lock = threading.RLock()
        self._person_side = Platform(
            clock=clock, personas=self.personas, random=random, settings=self.settings.iamsmart, faults=self.faults,
            journal=self.journal, lock=self._lock,
        )  # fmt: skip
        self._registry = CompanyRegistry(random)
        self._grants = CompanyGrants(clock=clock, random=random, settings=self.settings)
        self._pages = CompanyPages(
            clock=clock, personas=self.personas, random=random, settings=self.settings, registry=self._registry,
            grants=self._grants, pages=self._person_side.pages,
        )  # fmt: skip
        self._api = CompanyApi(
            clock=clock, personas=self.personas, random=random, settings=self.settings, registry=self._registry,
            grants=self._grants, person_grants=self._person_side.grants,
        )  # fmt: skip

    def register_client(
        self,
        *,
        name: str,
        redirect_uris: Sequence[str],
        kek_public_keys: Iterable[bytes] = (),
        corp_kek_public_keys: Iterable[bytes] | None = None,
        corp_scopes: Sequence[str] = DEFAULT_COMPANY_SCOPES,
        name_texts: Mapping[str, str] | None = None,
    ) -> CorpIdCredentials:
        """Register a service at both platforms, keys PEM or DER; without its own CorpID uses those of iAM Smart.

        Raises ValueError for an address, key or scope the real portal would not take.
        """
        keks = tuple(kek_public_keys)
        with self._lock:
            person_side = self._person_side.registry.register(
                name=name, redirect_uris=redirect_uris, kek_public_keys=keks, scopes=_PERSON_SCOPES,
                name_texts=name_texts,
            )  # fmt: skip
            return self._registry.enrol(
                person_side, name=name, redirect_uris=redirect_uris, scopes=corp_scopes, name_texts=name_texts,
                kek_public_keys=keks if corp_kek_public_keys is None else corp_kek_public_keys,
            )  # fmt: skip

    def register_from(self, document: Mapping[str, object]) -> CorpIdCredentials:
        """Register a service described in JSON, keys as PEM text. Raises ValueError."""
        refuse_unknown(document, _MEMBERS)
        name, texts = document.get("name"), document.get("name_texts", {})
        if not isinstance(name, str):
            raise ValueError("name is text")
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("name_texts maps languages to texts")
        own = document.get("corp_kek_public_keys")
        return self.register_client(
            name=name,
            redirect_uris=strings(document.get("redirect_uris", []), "redirect_uris"),
            kek_public_keys=[pem.encode() for pem in strings(document.get("kek_public_keys", []), "kek_public_keys")],
            corp_kek_public_keys=None
            if own is None
            else [pem.encode() for pem in strings(own, "corp_kek_public_keys")],
            corp_scopes=strings(document.get("corp_scopes", list(DEFAULT_COMPANY_SCOPES)), "corp_scopes"),
            name_texts=texts,
        )

    def log_in(
        self,
        login_url: str,
        persona: str,
        *,
        decision: str = "approve",
        company: str | None = None,
        base_url: str | None = None,
    ) -> str:
        """Walk through a login as the person would, for ``company`` (a key; by default the first, "" for none).

        ``decision`` is "approve", "refuse" or "cancel". Raises LoginRefused when a page refuses, ValueError for a person
        without iAM Smart or an unknown decision.
        """
        if decision not in DECISIONS:
            raise ValueError(f"decision is one of {', '.join(DECISIONS)}")
        people = [person for person in self.personas if person.key == persona and person.iamsmart]
        if not people:
            raise ValueError(f"nobody called {persona!r} here has an iAM Smart account")
        parts = urlsplit(login_url)
        base = base_url or f"{parts.scheme}://{parts.netloc}"
        if company is None:
            company = next((each.key for each in people[0].companies), "")
        return walk_through(self.wsgi, login_url, persona, decision, base, company=company)

    def subjects(self, client_id: str) -> dict[str, str]:
        """Return each company's tokenised ID towards ``client_id`` (that at CorpID), by company key."""
        with self._lock:
            companies = {company.key: company for person in self.personas for company in person.companies}
            return {key: self._grants.open_id(client_id, company) for key, company in companies.items()}

    def reset(self) -> None:
        """Forget logins, codes, tokens, content keys, nonces, faults and the journal; keep the clients."""
        with self._lock:
            for part in (self._person_side, self._api, self._pages, self._grants, self.faults, self.journal):
                part.clear()

    def wsgi(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """The WSGI application."""
        request = MockRequest(environ)
        with self._lock:
            control = request.path.startswith(CONTROL_PREFIX)
            response = None if control else self._respond(request)
        # A control call may walk through the pages, and takes the lock where it needs it.
        response = response or answer_control(self, request)
        response.headers["X-Xbridge-Mock"] = "corpid"
        return response(environ, start_response)

    __call__ = wsgi

    def _respond(self, request: Request) -> Response:
        try:
            operation, values = ROUTES.bind_to_environ(request.environ).match()
        except HTTPException as exc:
            return self._off_the_map(request, exc)
        trail = Trail(operation, self.faults)
        if operation in PERSON_OPERATIONS | COMPANY_OPERATIONS:
            api = self._person_side.api if operation in PERSON_OPERATIONS else self._api
            reply = api.answer(request, trail)
            self._record(request, trail, reply.code)
            return Response(reply.raw, status=reply.status, content_type=reply.content_type)
        try:
            response, code = self._serve_page(request, operation, values.get("token", ""), trail)
        except Refused as refused:
            response, code = self._person_side.pages.error(request, refused), refused.code
        except HTTPException as failure:
            response, code = unreadable(failure), f"HTTP {failure.code}"
        self._record(request, trail, code)
        return response

    def _serve_page(self, request: Request, operation: str, token: str, trail: Trail) -> tuple[Response, str]:
        if operation == "callback":
            return self._pages.finish(request, token, trail)
        own: dict[str, Callable[[Request, str, Trail], Response]] = {
            "index": self._pages.index, "getQR": self._pages.get_qr, "company": self._pages.choose,
            "document": lambda *_: document_reply("corpid"),
        }  # fmt: skip
        return (own.get(operation) or self._person_side.handlers[operation])(request, token, trail), ""

    def _off_the_map(self, request: Request, exc: HTTPException) -> Response:
        status = exc.code if isinstance(exc, NotFound | MethodNotAllowed) and exc.code else 404
        trail = Trail("unknown", self.faults)
        message = "method not allowed" if status == 405 else "not found"
        dialect = CORPID if request.path.startswith("/corpid/") else IAM_SMART
        reply = compose(trail, self._random, code="D20000", message=message, status=status, dialect=dialect)
        self._record(request, trail, f"HTTP {status}", outcome="refused", path="/***")
        response = Response(reply.raw, status=status, content_type=reply.content_type)
        if isinstance(exc, MethodNotAllowed):
            response.headers["Allow"] = ", ".join(sorted(exc.valid_methods or ()))
        return response

    def _record(
        self, request: Request, trail: Trail, code: str, *, outcome: Outcome | None = None, path: str | None = None
    ) -> None:
        failed = any(not check.passed for check in trail.checks)
        seen: Outcome = "fault" if trail.struck else "refused" if failed else "ok"
        self.journal.record(
            at=self.clock.now(), method=request.method, operation=trail.operation, outcome=outcome or seen,
            path=path or mask_path(masked(request.path), request.query_string.decode("latin-1"), shown=SHOWN),
            checks=trail.checks, code=code or None,
        )  # fmt: skip
