"""The journal tells a developer which check failed, and tells nobody a secret."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASE, LOGIN, account_of
from xbridge_mocks.persona import POPULATION, persona


def text_of(mock) -> str:
    """Everything the journal holds."""
    return "\n".join(repr(entry) for entry in mock.journal.entries())


def test_login_leaves_one_entry_per_request(service):
    """The whole login is five requests, each recorded as ok with its checks."""
    service.log_in()
    entries = service.mock.journal.entries()
    assert [entry.operation for entry in entries] == ["authorize", "login", "login", "access_token", "tokeninfo"]
    assert {entry.outcome for entry in entries} == {"ok"}
    assert [check.name for check in entries[3].checks] == [
        "method", "client_id", "client_secret", "grant_type", "scope", "code", "redirect_uri",
    ]  # fmt: skip


def test_refusal_names_the_check(service):
    """The last check of a refused request is the one that failed, and the entry has the number that was sent."""
    service.access_token(service.code(), client_secret="wrong")
    entry = service.mock.journal.entries()[-1]
    assert (entry.outcome, entry.code) == ("refused", "40125")
    assert (entry.checks[-1].name, entry.checks[-1].passed) == ("client_secret", False)


def test_code_refusals_are_told_apart(service):
    """To the caller an unknown, a spent and an expired code are the same; the journal says which it was."""
    spent, expired = service.code(), service.code()
    service.access_token(spent)
    service.access_token(spent)
    service.mock.clock.advance(60)
    service.access_token(expired)
    service.access_token("never-issued")
    details = [entry.checks[-1].detail for entry in service.mock.journal.entries() if entry.outcome == "refused"]
    assert details == ["spent", "expired", "unknown"]


def test_fault_is_marked(service):
    """An answer that a fault produced is recorded as such, with the fault's name."""
    service.mock.faults.add("http_500", operation="access_token")
    service.access_token(service.code())
    entry = service.mock.journal.entries()[-1]
    assert entry.outcome == "fault"
    assert ("fault", "http_500") in [(check.name, check.detail) for check in entry.checks]


def test_journal_holds_no_secret_and_no_person(service):
    """Neither secrets, codes and tokens nor anything of the person but the persona key is written down."""
    code = service.code()
    token = service.access_token(code).get_json()["access_token"]
    service.tokeninfo(token)
    service.access_token(code, client_secret="wrong-canary", redirect_uri="https://canary.example/")
    text = text_of(service.mock)
    account = account_of("chan-tai-man")
    forbidden = [
        code, token, service.credentials.client_secret, "canary", account.useridcode, account.idcardnumber,
        account.telephonenumber, account.password, account.uid, persona("chan-tai-man").name_zh_hant,
    ]  # fmt: skip
    assert [value for value in forbidden if value in text] == []
    assert "chan-tai-man" in text


@pytest.mark.parametrize(
    "path", ["/", f"{BASE}/authorize", LOGIN, f"{BASE}/access_token", f"{BASE}/tokeninfo", "/no/CANARY"]
)
def test_canary_in_any_place_stays_out(mock, path):
    """A value in an unknown parameter, a known one, a parameter's name, the path or the method is not kept."""
    names = ["client_id", "client_secret", "scope", "service", "response_type", "state", "lang", "grant_type", "x"]
    client = Client(mock)
    client.get(path, query_string=dict.fromkeys(names, "CANARY"))
    client.get(f"{path}?CANARY")
    client.post(path, data={"username": "CANARY", "password": "CANARY", "form_mark": "CANARY", "persona": "CANARY"})
    client.open(path, method="CANARY")
    assert len(mock.journal.entries()) == 4
    assert "CANARY" not in text_of(mock)


def test_population_is_known_to_this_test():
    """The forbidden values above are real values of the population, so their absence means something."""
    assert persona("chan-tai-man") in POPULATION
    assert account_of("chan-tai-man").uid == "chan_tai_man"
