"""A platform that matches registered addresses by their beginning: one segment more, and nothing that looks like it."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from tests.mocks.guangdong.relying_service import BASES, LOGIN
from xbridge_mocks.guangdong.redirect import match_registered

GENERATIONS = sorted(BASES)
AT = "https://service.example/cb"

# One segment more to one reader, another address to the next.
LOOK_ALIKES = [
    f"{AT}/", f"{AT}//S", f"{AT}/S/", f"{AT}/S/T", f"{AT}S", f"{AT}-S", f"{AT}.S",
    f"{AT}/.", f"{AT}/..", f"{AT}/../S", f"{AT}/./S", f"{AT}/S.", f"{AT}/.S", f"{AT}/%2e%2e", f"{AT}/%2E%2E%2FS",
    f"{AT}/S%2FT", f"{AT}/S%2fT", f"{AT}%2FS", f"{AT}/S%5CT", f"{AT}/%53", f"{AT}/S%00", f"{AT}/S%253F",
    f"{AT}\\S", f"{AT}/S\\T", f"{AT}/S;T", f"{AT}/S,T", f"{AT}/S:T", f"{AT}/S@T", f"{AT}/S+T", f"{AT}/S=T", f"{AT}/S&code=x",
    f"{AT}/S?", f"{AT}/S?code=x", f"{AT}/S?state=T", f"{AT}?state=S", f"{AT}/?S", f"{AT}/S#", f"{AT}/S#T", f"{AT}#/S",
    f"{AT}/S T", f"{AT}/S ", f" {AT}/S", f"{AT}/S\n", f"{AT}/S\r\nX: y", f"{AT}/S\t", f"{AT}/S\x00", f"{AT}/é", f"{AT}/Ｓ",
    f"{AT}/{'S' * 513}",
    "https://service.example/S", "https://service.example/cb2/S", "https://service.example/CB/S", "https://service.example/c/S",
    "https://service.example/cb%2f/S", "https://service.example//cb/S", "https://service.example/x/../cb/S",
    "http://service.example/cb/S", "HTTPS://service.example/cb/S", "https://SERVICE.example/cb/S",
    "https://service.example:443/cb/S", "https://service.example:8443/cb/S", "https://service.example./cb/S",
    "https://service.example@evil.example/cb/S", "https://service.example.evil.example/cb/S",
    "https://evil.example/cb/S", "https://evil.example/https://service.example/cb/S", "//service.example/cb/S", "/cb/S", "/S",
]  # fmt: skip


def authorize(service, path="", /, **changes):
    """A right authorize request, changed, with a browser that has no cookies."""
    where = path or f"{service.base}/authorize"
    return Client(service.mock).get(where, query_string=service.authorize_params(**changes))


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("segment", ["", "/S", "/a-b_c~9", "/" + "A" * 512])
def test_one_segment_more_is_the_registered_address(make, generation, segment):
    """The address itself, and with one plain segment more, is where the code goes, and good at the token step."""
    service = make(generation=generation, redirect_match="prefix")
    back = service.mock.log_in(service.authorize_url(redirect_uri=AT + segment), "chan-tai-man")
    where, _, code = back.partition("?code=")
    assert where == AT + segment
    assert service.access_token(code, redirect_uri=AT + segment).status_code == 200


@pytest.mark.parametrize("address", LOOK_ALIKES)
def test_look_alikes_are_never_followed(make, address):
    """Whatever is not exactly one plain segment more gets a page: at authorize and at login."""
    service = make(redirect_match="prefix")
    for path in ("", LOGIN):
        reply = authorize(service, path, redirect_uri=address)
        assert (reply.status_code, reply.mimetype) == (400, "text/html")
        assert "Location" not in reply.headers


@pytest.mark.parametrize("rule", ["exact", "allow_query"])
def test_only_this_rule_admits_a_segment(make, rule):
    """By default, and where addresses are compared whole, a segment makes it another address."""
    assert authorize(make(redirect_match=rule), redirect_uri=f"{AT}/S").status_code == 400
    assert authorize(make(), redirect_uri=f"{AT}/S").status_code == 400


def test_the_code_is_of_one_segment(make):
    """The token step compares the whole address: a code that went to one segment is not good with another, or none."""
    for other in (AT, f"{AT}/T"):
        service = make(redirect_match="prefix")
        code = service.code(redirect_uri=f"{AT}/S")
        assert service.access_token(code, redirect_uri=other).status_code == 400


@pytest.mark.parametrize("requested", [
    f"{AT}?door=2&floor=3/S", f"{AT}/S?door=2", f"{AT}/S?floor=3&door=2", f"{AT}/S?door=2&floor=3&x=4", f"{AT}/S?door=2&floor=3&",
    f"{AT}/S/?door=2&floor=3", f"{AT}/S?door=2&floor=3#", f"{AT}/S?x?door=2&floor=3", f"{AT}/S", f"{AT}/?door=2&floor=3",
])  # fmt: skip
def test_the_query_stays_as_registered(requested):
    """With parameters of its own an address takes the segment in front of them, and they do not change."""
    registered = f"{AT}?door=2&floor=3"
    assert match_registered(f"{AT}/S?door=2&floor=3", [registered], rule="prefix") == registered
    assert match_registered(requested, [registered], rule="prefix") is None


@pytest.mark.parametrize(("registered", "requested"), [
    (f"{AT}/", f"{AT}/S"), (f"{AT}/", f"{AT}//S"), (f"{AT}#/route", f"{AT}#/route/S"), (f"{AT}#/route", f"{AT}/S#/route"),
    ("https://service.example/", "https://service.example//S"), ("https://service.example", "https://service.example.evil/S"),
    ("https://service.example", "https://service.example:99/S"), ("https://service.example", "https://service.example@evil"),
])  # fmt: skip
def test_an_address_without_an_end_takes_none(registered, requested):
    """Nothing is added behind a slash, inside a fragment or to a host."""
    assert match_registered(requested, [registered], rule="prefix") is None
    assert match_registered(registered, [registered], rule="prefix") == registered


@pytest.mark.parametrize(("commas", "query"), [("ampersand", "door=2&floor=3"), ("kept", "door=2,floor=3")])
def test_commas_beside_a_segment(make, commas, query):
    """In the first generation the segment survives the turning of commas, and the parameters come back once."""
    service = make(
        redirect_uri=f"{AT}?door=2&floor=3", generation="am", redirect_match="prefix", am_commas=commas
    )  # fmt: skip
    back = service.mock.log_in(service.authorize_url(redirect_uri=f"{AT}/S?door=2,floor=3"), "chan-tai-man")
    assert back.startswith(f"{AT}/S?{query}&code=")


def test_a_wrong_state_is_wrong_in_the_path(make):
    """The fault changes the state where the service put it, and adds none in the query."""
    service = make(redirect_match="prefix")
    service.mock.faults.add("state_wrong", operation="login")
    back = service.mock.log_in(service.authorize_url(redirect_uri=f"{AT}/S"), "chan-tai-man")
    where, _, query = back.partition("?")
    assert where.startswith(f"{AT}/")
    assert where != f"{AT}/S"
    assert "state" not in query
