"""The online services that iAM Smart knows: what the self-service portal would hold about each.

Registration is strict, so that a test cannot lean on a redirect address or key the real portal would refuse. Sessions,
keys and tokens of a client are kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key, load_pem_public_key

from xbridge_mocks.client import ClientCredentials, ServiceName
from xbridge_mocks.control import refuse_unknown
from xbridge_mocks.random_source import RandomSource

__all__ = ["DEFAULT_SCOPES", "SCOPES", "Client", "Registry", "load_kek", "strings"]

SCOPES = (
    "eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_sign", "eidapi_fr", "eidapi_bulksign", "eidapi_sua",
)  # fmt: skip
DEFAULT_SCOPES = ("eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_fr")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One registered online service. The newest key-encryption key is the last.

    ``direct_login_uri`` takes the codes of direct login version 2, ``direct_login_app_uri`` those of it that open an app;
    ``get_state_uri`` begins version 1. Empty: none of it.
    """

    client_id: str
    client_secret: str = field(repr=False)
    name: ServiceName
    redirect_uris: tuple[str, ...]
    scopes: tuple[str, ...]
    keks: tuple[RSAPublicKey, ...] = field(repr=False)
    direct_login_uri: str = ""
    get_state_uri: str = ""
    direct_login_app_uri: str = ""


_MEMBERS = (
    "name", "redirect_uris", "kek_public_keys", "scopes", "name_texts", "direct_login_uri", "get_state_uri",
    "direct_login_app_uri",
)  # fmt: skip


class Registry:
    """All registered clients, by client id."""

    def __init__(self, random: RandomSource) -> None:
        self._random = random
        self._clients: dict[str, Client] = {}

    def find(self, client_id: str) -> Client | None:
        """The client with exactly this id, or None."""
        return self._clients.get(client_id)

    def register(
        self,
        *,
        name: str,
        redirect_uris: Sequence[str],
        kek_public_keys: Iterable[bytes],
        scopes: Sequence[str] = DEFAULT_SCOPES,
        name_texts: Mapping[str, str] | None = None,
        direct_login_uri: str = "",
        get_state_uri: str = "",
        direct_login_app_uri: str = "",
    ) -> ClientCredentials:
        """Add a client and return its new credentials. Raises ValueError for anything the portal would refuse."""
        if not redirect_uris:
            raise ValueError("a client needs at least one redirect URI")
        for uri in (*redirect_uris, *filter(None, (direct_login_uri, get_state_uri, direct_login_app_uri))):
            _check_redirect_uri(uri)
        unknown = sorted(set(scopes) - set(SCOPES))
        if unknown or not scopes:
            raise ValueError(f"scopes come from {', '.join(SCOPES)}; not {', '.join(unknown) or 'none'}")
        client = Client(
            client_id=self._random.hex(16),
            client_secret=self._random.hex(16),
            name=ServiceName.of(name, dict(name_texts or {})),
            redirect_uris=tuple(redirect_uris),
            scopes=tuple(scopes),
            keks=tuple(load_kek(raw) for raw in kek_public_keys),
            direct_login_uri=direct_login_uri,
            get_state_uri=get_state_uri,
            direct_login_app_uri=direct_login_app_uri,
        )
        self._clients[client.client_id] = client
        return ClientCredentials(client_id=client.client_id, client_secret=client.client_secret)

    def register_from(self, document: Mapping[str, object]) -> ClientCredentials:
        """Add a client described in JSON, keys as PEM text. Raises ValueError."""
        refuse_unknown(document, _MEMBERS)
        name = document.get("name")
        texts = document.get("name_texts", {})
        if not isinstance(name, str):
            raise ValueError("name is text")
        if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
            raise ValueError("name_texts maps languages to texts")
        return self.register(
            name=name,
            redirect_uris=strings(document.get("redirect_uris", []), "redirect_uris"),
            kek_public_keys=[pem.encode() for pem in strings(document.get("kek_public_keys", []), "kek_public_keys")],
            scopes=strings(document.get("scopes", list(DEFAULT_SCOPES)), "scopes"),
            name_texts={str(key): str(value) for key, value in texts.items()},
            direct_login_uri=_address(document, "direct_login_uri"),
            get_state_uri=_address(document, "get_state_uri"),
            direct_login_app_uri=_address(document, "direct_login_app_uri"),
        )

    def add_kek(self, client_id: str, kek_public_key: bytes) -> None:
        """Configure a newer key-encryption key for a client. Raises KeyError or ValueError."""
        old = self._clients[client_id]
        self._clients[client_id] = replace(old, keks=(*old.keks, load_kek(kek_public_key)))

    def all(self) -> tuple[Client, ...]:
        """Every client, in the order of registration."""
        return tuple(self._clients.values())


def load_kek(raw: bytes) -> RSAPublicKey:
    """Read an RSA public key or certificate, PEM or DER. Raises ValueError for another kind or under 2048 bits."""
    key = _load_public(raw)
    if not isinstance(key, RSAPublicKey) or key.key_size < 2048:
        raise ValueError("a key-encryption key is RSA of at least 2048 bits")
    return key


def _load_public(raw: bytes) -> object:
    if b"PRIVATE KEY" in raw:
        raise ValueError("this is a private key; a mock takes public keys only")
    if raw.startswith(b"-----BEGIN CERTIFICATE"):
        return x509.load_pem_x509_certificate(raw).public_key()
    return load_pem_public_key(raw) if raw.startswith(b"-----") else load_der_public_key(raw)


def _check_redirect_uri(uri: str) -> None:
    parts = urlsplit(uri)
    plain = uri.isascii() and uri.isprintable() and not set(uri) & set(" \\\"'<>`{}|^")
    if not plain or parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or "#" in uri:
        raise ValueError(f"a redirect URI is an absolute http(s) address without user name or fragment, not {uri!r}")
    if parts.port == 0:
        raise ValueError("a redirect URI needs a real port")


def strings(value: object, name: str) -> list[str]:
    """The list of text called ``name`` in a description. Raises ValueError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"{name} is a list of text")
    return [str(item) for item in value]


def _address(document: Mapping[str, object], name: str) -> str:
    value = document.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{name} is text")
    return value
