"""Everything the endpoints of one mock share: its clock, people, services, sessions, grants and faults.

A bag of parts with two questions on it ("is this fault armed?", "who is this?"). It answers no request.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from xbridge_mocks.clock import MockClock
from xbridge_mocks.fault import Faults
from xbridge_mocks.guangdong.redirect import match_registered
from xbridge_mocks.guangdong.registry import Service, ServiceRegistry
from xbridge_mocks.guangdong.route import AM
from xbridge_mocks.guangdong.session import FormGuard, SessionBook
from xbridge_mocks.guangdong.setting import GuangdongMockSettings
from xbridge_mocks.guangdong.vault import GrantVault
from xbridge_mocks.guangdong.visit import Visit
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """The parts of one Guangdong mock."""

    clock: MockClock
    random: RandomSource
    settings: GuangdongMockSettings
    personas: tuple[Persona, ...]
    services: ServiceRegistry
    vault: GrantVault
    sessions: SessionBook
    guard: FormGuard
    faults: Faults

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
            services=ServiceRegistry(random=random, fragment_allowed=settings.fragment_redirects),
            vault=GrantVault(
                clock=clock,
                random=random,
                code_lifetime_s=settings.code_lifetime_s,
                token_lifetime_s=settings.token_lifetime_s,
            ),
            sessions=SessionBook(clock=clock, random=random, lifetime_s=settings.session_lifetime_s),
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
        """Return the people who can sign in here."""
        return tuple(person for person in self.personas if person.guangdong is not None)

    def holder(self, key: str) -> Persona | None:
        """Return the account holder with this persona key."""
        return next((person for person in self.account_holders() if person.key == key), None)
