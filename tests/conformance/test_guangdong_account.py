"""Everybody who lives in the Guangdong mock, as a service sees them: two readings of one dossier agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from xbridge.core.errors import LinkRefused, VerificationError
from xbridge.core.identity import Identity
from xbridge.linking.link import verify_pair
from xbridge.linking.proof import LoginProof
from xbridge.testing import World
from xbridge.testing.world import NOON
from xbridge_mocks.persona import POPULATION, Persona

BEIJING = timedelta(hours=8)
RESIDENTS = [person for person in POPULATION if person.guangdong is not None]


def world_of(**settings: Any) -> World:
    """A world whose service asks for this."""
    return World(
        providers=("guangdong",), overrides=lambda document: document["providers"]["guangdong"].update(settings)
    )


@pytest.fixture(scope="module")
def open_house() -> World:
    """A world whose service takes every account."""
    return world_of(require_usertype="any", min_level="L0")


def proof_of(world: World, identity: Identity) -> LoginProof:
    """What linking believes of a login."""
    opened = world.bridge._deps.proof_sealer.open(identity.proof)
    return LoginProof.model_validate_json(opened)


def beijing(text: str) -> datetime:
    """The moment that the mock's people write down."""
    return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC) - BEIJING


@pytest.mark.parametrize("person", RESIDENTS, ids=lambda person: person.key)
def test_everybody(open_house: World, person: Persona) -> None:
    """The typed account says what the persona is: its key, level, history, parent and owner."""
    told = person.guangdong
    assert told is not None
    identity = open_house.log_in("guangdong", person.key, session=person.key)
    account = identity.account
    assert (identity.subject, account.useridcode, account.uid) == (told.useridcode, told.useridcode, told.uid)
    assert (account.level, account.usertype, account.isreal) == (told.level, told.usertype, told.isreal)
    assert account.created_at == beijing(told.createtime)
    assert (account.parent is None) == (told.parent is None)
    if told.parent is not None:
        assert account.parent.useridcode == account.property("parent_uidcode") == told.parent.useridcode
    own = told.usertype == "1" and told.parent is None
    assert identity.holder == ("person" if own else "organisation")
    if told.ways:
        assert [(proof.level, proof.way, proof.proved_at) for proof in account.proofs] == [
            (way.level, way.code, beijing(way.at)) for way in told.ways
        ]
        assert identity.assurance.proved_at == max(beijing(way.at) for way in told.ways if way.level >= told.level)
    if told.level == "L0":
        assert identity.assurance.proved_at is None


@pytest.mark.slow
def test_a_sub_account_logs_in_and_never_links() -> None:
    """A person at work is served as a person, under their own document, and their account is joined to nobody's."""
    world = world_of()
    person = next(each for each in RESIDENTS if each.guangdong and each.guangdong.parent)
    identity = world.log_in("guangdong", person.key)
    assert identity.account.kind == "person"
    assert identity.account.parent.kind == "legal_person"
    mine = proof_of(world, identity)
    other = mine.model_copy(update={"jurisdiction": "HK", "id": "other", "holder": "person"})
    with pytest.raises(LinkRefused) as caught:
        verify_pair(other, mine)
    assert caught.value.reason == "organisation"


@pytest.mark.slow
def test_a_company_names_its_agent(open_house: World) -> None:
    """A legal person's account says who acts for it, where the platform says so."""
    companies = [each for each in RESIDENTS if each.guangdong and each.guangdong.usertype == "2"]
    for company in companies:
        identity = open_house.log_in("guangdong", company.key, session=company.key)
        assert (identity.holder, identity.account.kind) == ("organisation", "legal_person")
        told = company.guangdong.legal if company.guangdong else None
        if told is not None:
            agent = identity.account.agent
            assert (agent.name, agent.document_type, agent.document_code) == (
                told.agent, told.agent_type, told.agent_number,
            )  # fmt: skip
    assert any(each.guangdong and each.guangdong.legal for each in companies)
    with pytest.raises(VerificationError) as caught:
        world_of().log_in("guangdong", companies[0].key)
    assert caught.value.claim == "usertype"


@pytest.mark.slow
def test_an_old_proof_at_the_platform() -> None:
    """A proof that was young enough is too old a second later, however high the level stays."""
    person = next(
        each for each in RESIDENTS if each.guangdong and each.guangdong.ways and each.guangdong.usertype == "1"
    )
    told = person.guangdong
    assert told is not None
    proved = max(beijing(way.at) for way in told.ways if way.level >= told.level)
    fresh = world_of(max_age_of_proof_s=int((NOON - proved).total_seconds()))
    assert fresh.log_in("guangdong", person.key).assurance.proved_at == proved
    fresh.clock.advance(1)
    with pytest.raises(VerificationError) as caught:
        fresh.log_in("guangdong", person.key)
    assert (caught.value.claim, caught.value.reason) == ("assurance", "stale")
