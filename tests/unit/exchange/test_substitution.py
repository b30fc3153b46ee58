"""No artefact of the house passes for another one: every kind at every door, and only the diagonal opens (C15)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from tests.journey.traveller import AUDIENCE, HOLDER, SESSION, Traveller, service_keys
from xbridge.consent.life import verify_revision
from xbridge.core.errors import XBridgeError
from xbridge.crypto.key import KeySet
from xbridge.crypto.signing import from_envelope
from xbridge.exchange.access_token import verify_access_token
from xbridge.protocols.client_assertion import verify_client_assertion


@dataclass(frozen=True)
class Desk:
    """One traveller with one artefact of every kind, and a door for every kind."""

    artefacts: dict[str, str]
    doors: dict[str, Callable[[str], object]]


@pytest.fixture(scope="module")
def desk() -> Desk:
    """Everything made once."""
    traveller = Traveller()
    bridge, deps, now = traveller.bridge, traveller.deps, traveller.clock.now()
    link, consent = traveller.agreed()
    offer = traveller.offer(link)
    account = traveller.store.read(f"link/{link.id}")
    assert account is not None
    hop = bridge.begin_login("iamsmart", return_to="https://svc.test/cb/hk", session=SESSION)
    # One key for both, so that only the type can tell them apart; services and issuer never share one in life.
    both = KeySet([service_keys()[HOLDER].public(), *deps.token_keys])
    return Desk(
        artefacts={
            "access token": traveller.release(link, consent).token,
            "client assertion": traveller.assertion(),
            "consent receipt": consent.receipt.decode(),
            "pending login": hop.pending,
            "login proof": traveller.proof(),
            "consent offer": offer.sealed,
        },
        doors={
            "access token": lambda text: verify_access_token(
                text, both, expected_issuer=traveller.config.issuer, expected_audience=AUDIENCE, now=now
            ),
            "client assertion": lambda text: verify_client_assertion(
                text, both, expected_client_id=HOLDER, expected_issuer=traveller.config.issuer, now=now
            ),
            "consent receipt": lambda text: verify_revision(
                from_envelope(text.encode("utf-8", "surrogatepass")), deps.record_keys
            ),
            "pending login": deps.login_sealer.open,
            "login proof": lambda text: bridge.grant_consent(traveller.offer(link), approved_by=text, session=SESSION),
            "consent offer": lambda text: bridge.grant_consent(
                replace(offer, sealed=text), approved_by=traveller.proof(), session=SESSION
            ),
        },
    )


KINDS = ("access token", "client assertion", "consent receipt", "pending login", "login proof", "consent offer")


@pytest.mark.parametrize("door", KINDS)
@pytest.mark.parametrize("artefact", KINDS)
def test_only_the_diagonal_passes(desk: Desk, artefact: str, door: str) -> None:
    """Each kind passes at its own door and is refused with a typed error at every other."""
    if artefact == door:
        assert desk.doors[door](desk.artefacts[artefact])
        return
    with pytest.raises(XBridgeError):
        desk.doors[door](desk.artefacts[artefact])


def test_the_matrix_is_whole(desk: Desk) -> None:
    """Every kind has an artefact and a door."""
    assert set(desk.artefacts) == set(desk.doors) == set(KINDS)
