"""An absolute web address as a configuration may hold it (lessons.md B4, C12, G2).

Says only whether the text is one, and one of a real host.  It never repairs or normalises: addresses are compared byte
for byte elsewhere.  Nothing here resolves a name.
"""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import urlsplit

# Printable ASCII without what RFC 3986 leaves out; a backslash is a slash to browsers and a letter to parsers.
_CHARACTERS = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]{1,2048}", re.ASCII)
_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::(?P<port>[1-9][0-9]{0,4}))?", re.ASCII)
_NAME = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
UNREAL_SUFFIXES = ("localhost", "test", "invalid", "local")
"""Last labels that no public host has (RFC 6761, RFC 6762)."""


def check_web_address(text: str, *, real_host: bool) -> None:
    """Return if ``text`` is an http or https address without user name and fragment; ``real_host`` asks for more.

    A real host speaks https, is not this machine or its private network, and does not call itself a mock.  Raises
    ``ValueError`` whose text says what is wrong and never quotes ``text``, which may hold a secret.
    """
    if not _CHARACTERS.fullmatch(text):
        raise ValueError("must be an address without blanks, control characters, backslashes or other odd characters")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError("must be an absolute http or https address") from None
    # ``urlsplit`` forgives a scheme in capitals; whoever compares addresses byte for byte does not.
    if parts.scheme not in ("http", "https") or not text.startswith(f"{parts.scheme}://"):
        raise ValueError("must be an absolute http or https address")
    if "#" in text:
        raise ValueError("must not have a fragment")
    authority = _AUTHORITY.fullmatch(parts.netloc)
    if authority is None or int(authority["port"] or 443) > 65535:
        raise ValueError("must name a host, with neither user name nor odd port")
    host = authority["host"].lower()
    address = _address(host)
    if real_host:
        if parts.scheme != "https":
            raise ValueError("must be an https URL of a real host unless profile is development")
        reserved = address is not None and (address.is_multicast or not address.is_global)
        if reserved or host.rpartition(".")[2] in UNREAL_SUFFIXES or "mock" in text.lower():
            raise ValueError("must be an https URL of a real host unless profile is development")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address that ``host`` spells, or None for a name.  Raises ``ValueError``."""
    try:
        if host.startswith("["):
            address = IPv6Address(host[1:-1])
            # What such an address reaches is the IPv4 address inside.
            return address.ipv4_mapped or address
        # To a browser every host whose last label is a number is an IPv4 address, however it is written.
        if _NUMBER.fullmatch(host.rpartition(".")[2]):
            return IPv4Address(host)
    except ValueError:
        raise ValueError("must name a host, or an IP address in its usual form") from None
    if not _NAME.fullmatch(host):
        raise ValueError("must name a host, or an IP address in its usual form")
    return None
