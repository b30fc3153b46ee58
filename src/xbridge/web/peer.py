"""Who may POST results: checks for :meth:`Hooks.check_peer` (iamsmart.md section 1, "Callback authenticity").

A callback bears no signature, so the connection is worth a look: the platform's addresses, or the client certificate
that your TLS end verified.  Neither replaces the ties that ``Bridge.receive_callback`` checks.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from xbridge.core.errors import CallbackInvalid, ConfigError
from xbridge.crypto.digest import constant_time_equal
from xbridge.web.message import WebRequest


class PeerAddresses:
    """Lets requests from some networks pass.  Behind a proxy the peer is the proxy: then use the proxy's own list."""

    def __init__(self, networks: Iterable[str]) -> None:
        """``networks`` are like ``"203.0.113.0/24"``.  Raises ``ConfigError`` for anything else, and for none at all."""
        try:
            self._networks = tuple(ip_network(network) for network in networks)
        except ValueError:
            raise ConfigError("a peer network is written like 203.0.113.0/24") from None
        if not self._networks:
            raise ConfigError("a list of peer networks without an entry would refuse everybody")

    def __call__(self, request: WebRequest) -> None:
        """Check ``request.peer``.  Raises ``CallbackInvalid``."""
        try:
            address = ip_address(request.peer)
        except ValueError:
            raise CallbackInvalid("peer", reason="missing") from None
        # A server that listens on both families writes IPv4 addresses in IPv6's clothes.
        address = getattr(address, "ipv4_mapped", None) or address
        if not any(address in network for network in self._networks):
            raise CallbackInvalid("peer", reason="unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerCertificate:
    """Believes a header in which your proxy says whose client certificate it verified.

    The proxy must remove ``header`` from every request, also when it is spelled with underscores (WSGI cannot tell the
    two apart), and set it only itself; otherwise anybody can send it.  With nginx, for the whole server:
    ``ssl_verify_client optional; proxy_set_header X-Client-Fingerprint $ssl_client_fingerprint;``.  ``on`` would lock
    every browser out.  nginx drops names with underscores itself as long as ``underscores_in_headers`` is off.
    """

    header: str
    expected: tuple[str, ...]

    def __call__(self, request: WebRequest) -> None:
        """Check that the header holds one of the expected texts, exactly.  Raises ``CallbackInvalid``."""
        shown = request.headers.get(self.header.lower(), "")
        if not shown:
            raise CallbackInvalid("peer", reason="missing")
        if not any(constant_time_equal(shown, text) for text in self.expected):
            raise CallbackInvalid("peer", reason="unknown")
