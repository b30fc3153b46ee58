"""What is released is never more than what was agreed: for any consent, any request and any moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.journey.traveller import AUDIENCE, ENQUIRY, Traveller, changed_service, shared_config
from xbridge.core.config import Config
from xbridge.core.errors import PolicyDenied, PolicyReferred, XBridgeError
from xbridge.exchange.access_token import AccessToken, verify_access_token
from xbridge.policy import code

CATEGORIES = ("address", "birth_date", "name", "social_security", "tax_record")
SUBSETS = st.sets(st.sampled_from(CATEGORIES), min_size=1).map(lambda found: tuple(sorted(found)))


@cache
def roomy() -> Config:
    """A service that needs all of the categories, so that the consent alone is the limit."""
    return changed_service(shared_config(), "social-insurance-enquiry", categories=CATEGORIES)


@cache
def roomy_traveller() -> Traveller:
    """One traveller for all examples; each example agrees anew."""
    return Traveller(config=roomy())


def released(consented: tuple[str, ...], asked: tuple[str, ...]) -> frozenset[str]:
    """Agree to some categories, ask for some, and return what the token allows: nothing when it is refused."""
    traveller = roomy_traveller()
    link = traveller.link()
    consent = traveller.consent(link, replace(ENQUIRY, categories=consented))
    try:
        token = traveller.release(link, consent, replace(ENQUIRY, categories=asked)).token
    except XBridgeError:
        return frozenset()
    return frozenset(verified(traveller, token).categories)


def verified(traveller: Traveller, token: str) -> AccessToken:
    """Return what the service reads in a token."""
    return verify_access_token(
        token,
        traveller.deps.token_keys,
        expected_issuer=traveller.config.issuer,
        expected_audience=AUDIENCE,
        now=traveller.clock.now(),
    )


@settings(max_examples=60)
@given(consented=SUBSETS, asked=SUBSETS)
def test_a_release_lies_within_consent_and_request(consented: tuple[str, ...], asked: tuple[str, ...]) -> None:
    """Everything that was asked for if all of it was agreed to, and otherwise nothing at all (lessons.md D7)."""
    assert released(consented, asked) == (frozenset(asked) if set(asked) <= set(consented) else frozenset())


@settings(max_examples=60)
@given(wide=SUBSETS, asked=SUBSETS, data=st.data())
def test_a_narrower_consent_never_releases_more(
    wide: tuple[str, ...], asked: tuple[str, ...], data: st.DataObject
) -> None:
    """Taking categories out of a consent takes nothing in (lessons.md F8)."""
    narrow = tuple(sorted(data.draw(st.sets(st.sampled_from(wide), min_size=1))))
    assert released(narrow, asked) <= released(wide, asked)


@settings(max_examples=60)
@given(
    seconds_left=st.integers(-10, 400),
    microseconds=st.integers(0, 999_999),
    limit=st.integers(10, 300),
)
def test_a_token_lies_within_the_life_of_its_consent(seconds_left: int, microseconds: int, limit: int) -> None:
    """At any moment before the end, the token ends with the consent or earlier; after the end there is none."""
    config = changed_service(shared_config(), "social-insurance-enquiry", token_lifetime_s=limit)
    traveller = Traveller(config=config)
    link, consent = traveller.agreed()
    moment = consent.valid_until - timedelta(seconds=seconds_left) + timedelta(microseconds=microseconds)
    traveller.clock.set(moment)
    try:
        release = traveller.release(link, consent)
    except XBridgeError:
        assert consent.valid_until - moment < timedelta(seconds=1)
        return
    token = verified(traveller, release.token)
    assert token.expires_at <= consent.valid_until
    assert release.expires_in_s <= limit
    assert moment - timedelta(seconds=1) < token.issued_at <= moment


@settings(max_examples=40)
@given(extra=st.sampled_from(sorted(code.CATEGORIES - {"name", "social_security"})))
def test_no_category_of_the_rules_slips_through(extra: str) -> None:
    """Whatever else the code lists know, a consent to two categories releases no third one."""
    traveller = roomy_traveller()
    link, consent = traveller.agreed()
    before = len(traveller.store.scan("token/"))
    with pytest.raises((PolicyDenied, PolicyReferred)):
        traveller.release(link, consent, replace(ENQUIRY, categories=("name", extra)))
    assert len(traveller.store.scan("token/")) == before
