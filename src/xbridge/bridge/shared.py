"""What both colours of the façade hold, and neither performs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar

from xbridge.core.audit import AuditSink, audit_event
from xbridge.core.config import Config
from xbridge.core.errors import XBridgeError
from xbridge.core.identity import Identity
from xbridge.core.moment import to_text
from xbridge.core.ports import Entropy, Signer, Store
from xbridge.core.provider import Provider
from xbridge.core.request import PendingRequest, StepUp
from xbridge.core.signing import SigningHop
from xbridge.evidence.trust import trust_bytes
from xbridge.flows import evidence as evidence_flow
from xbridge.flows.consent import Consent
from xbridge.flows.deps import Deps, build_deps
from xbridge.flows.link import Link
from xbridge.policy import RulePack, builtin_pack
from xbridge.providers.corpid import PROVIDER as CORPID
from xbridge.providers.guangdong import PROVIDER as GUANGDONG
from xbridge.providers.iamsmart import PROVIDER as IAMSMART
from xbridge.providers.zwrz import PROVIDER as ZWRZ

T = TypeVar("T")
BUILT_IN: tuple[Provider, ...] = (IAMSMART, GUANGDONG, CORPID, ZWRZ)


class Shared:
    """What both colours hold and neither performs."""

    def __init__(
        self,
        config: Config,
        store: Store,
        providers: Sequence[Provider],
        pack: RulePack | None,
        signers: Mapping[str, Signer],
        clock: Callable[[], datetime],
        entropy: Entropy,
        audit: AuditSink,
    ) -> None:
        self._deps: Deps = build_deps(config, (*BUILT_IN, *providers), pack or builtin_pack(), signers)
        self._clock = clock
        self._entropy = entropy
        self._audit = audit
        store.bind_log(origin=config.log_origin, sign=self._deps.sign_checkpoint)

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock it reads, once for each call: what stands beside it should read the same one."""
        return self._clock

    @property
    def trust(self) -> bytes:
        """Our public keys as a trust file (``specs/evidence.md``): publish it where readers find it without us."""
        return trust_bytes(evidence_flow.current_trust(self._deps))

    @property
    def jwks(self) -> bytes:
        """The public keys of our access tokens as a JWK set (RFC 7517)."""
        return self._deps.token_keys.to_jwks()

    def _tell(self, operation: str, now: datetime, error: XBridgeError | None = None) -> None:
        self._audit(audit_event(operation, to_text(now), error))


def proof_of(person: Identity | StepUp | str) -> str:
    """Return the sealed proof: an identity's, a step-up's, or the text that the application kept of it."""
    return person if isinstance(person, str) else person.proof


def id_of(thing: Link | Consent | str) -> str:
    """Return the id of a link or consent, or the id that was given."""
    return thing if isinstance(thing, str) else thing.id


def business_id_of(request: PendingRequest | SigningHop | str) -> str:
    """Return the id of a request, or the id that was given."""
    return request if isinstance(request, str) else request.business_id
