"""The pages that only CorpID's login has: its variant of the QR page, and the choice of the company; and the way back.

The person logs in on iAM Smart's own pages. Where on the real platforms the company is chosen is UNKNOWN; here it is
chosen in the browser that began, after the decision on the phone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from werkzeug.datastructures import MultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.corpid.grant import CompanyGrants
from xbridge_mocks.corpid.registry import CompanyRegistry
from xbridge_mocks.corpid.route import SHAPE_OF_PATH
from xbridge_mocks.corpid.setting import CorpIdMockSettings, Shape
from xbridge_mocks.corpid.text import TEXTS
from xbridge_mocks.iamsmart.direct_login import with_query
from xbridge_mocks.iamsmart.login import Login
from xbridge_mocks.iamsmart.login_page import LoginPages
from xbridge_mocks.iamsmart.person_name import choices, person_name
from xbridge_mocks.iamsmart.refusal import SUCCESS, Trail
from xbridge_mocks.page import negotiate, render
from xbridge_mocks.persona import Company, Persona
from xbridge_mocks.random_source import RandomSource
from xbridge_mocks.text import Language

__all__ = ["CompanyPages"]


@dataclass(slots=True, kw_only=True)
class _Asked:
    """What the login was asked for beside the person, and what was answered. Choosing nothing is an answer too."""

    client_id: str
    shape: Shape
    scopes: tuple[str, ...]
    created_ms: int
    answered: bool = False
    company: Company | None = None


class CompanyPages:
    """Serves them, around the pages of iAM Smart."""

    def __init__(
        self,
        *,
        clock: MockClock,
        personas: Sequence[Persona],
        random: RandomSource,
        settings: CorpIdMockSettings,
        registry: CompanyRegistry,
        grants: CompanyGrants,
        pages: LoginPages,
    ) -> None:
        self._clock = clock
        self._people = tuple(person for person in personas if person.iamsmart and person.companies)
        self._random = random
        self._settings = settings
        self._registry = registry
        self._grants = grants
        self._pages = pages
        self._asked: dict[str, _Asked] = {}

    def index(self, request: Request, _: str, __: Trail) -> Response:
        """A page that says what this server is, who lives in it and for which companies they act."""
        lang = negotiate(request)
        named = {person.key: [_name(company, lang) for company in person.companies] for person in self._people}
        people = [{**row, "companies": named[row["key"]]} for row in choices(self._people, lang)]
        return render("corpid/index.html", lang, request=request, catalogue=TEXTS, people=people)

    def get_qr(self, request: Request, _: str, trail: Trail) -> Response:
        """Either variant of getQR: check what it asks of CorpID, then start a login at iAM Smart. Raises Refused."""
        shape = SHAPE_OF_PATH[request.path]
        beside = self._registry.beside(request.args.get("clientID", ""))
        allowed = beside.scopes if beside is not None else ()
        scopes = _company_scopes(request.args, shape, allowed, trail)
        # An unknown client is refused in here, so there is one below.
        response, login = self._pages.start(request, trail)
        client_id = beside.client_id if beside is not None else ""
        oldest = login.created_ms - 2 * self._settings.iamsmart.login_wait_s * 1000
        self._asked = {token: held for token, held in self._asked.items() if held.created_ms > oldest}
        self._asked[login.token] = _Asked(
            client_id=client_id, shape=shape, scopes=scopes, created_ms=login.created_ms
        )  # fmt: skip
        return response

    def choose(self, request: Request, token: str, trail: Trail) -> Response:
        """Take the press on a company, or on "cancel", from the browser that began. Raises Refused."""
        self._pages.own(request, token, trail)
        login, _, _ = self._pages.pressed(request, token, trail)
        asked = self._asked[login.token]
        open_still = login.phase == "approved" and not asked.answered
        trail.require("company_open", open_still, "D20004", detail="nothing to choose, or chosen before")
        key = request.form.get("company", "")
        found = [each for each in (login.persona.companies if login.persona else ()) if each.key == key]
        trail.require("company", bool(found) or key == "", "D20003", parameter="company", detail="not this person's")
        asked.answered, asked.company = True, found[0] if found else None
        return redirect(f"/mock/qr/{token}/continue", 303)

    def finish(self, request: Request, token: str, trail: Trail) -> tuple[Response, str]:
        """Ask for the company, or send the browser that began back to the service, once. Also returns the result code."""
        login = self._pages.own(request, token, trail)
        if not login.decided:
            return self._pages.finish(request, token, trail)
        asked = self._asked[login.token]
        too_late = self._clock.now_ms() >= login.created_ms + self._settings.iamsmart.login_wait_s * 1000
        if login.phase == "approved" and not asked.answered and not too_late:
            return self._choice(request, login, asked), ""
        refused = ""
        if login.phase == "approved" and asked.company is None:
            login.phase = "timed_out" if too_late else "cancelled"
            refused = self._settings.timeout_code if too_late else self._settings.cancel_code
        if trail.strikes("company_refused"):
            login.phase, refused = "refused", "M40001"
        response, code = self._pages.finish(request, token, trail)
        if code == SUCCESS:
            pairs = self._code_pairs(login, asked, trail)
            response.headers["Location"] = with_query(response.headers["Location"], pairs)
        elif refused:
            # iAM Smart's page speaks of the person; who chose no company, or may not act for it, is CorpID's word.
            said = response.headers["Location"].replace(f"error_code={code}", f"error_code={refused}", 1)
            response.headers["Location"], code = said, refused
        return response, code

    def clear(self) -> None:
        """Forget what was asked."""
        self._asked.clear()

    def _choice(self, request: Request, login: Login, asked: _Asked) -> Response:
        lang = negotiate(request)
        companies = login.persona.companies if login.persona else ()
        return render(
            "corpid/company.html", lang, request=request, catalogue=TEXTS, token=login.token,
            csrf=self._pages.csrf(login, login.browser), scopes=asked.scopes,
            service=login.asked.client.name.in_language(lang), host=urlsplit(login.asked.redirect_uri).netloc,
            person_name=person_name(login.persona, lang) if login.persona else "",
            companies=[
                {"key": company.key, "name": _name(company, lang), "number": company.number} for company in companies
            ],
        )  # fmt: skip

    def _code_pairs(self, login: Login, asked: _Asked, trail: Trail) -> list[tuple[str, str]]:
        name = self._settings.sandbox_code_name if asked.shape == "sandbox" else self._settings.code_name
        if trail.strikes("company_code_missing") or login.persona is None or asked.company is None:
            return []
        if trail.strikes("company_code_wrong"):
            return [(name, self._random.hex(16))]
        code = self._grants.issue(
            asked.client_id, login.persona, asked.company, asked.scopes, asked.shape,
            expired=trail.strikes("company_code_expired"),
        )  # fmt: skip
        twice = trail.strikes("company_code_duplicated")
        return [*([(name, self._random.hex(16))] if twice else []), (name, code)]


def _company_scopes(args: MultiDict[str, str], shape: Shape, allowed: tuple[str, ...], trail: Trail) -> tuple[str, ...]:
    """What the login asks of CorpID: the scopes in ``cScope``, or in the sandbox all that the service has. Raises Refused."""
    wanted, other = ("corpMock", "cScope") if shape == "sandbox" else ("cScope", "corpMock")
    trail.require("once", len(args.getlist(wanted)) <= 1, "D20003", parameter=wanted, detail=f"{wanted} given twice")
    trail.require("present", wanted in args, "D20001", parameter=wanted, detail=f"{wanted} is missing")
    trail.require("filled", bool(args[wanted]), "D20002", parameter=wanted, detail=f"{wanted} is empty")
    trail.require("variant", other not in args, "D20003", parameter=other, detail="belongs to the other variant")
    if shape == "sandbox":
        is_mock = args[wanted].lower() == "true"
        trail.require("corp_mock", is_mock, "D20003", parameter=wanted, detail="not true")
        return allowed
    scopes = tuple(args[wanted].split(" "))
    lawful = not allowed or (len(set(scopes)) == len(scopes) and set(scopes) <= set(allowed))
    trail.require("company_scope", lawful, "D20012", parameter=wanted, detail="a scope not approved, or given twice")
    return scopes


def _name(company: Company, lang: Language) -> str:
    return {"en": company.name_en, "zh-Hant": company.name_zh_hant, "zh-Hans": company.name_zh_hans}[lang]
