"""The last gate: a service asks about a token, and the answer is recorded before it is given."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from os import urandom
from typing import Any

import pytest

from tests.journey.traveller import ADDRESS, HOLDER, Traveller, service_keys
from xbridge.core.errors import TokenInvalid
from xbridge.crypto.jose import sign_jwt
from xbridge.crypto.key import SigningKey
from xbridge.flows.introspection import INACTIVE
from xbridge.ledger.entry import parse_entry
from xbridge.protocols.client_assertion import TYP, build_client_assertion
from xbridge.stores.memory import MemoryStore


@pytest.fixture
def traveller() -> Traveller:
    """Somebody who has linked nothing yet."""
    return Traveller()


@pytest.fixture
def token(traveller: Traveller) -> str:
    """A token for the social-insurance service."""
    return traveller.release(*traveller.agreed()).token


def test_an_answer_is_recorded_before_it_is_given(traveller: Traveller, token: str) -> None:
    """A living token is active, the release is the newest entry, and it names the decision that permitted it."""
    told = traveller.ask(token)
    assert told.active
    assert told.categories == ("name", "social_security")
    entry = parse_entry(traveller.store.entries(0, 999)[-1])
    assert entry.kind == "release"
    assert dict(entry.detail)["decision"] in [
        row.key.removeprefix("decision/") for row in traveller.store.scan("decision/")
    ]


def test_after_withdrawal_a_token_is_dead_and_the_refusal_recorded(traveller: Traveller) -> None:
    """A token is worth what its consent is worth at this moment (lessons.md E11)."""
    link, consent = traveller.agreed()
    token = traveller.release(link, consent).token
    assert traveller.ask(token).active
    traveller.withdraw(consent)
    assert traveller.ask(token) == INACTIVE
    assert traveller.kinds()[-1] == "release.refused"


def test_after_its_end_a_token_is_dead(traveller: Traveller, token: str) -> None:
    """Expired tokens say nothing and are not recorded as uses."""
    entries = traveller.kinds()
    traveller.clock.advance(126)
    assert traveller.ask(token) == INACTIVE
    assert traveller.kinds() == entries


def test_after_the_consents_end_a_token_is_dead(traveller: Traveller) -> None:
    """Even within the token's leeway, an expired consent answers nothing."""
    link, consent = traveller.agreed()
    traveller.clock.set(consent.valid_until - timedelta(seconds=1))
    token = traveller.release(link, consent).token
    traveller.clock.advance(1)
    assert traveller.ask(token) == INACTIVE
    assert traveller.kinds()[-1] == "release.refused"


@pytest.mark.parametrize("party", ["hk-address", "gd-identity"])
def test_a_token_for_another_party_is_inactive(traveller: Traveller, token: str, party: str) -> None:
    """A service that asks about somebody else's token gets no claims and no hint (lessons.md D4)."""
    entries = traveller.kinds()
    assert traveller.ask(token, party=party) == INACTIVE
    assert traveller.kinds() == entries


@pytest.mark.parametrize(
    "change",
    [
        lambda token: "",
        lambda token: "x",
        lambda token: token[:-1],
        lambda token: token + "A",
        lambda token: token.swapcase(),
        lambda token: token + "\n",
        lambda token: "é" + token,
        lambda token: token.rsplit(".", 1)[0] + ".",
    ],
    ids=["empty", "a letter", "cut", "longer", "case", "line feed", "not ASCII", "unsigned"],
)
def test_a_forged_token_is_inactive(traveller: Traveller, token: str, change: Callable[[str], str]) -> None:
    """What does not verify says nothing, and is answered like a token that is merely dead."""
    assert traveller.ask(change(token)) == INACTIVE


def test_a_token_that_we_do_not_remember_is_inactive(traveller: Traveller, token: str) -> None:
    """A token that is signed by us and was never recorded as issued releases nothing: no record, no release."""
    other = Traveller()
    assert other.ask(token) == INACTIVE


def test_a_token_stands_on_its_own_consent_only(traveller: Traveller) -> None:
    """Rows of two tokens swapped in the store: neither answers on the other's consent."""
    link, withdrawn = traveller.agreed()
    first = traveller.release(link, withdrawn)
    second = traveller.release(link, traveller.consent(link))
    traveller.withdraw(withdrawn)
    assert isinstance(traveller.store, MemoryStore)
    one, other = traveller.store.scan("token/")
    traveller.store._rows[one.key] = replace(one, value=other.value)
    traveller.store._rows[other.key] = replace(other, value=one.value)
    assert [traveller.ask(release.token) for release in (first, second)] == [INACTIVE, INACTIVE]


def test_each_side_learns_its_own_account(traveller: Traveller) -> None:
    """The Guangdong service gets the Guangdong account, the Hong Kong service the Hong Kong one, nobody both."""
    link, consent = traveller.agreed()
    there = traveller.ask(traveller.release(link, consent).token)
    address = traveller.consent(link, ADDRESS, audience="hk:address")
    here = traveller.ask(traveller.release(link, address, ADDRESS, audience="hk:address").token, party="hk-address")
    assert (there.account, here.account) == ("guangdong-one", "iamsmart-one")
    assert there.subject != here.subject
    assert "iamsmart" not in repr(there)


def assertion(traveller: Traveller, **changes: Any) -> str:
    """Return an assertion of the holder with some claims changed."""
    issued = int(traveller.clock.now().timestamp())
    claims = {
        "iss": HOLDER,
        "sub": HOLDER,
        "aud": traveller.config.issuer,
        "iat": issued,
        "exp": issued + 60,
        "jti": "j",
    }
    typ = changes.pop("typ", TYP)
    signer = changes.pop("signer", service_keys()[HOLDER])
    return sign_jwt({**claims, **changes}, signer, typ=typ)


@pytest.mark.parametrize(
    "changes",
    [
        {"signer": SigningKey.generate("ES256", urandom)},
        {"typ": "at+jwt"},
        {"typ": "JWT"},
        {"aud": "https://svc.test/token"},
        {"aud": ["https://svc.test"]},
        {"aud": ["https://svc.test", "https://evil.example"]},
        {"iss": "hk-address"},
        {"sub": "hk-address"},
        {"exp": 10**10},
        {"exp": 1},
        {"iat": 10**10},
        {"iat": 1},
        {"jti": ""},
        {"jti": 7},
    ],
    ids=lambda changes: (
        "another key" if "signer" in changes else "-".join(f"{name} {changes[name]}" for name in changes)
    ),
)
def test_a_service_that_is_not_itself_learns_nothing(traveller: Traveller, token: str, changes: dict[str, Any]) -> None:
    """A forged assertion, or one for another audience, is an error and no answer (lessons.md D6)."""
    entries = traveller.kinds()
    with pytest.raises(TokenInvalid):
        traveller.bridge.introspect(token, party=HOLDER, assertion=assertion(traveller, **changes))
    assert traveller.kinds() == entries
    assert traveller.bridge.introspect(token, party=HOLDER, assertion=assertion(traveller)).active


def test_one_service_cannot_speak_for_another(traveller: Traveller, token: str) -> None:
    """A good assertion of one party does not authenticate another, and an unknown party has no keys."""
    for party, speaker in ((HOLDER, "hk-address"), ("nobody", HOLDER), ("hk-portal", HOLDER), ("", HOLDER)):
        with pytest.raises(TokenInvalid):
            traveller.bridge.introspect(token, party=party, assertion=traveller.assertion(speaker))


def test_an_assertion_is_used_once(traveller: Traveller, token: str) -> None:
    """The same assertion again is refused, for another token too."""
    once = traveller.assertion()
    assert traveller.bridge.introspect(token, party=HOLDER, assertion=once).active
    with pytest.raises(TokenInvalid) as caught:
        traveller.bridge.introspect(token, party=HOLDER, assertion=once)
    assert (caught.value.claim, caught.value.reason) == ("jti", "replayed")


def test_many_replays_at_once_have_one_winner(traveller: Traveller, token: str) -> None:
    """Forty requests with one assertion: one answer (lessons.md D5)."""
    once = traveller.assertion()

    def ask(_: int) -> bool:
        try:
            return traveller.bridge.introspect(token, party=HOLDER, assertion=once).active
        except TokenInvalid:
            return False

    with ThreadPoolExecutor(max_workers=16) as pool:
        assert sum(pool.map(ask, range(40))) == 1


def test_a_forged_assertion_burns_nothing(traveller: Traveller, token: str) -> None:
    """An attacker who knows the id of a victim's assertion cannot use it up (lessons.md D5)."""
    stranger = SigningKey.generate("ES256", urandom)
    forged = build_client_assertion(
        stranger, client_id=HOLDER, issuer=traveller.config.issuer, assertion_id="victim", now=traveller.clock.now()
    )
    with pytest.raises(TokenInvalid):
        traveller.bridge.introspect(token, party=HOLDER, assertion=forged)
    good = traveller.assertion(assertion_id="victim")
    assert traveller.bridge.introspect(token, party=HOLDER, assertion=good).active


def test_ids_of_two_services_do_not_meet(traveller: Traveller, token: str) -> None:
    """Two parties may choose the same assertion id."""
    traveller.bridge.introspect(
        token, party="hk-address", assertion=traveller.assertion("hk-address", assertion_id="same")
    )
    assert traveller.bridge.introspect(token, party=HOLDER, assertion=traveller.assertion(assertion_id="same")).active


def test_an_answer_in_the_log_shows_nothing_of_the_person(traveller: Traveller, token: str) -> None:
    """Neither the answer's repr nor the ledger holds the account."""
    told = traveller.ask(token)
    assert told.account not in repr(told)
    assert not [entry for entry in traveller.store.entries(0, 999) if told.account.encode() in entry]
