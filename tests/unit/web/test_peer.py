"""Who may POST: source addresses and certificates that a proxy verified."""

from __future__ import annotations

import pytest

from xbridge.core.errors import CallbackInvalid, ConfigError
from xbridge.web import PeerAddresses, PeerCertificate, WebRequest


def request(peer: str = "", **headers: str) -> WebRequest:
    """A request from ``peer``."""
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return WebRequest(method="POST", path="/", peer=peer, headers=sent)


@pytest.mark.parametrize("peer", ["203.0.113.7", "::ffff:203.0.113.7", "2001:db8::9"])
def test_a_known_network_passes(peer: str) -> None:
    """IPv4, IPv4 in IPv6's clothes, IPv6."""
    PeerAddresses(["203.0.113.0/24", "2001:db8::/32"])(request(peer))


@pytest.mark.parametrize(
    "peer",
    ["", "203.0.112.255", "198.51.100.1", "::1", "unix:", "203.0.113.7, 198.51.100.1", "203.0.113.7:80", "0xcb007107"],
)
def test_anybody_else_does_not(peer: str) -> None:
    """Other addresses, lists, and what is no address."""
    with pytest.raises(CallbackInvalid, match="peer"):
        PeerAddresses(["203.0.113.0/24", "2001:db8::/32"])(request(peer))


def test_headers_do_not_change_the_peer() -> None:
    """Whoever writes X-Forwarded-For says nothing about where they are."""
    with pytest.raises(CallbackInvalid):
        PeerAddresses(["203.0.113.0/24"])(request("198.51.100.1", x_forwarded_for="203.0.113.7"))


@pytest.mark.parametrize("networks", [[], ["203.0.113.1/24"], ["x"], ["203.0.113.0/33"]])
def test_a_list_must_be_a_list_of_networks(networks: list[str]) -> None:
    """A wrong entry is said at the start."""
    with pytest.raises(ConfigError):
        PeerAddresses(networks)


def test_a_certificate_is_compared_exactly() -> None:
    """The proxy's header must hold one of the expected texts, in full."""
    check = PeerCertificate(header="X-Client-Fingerprint", expected=("ab12", "cd34"))
    check(request(x_client_fingerprint="cd34"))
    for shown in ("", "CD34", "cd3", "cd34 ", "ab12, cd34"):
        with pytest.raises(CallbackInvalid, match="peer"):
            check(request(x_client_fingerprint=shown))
    with pytest.raises(CallbackInvalid):
        check(request())
