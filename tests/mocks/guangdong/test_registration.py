"""Which services and addresses can be registered at all."""

from __future__ import annotations

import pytest

UNREGISTRABLE = [
    "http://service.example/cb",
    "https://service.example/cb#/route",
    "https://user@service.example/cb",
    "https://service.example/cb?code=1",
    "https://service.example/cb?a=1&state=x",
    "https://service.example/c b",
    "https://service.example\\@evil.example/",
    "https://服務.example/cb",
    "https://service.example:0/cb",
    "https://service.example:99999/cb",
    "https://service.example:/cb",
    "https://SERVICE.example/cb",
    "https:///cb",
    "https:service.example",
    "ftp://service.example/cb",
    "javascript:alert(1)",
    "http://localhost.evil.example/cb",
    "http://127.0.0.1@evil.example/cb",
    "",
]


@pytest.mark.parametrize("address", UNREGISTRABLE)
def test_unsafe_address_cannot_be_registered(mock, address):
    """An address that could not be matched safely is refused when it is registered, not when it is used."""
    with pytest.raises(ValueError, match=r"address|redirect URI"):
        mock.register_client(name="x", redirect_uris=[address])


@pytest.mark.parametrize(
    "address",
    [
        "https://service.example/cb",
        "https://service.example:8443/cb?door=1",
        "http://127.0.0.1:5000/cb",
        "http://localhost/cb",
        "http://[::1]:5000/cb",
    ],
)
def test_safe_address_can_be_registered(mock, address):
    """Https anywhere, and http on loopback for development."""
    assert mock.register_client(name="x", redirect_uris=[address]).client_id.startswith("tyrz_")


def test_fragments_are_a_setting(make):
    """With fragment_redirects the code lands at the very end, behind the fragment, where hash routers look."""
    service = make(fragment_redirects=True, redirect_uri="https://service.example/#/cb")
    callback = service.mock.log_in(service.authorize_url(), "chan-tai-man")
    assert callback.startswith("https://service.example/#/cb?code=")


@pytest.mark.parametrize("uris", [[], "https://service.example/cb"])
def test_a_service_needs_a_list_of_addresses(mock, uris):
    """No address, or a text in place of a list, is a mistake."""
    with pytest.raises(ValueError, match="at least one"):
        mock.register_client(name="x", redirect_uris=uris)


def test_a_service_needs_a_name(mock):
    """A login page that cannot say who asks is refused at registration."""
    with pytest.raises(ValueError, match="name"):
        mock.register_client(name=" ", redirect_uris=["https://service.example/cb"])


@pytest.mark.parametrize(
    "bad",
    [
        {"code_lifetime_s": 0},
        {"token_lifetime_s": -1},
        {"session_lifetime_s": 0},
        {"error_codes": {}},
        {"error_status": 99},
    ],
)
def test_settings_that_cannot_be_kept_are_refused(make, bad):
    """A mock does not start with settings under which it could not keep its own rules."""
    with pytest.raises(ValueError, match=r"positive|no code|HTTP status"):
        make(**bad)
