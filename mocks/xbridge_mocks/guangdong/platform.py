"""Everything the endpoints of one mock share: its clock, accounts, services, sessions, grants and faults.

A bag of parts with a few questions on it ("is this fault armed?", "who is this?"). It answers no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from werkzeug.wrappers import Response

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.guangdong.account_book import AccountBook
from xbridge_mocks.guangdong.outbox import Outbox
from xbridge_mocks.guangdong.redirect import match_registered
from xbridge_mocks.guangdong.registry import Service, ServiceRegistry
from xbridge_mocks.guangdong.route import AM
from xbridge_mocks.guangdong.scan import ScanBook
from xbridge_mocks.guangdong.session import FORM_COOKIE, SESSION_COOKIE, FormGuard, SessionBook, SignedIn
from xbridge_mocks.guangdong.setting import GuangdongMockSettings, Kind
from xbridge_mocks.guangdong.vault import GrantVault
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource


class IamSmartDoor(Protocol):
    """What makes "use iAM Smart" live: this platform as an online service of iAM Smart."""

    binding_path: str
    """Where a signed-in person binds or unbinds; the account centre links to it."""

    def begin(self, platform: Platform, visit: Visit) -> Response:
        """Answer the press on "use iAM Smart" on a login page: on to iAM Smart.  Raises Refused."""

    def callback(self, platform: Platform, visit: Visit) -> Response:
        """Take the browser that comes back from iAM Smart.  Raises Refused."""

    def page(self, platform: Platform, visit: Visit) -> Response:
        """Answer for the page at ``binding_path``.  Raises Refused."""

    def is_bound(self, persona: str) -> bool:
        """Say whether this persona's account is bound to an iAM Smart account."""

    def clear(self) -> None:
        """Forget bindings and what is under way."""


@dataclass(slots=True, kw_only=True)
class Platform:
    """The parts of one Guangdong mock.  Only ``iamsmart`` changes: None until the mock is connected to one."""

    clock: MockClock
    random: RandomSource
    settings: GuangdongMockSettings
    personas: tuple[Persona, ...]
    accounts: AccountBook
    services: ServiceRegistry
    vault: GrantVault
    sessions: SessionBook
    scans: ScanBook
    outbox: Outbox
    guard: FormGuard
    faults: Faults
    iamsmart: IamSmartDoor | None = None

    @classmethod
    def assemble(
        cls,
        *,
        clock: MockClock,
        random: RandomSource,
        settings: GuangdongMockSettings,
        personas: Sequence[Persona],
        faults: Faults,
    ) -> Platform:
        """Make the parts of a fresh platform with nobody signed in and no service registered."""
        return cls(
            clock=clock,
            random=random,
            settings=settings,
            personas=tuple(personas),
            accounts=AccountBook(personas=personas, clock=clock, settings=settings),
            services=ServiceRegistry(random=random, fragment_allowed=settings.fragment_redirects),
            vault=GrantVault(
                clock=clock,
                random=random,
                code_lifetime_s=settings.code_lifetime_s,
                token_lifetime_s=settings.token_lifetime_s,
            ),
            sessions=SessionBook(clock=clock, random=random, lifetime_s=settings.session_lifetime_s),
            scans=ScanBook(clock=clock, random=random, lifetime_s=settings.scan_lifetime_s),
            outbox=Outbox(),
            guard=FormGuard(random=random),
            faults=faults,
        )

    def plays(self, visit: Visit, name: str, *operations: str) -> bool:
        """Take one use of a fault armed for this visit's operation (or any of ``operations``) and note it."""
        taken = any(self.faults.take(name, operation) for operation in operations or (visit.operation,))
        if taken:
            visit.faults.append(name)
        return taken

    def registered_address(self, visit: Visit, requested: str, service: Service) -> str | None:
        """Return the address of ``service`` that ``requested`` stands for in the visit's generation, or None."""
        joiners = "&"
        if visit.generation is AM:
            joiners = "," if self.settings.am_separator == "comma" else ",&"
        return match_registered(requested, service.redirect_uris, rule=self.settings.redirect_match, joiners=joiners)

    def accepted_generation(self, visit: Visit) -> str | None:
        """Return the generation whose codes and tokens are good at this endpoint; None accepts all."""
        return None if self.settings.mixed_generations else visit.generation.name

    def account_holders(self) -> tuple[Persona, ...]:
        """Return the people who can sign in here, with their accounts as they are now."""
        return self.accounts.holders()

    def holder(self, key: str) -> Persona | None:
        """Return the account holder with this persona key."""
        return self.accounts.find(key)

    def sign_in(self, visit: Visit, persona: str, *, account_type: str) -> tuple[str, SignedIn]:
        """Open a session for ``persona`` and return its cookie value, too; the browser's earlier session ends."""
        # A new session value at every login: one that was planted in the browser before is worth nothing.
        self.sessions.drop(visit.request.cookies.get(SESSION_COOKIE))
        return self.sessions.open(persona, account_type=account_type)

    def signed_in(self, visit: Visit) -> SignedIn | None:
        """Return who is signed in in the browser that asks, or None."""
        return self.sessions.who(visit.request.cookies.get(SESSION_COOKIE))

    def keep_session(self, visit: Visit, response: Response, cookie: str) -> Response:
        """Give the browser the value of its session, and return the answer."""
        response.set_cookie(SESSION_COOKIE, cookie, httponly=True, samesite="Lax", secure=visit.request.is_secure)
        return response

    def device(self, visit: Visit) -> str:
        """Return the mark of the browser that asks, a new one if it has none."""
        return visit.request.cookies.get(FORM_COOKIE) or self.guard.new_cookie()

    def keep_device(self, visit: Visit, response: Response, device: str) -> Response:
        """Let the browser keep its mark, and return the answer."""
        response.set_cookie(FORM_COOKIE, device, httponly=True, samesite="Lax", secure=visit.request.is_secure)
        return response

    def require_form(self, visit: Visit, *about: str) -> None:
        """Check that the form was given to this browser and is about this.  Raises Refused."""
        given = visit.single(visit.request.form, "form_mark")
        belongs = self.guard.matches(given, visit.request.cookies.get(FORM_COOKIE), *about)
        visit.require("form_mark", belongs, Kind.FORM, "form of another browser or matter")
