"""A resident who binds: the two logins and the matching are sealed with the Bridge's own keys, so that any may be bent."""

from __future__ import annotations

from functools import cache
from os import urandom
from typing import Any

from tests.journey.traveller import SESSION, Traveller, shared_config
from xbridge.consent.giving import Offer
from xbridge.core.config import Config, Service
from xbridge.core.ids import new_handle
from xbridge.crypto.canonical import canonical_json
from xbridge.crypto.key import SigningKey
from xbridge.flows.consent import ConsentOffer
from xbridge.flows.deps import Deps
from xbridge.flows.link import Link
from xbridge.linking.binding import PROVED, ProvedBinding
from xbridge.linking.matching_proof import MatchingProof, seal_matching
from xbridge.linking.pseudonym import session_ref
from xbridge.testing import catalogue

PEER = "gd-identity"


@cache
def binding_config() -> Config:
    """The shared configuration with both ways to link."""
    config = shared_config()
    parties = []
    for party in config.parties:
        # Two of them match, so that the one which the catalogue does not name has to be told apart.
        if party.id in (PEER, "gd-hrss"):
            jwks = {"keys": [SigningKey.generate("Ed25519", urandom).public().to_jwk()]}
            party = party.model_copy(update={"jwks": jwks, "matching_url": f"https://{party.id}.test/matching"})
        parties.append(party)
    service = Service.model_validate(catalogue.binding(matching_party=PEER))
    return config.model_copy(update={"parties": tuple(parties), "services": (*config.services, service)})


class Binder(Traveller):
    """Somebody who has bound nothing yet, at an operator whose catalogue has both ways to link."""

    def __init__(self, *, config: Config | None = None) -> None:
        """Everything is new except the configuration."""
        super().__init__(config=config or binding_config())
        self.id = ""
        self.shown: ConsentOffer | None = None

    def proved(self, hk: str = "", cn_gd: str = "", *, account: str = "one", **changes: Any) -> str:
        """Return the sealed binding of two logins now, and remember its id; ``changes`` bend what is sealed."""
        fresh = ProvedBinding(
            cn_gd=cn_gd or self.proof("CN-GD", account=account),
            expires_at=int(self.clock.now().timestamp()) + 600,
            hk=hk or self.proof("HK", account=account),
            id=new_handle(urandom),
            session_ref=session_ref(self.deps.pseudonym_key, session=SESSION),
            v=1,
        ).model_copy(update=changes)
        self.id = fresh.id
        return self.deps.binding_sealer.seal(canonical_json(fresh), entropy=urandom, context=PROVED)

    def matched(self, *, account: str = "one", under: ConsentOffer | None = None, **changes: Any) -> str:
        """Return the sealed matching of the binding that was proved last; everything agrees unless changed.

        It was agreed to under the offer ``under``, or under a new one, which :meth:`bind` then takes.
        """
        self.shown = under or self.notice()
        fresh = MatchingProof(
            document="agree",
            matched_at=int(self.clock.now().timestamp()),
            names="agree",
            offer=offer_id(self.deps, self.shown),
            peer=PEER,
            reference=self.id,
            run=new_handle(urandom),
            v=1,
            whom=f"iamsmart-{account}",
        ).model_copy(update=changes)
        return seal_matching(fresh, self.deps.matching_sealer, entropy=urandom)

    def notice(self, *, session: str = SESSION) -> ConsentOffer:
        """Offer the notice of a binding."""
        return self.bridge.offer_binding(session=session, lang="en")

    def bind(
        self, proved: str = "", matched: str = "", *, offer: ConsentOffer | None = None, session: str = SESSION
    ) -> Link:
        """Bind, with what is fresh and agrees where nothing is given; under the offer of the last matching."""
        proved = proved or self.proved()
        matched = matched or self.matched(under=offer)
        return self.bridge.bind(proved, matched, agreed_to=offer or self.shown or self.notice(), session=session)

    def rows(self, prefix: str) -> int:
        """Return how many rows begin with ``prefix``."""
        return len(self.store.scan(prefix))


def offer_id(deps: Deps, offer: ConsentOffer) -> str:
    """Return the id that a sealed offer has."""
    return Offer.model_validate_json(deps.offer_sealer.open(offer.sealed)).id
