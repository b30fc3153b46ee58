"""How an account reached its level: the history a service reads, and how it changes when somebody proves more."""

from __future__ import annotations

import pytest

from tests.mocks.guangdong.relying_service import account_of
from xbridge_mocks.persona import AccountWay

LADDER = [("match", "L1", "IDV"), ("face", "L2", "SG-GASMHS"), ("certificate", "L3", "CA"), ("counter", "L3", "GW")]


def ways(document):
    """Level, way, document number and time of each proof in a tokeninfo reply."""
    rows = document["user_creditable_level"]["creditable_level_of_account_way_list"]
    return [(row["identity_level"], row["way_code"], row["credential_no"], row["auth_time"]) for row in rows]


def test_a_history_of_three_steps(service):
    """Each step has its level, way, time and the number the document had then; the text names them in order."""
    document = service.log_in("leung-wai-han")
    assert ways(document) == [
        ("L1", "IDV", "H0000011500", "2024-01-02 03:01:15"),
        ("L2", "SG-GASMHS", "H0000011500", "2024-03-10 10:15:00"),
        ("L3", "GW", "H0000011501", "2025-07-21 14:30:00"),
    ]
    text = document["userobj"]["creditable_level_of_account_way"]
    assert text == "L1@IDV@leung_wai_han||L2@SG-GASMHS@leung_wai_han||L3@GW@leung_wai_han||"
    assert document["user_creditable_level"]["creditable_level_of_account_way"] == text


def test_a_legal_person_and_its_agent(service):
    """An enterprise comes with its representative and its agent, under the platform's names."""
    user = service.log_in("tam-pak-ho")["userobj"]
    pairs = dict(pair.split("=", 1) for pair in user["extproperties"])
    legal = account_of("tam-pak-ho").legal
    assert legal is not None
    assert (user["usertype"], user["link_person_name"]) == ("2", legal.agent)
    assert (pairs["legal_person"], pairs["legal_code"]) == (legal.representative, legal.representative_number)
    assert (pairs["link_person_type"], pairs["link_person_code"]) == ("40", "H00000116")


def test_the_ladder(service):
    """Step by step to L3, each step in the next reply with the time of the mock's clock, and never a step skipped."""
    service.mock.clock.advance(60)
    for method, level, code in LADDER:
        assert service.mock.prove("cheung-ka-yan", method).level == level
        document = service.log_in("cheung-ka-yan")
        assert document["userobj"]["creditable_level_of_account"] == level
        assert document["userobj"]["isreal"] == "true"
        assert ways(document)[-1] == (level, code, "H00000104", "2030-01-02 11:05:05")
    assert [row[1] for row in ways(document)] == ["IDV", "SG-GASMHS", "CA", "GW"]


@pytest.mark.parametrize(
    ("key", "method"),
    [("cheung-ka-yan", "face"), ("cheung-ka-yan", "counter"), ("ho-chi-keung", "certificate"),
     ("chan-tai-man", "magic"), ("yeung-man-yee", "counter"), ("ng-wing-sze", "match"), ("nobody", "match")],
)  # fmt: skip
def test_what_is_not_open(service, key, method):
    """A step that is not the next, a company, somebody without an account and an unknown proof are refused."""
    with pytest.raises(ValueError, match=r"step by step|nobody"):
        service.mock.prove(key, method)


def test_proving_again_renews_the_time(service):
    """The same way gone again has one entry with the new time, and a lower proof lowers no level."""
    service.mock.prove("leung-wai-han", "face")
    document = service.log_in("leung-wai-han")
    assert document["userobj"]["creditable_level_of_account"] == "L3"
    assert [row[:2] for row in ways(document)] == [("L1", "IDV"), ("L3", "GW"), ("L2", "SG-GASMHS")]
    assert ways(document)[-1][3] == "2030-01-02 11:04:05"


def test_a_level_raised_between_code_and_token_shows(service):
    """Tokeninfo tells the account as it is when asked."""
    token = service.access_token(service.code("ho-chi-keung")).get_json()["access_token"]
    service.mock.prove("ho-chi-keung", "face")
    assert service.tokeninfo(token).get_json()["userobj"]["creditable_level_of_account"] == "L2"


def test_a_history_can_be_set(service):
    """A test gives an account any history; none makes it self-declared."""
    service.mock.set_ways("chan-tai-man", [AccountWay(level="L2", code="ALV", at="20200101000000")])
    assert ways(service.log_in()) == [("L2", "ALV", "H00000101", "2020-01-01 00:00:00")]
    service.mock.set_ways("chan-tai-man", [])
    document = service.log_in()
    assert (document["userobj"]["creditable_level_of_account"], ways(document)) == ("L0", [])
    assert (document["userobj"]["isreal"], document["userobj"]["realtype"]) == ("false", "")


def test_reset_forgets_what_was_proved(service):
    """After a reset the accounts are those of the population again."""
    service.mock.prove("ho-chi-keung", "face")
    service.mock.reset()
    assert service.mock.account("ho-chi-keung") == account_of("ho-chi-keung")


def test_the_way_code_of_a_certificate_is_a_setting(make):
    """No way code of a certificate was seen, so the mock's is invented and can be changed."""
    service = make(certificate_way="SZZS")
    service.mock.prove("chan-tai-man", "certificate")
    assert ways(service.log_in())[-1][1] == "SZZS"


@pytest.mark.parametrize(("generation", "ending"), [("am", "@node1"), ("tif", ""), ("pscp", "")])
def test_session_id_and_how_the_person_signed_in(make, generation, ending):
    """Tokenid names the session and stays the same in it, opens nothing, and in the first generation names a node."""
    service = make(generation=generation)
    browser = service.mock.browser("https://tyrz.example")
    told = []
    for _ in range(2):
        code = browser.log_in(service.authorize_url(), "chan-tai-man").partition("code=")[2]
        token = service.access_token(code).get_json()["access_token"]
        user = service.tokeninfo(token).get_json()["userobj"]
        assert "accout_type=1" in user["extproperties"]
        told.append(user["tokenid"])
    assert told[0] == told[1]
    assert told[0].endswith(ending)
    assert len(told[0].removesuffix(ending)) == 32
    assert service.log_in()["userobj"]["tokenid"] != told[0]
