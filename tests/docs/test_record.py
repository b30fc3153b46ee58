"""specs/records.md is exact: what it says is enough to check a record without the library."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from tests.docs.block import codes, rows
from xbridge.consent.life import MOVES
from xbridge.consent.record import ConsentRecord
from xbridge.core.decision import RELEASING
from xbridge.core.flow import DataFlow
from xbridge.testing import World

PAGE = Path(__file__).resolve().parents[2] / "specs/records.md"
FLOW = DataFlow(source="440000", target="HK", purpose="xb:social-benefit", categories=("name", "social_security"))


def unpadded(text: str) -> bytes:
    """Decode base64url without padding, as section 1 defines it."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@pytest.fixture(scope="module")
def journey() -> dict[str, Any]:
    """The receipts, the trust file and the token of one journey."""
    world = World()
    bridge, session = world.bridge, "session-1"
    hk, gd = (world.log_in(provider, "chan-tai-man") for provider in ("iamsmart", "guangdong"))
    link = bridge.link(hk, gd, agreed_to=bridge.offer_link(session=session), session=session)
    offer = bridge.offer_consent(link, FLOW, audience="gd:hrss", session=session)
    consent = bridge.grant_consent(offer, approved_by=hk, session=session)
    release = bridge.exchange(link, consent, FLOW, audience="gd:hrss")
    withdrawn = bridge.withdraw(consent, requested_by=hk, session=session)
    return {
        "offer": offer,
        "receipts": (consent.receipt, withdrawn.receipt),
        "trust": json.loads(bridge.trust),
        "token": release.token,
    }


def checked(receipt: bytes, trust: dict[str, Any], role: bytes) -> bytes:
    """Check a receipt by section 2 alone and return its raw form.  Raises ``InvalidSignature``."""
    envelope = json.loads(receipt)
    assert rfc8785.dumps(envelope) == receipt
    (signature,) = envelope["signatures"]
    (jwk,) = (key["jwk"] for key in trust["keys"] if key["use"] == "record")
    thumbprint = sha256(rfc8785.dumps({name: jwk[name] for name in ("crv", "kty", "x")})).digest()
    assert signature["kid"] == urlsafe_b64encode(thumbprint).rstrip(b"=").decode()
    raw = unpadded(envelope["raw"])
    message = b"xbridge-signature/v1 " + role + b"\n" + raw
    Ed25519PublicKey.from_public_bytes(unpadded(jwk["x"])).verify(unpadded(signature["value"]), message)
    return raw


def test_a_receipt_is_checked_by_the_page_alone(journey: dict[str, Any]) -> None:
    """Section 2 is enough: frame, role line, signature, canonical form, chain of revisions, digest of the text."""
    raws = [checked(receipt, journey["trust"], b"collector") for receipt in journey["receipts"]]
    heads, payloads = zip(*(raw.split(b"\n", 1) for raw in raws), strict=True)
    assert set(heads) == {b"xbridge/consent/v1"}
    given, withdrawn = (json.loads(payload) for payload in payloads)
    assert [rfc8785.dumps(each) for each in (given, withdrawn)] == list(payloads)
    assert given["predecessor"] == ""
    assert withdrawn["predecessor"] == "sha256:" + sha256(raws[0]).hexdigest()
    assert given["notice_digest"] == "sha256:" + sha256(journey["offer"].text.encode()).hexdigest()


def test_a_signature_is_for_its_role_only(journey: dict[str, Any]) -> None:
    """The role line is signed: the collector's signature does not hold as the subject's."""
    with pytest.raises(InvalidSignature):
        checked(journey["receipts"][0], journey["trust"], b"subject")


def test_every_member_of_the_consent_record_is_described() -> None:
    """Section 3 names exactly the members of the record."""
    described = {name for cells in rows(PAGE, "## 3. The consent record") for name in codes(cells[0])}
    states = {state for moves in MOVES.values() for state in moves} | set(MOVES)
    assert described - states == set(ConsentRecord.model_fields)


def test_the_moves_are_those_of_the_code() -> None:
    """The table of states in section 3 allows exactly what the code allows."""
    table = [cells for cells in rows(PAGE, "## 3. The consent record") if len(cells) == 2 and cells[1] != ""]
    moves: dict[str, frozenset[str]] = {}
    for start, end in table:
        if start == "nothing":
            moves[""] = frozenset(codes(end))
        elif "given" in codes(start):
            moves.update({state: frozenset(codes(end)) for state in codes(start)})
    assert moves == {start: frozenset(end) for start, end in MOVES.items()}


def test_the_outcomes_that_release_are_those_of_the_code() -> None:
    """Section 4 lets data leave on exactly the outcomes on which the code lets it leave."""
    table = rows(PAGE, "## 4. The decision")
    assert {name for outcome, may in table if may == "yes" for name in codes(outcome)} == set(RELEASING)


def test_every_claim_of_the_token_is_described(journey: dict[str, Any]) -> None:
    """Section 5 names exactly the claims that a token carries, and its header."""
    header, claims = (json.loads(unpadded(part)) for part in journey["token"].split(".")[:2])
    assert header["typ"] == "at+jwt"
    assert set(header) == {"typ", "alg", "kid"}
    described = {name for cells in rows(PAGE, "## 5. The access token") for name in codes(cells[0])}
    assert described == set(claims)
    section = PAGE.read_text("utf-8").partition("## 5.")[2].partition("## 6.")[0]
    for name in claims["authorization_details"][0]:
        assert re.search(f"`{name}`", section), name
