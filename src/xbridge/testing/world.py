"""The world of a test: the mock platforms, one Bridge (of either colour), and residents who log in.

Everything runs in this process without a socket; the clock stands still until it is moved.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from xbridge.bridge.awaiting import AsyncBridge
from xbridge.bridge.blocking import Bridge
from xbridge.core.audit import AuditEvent
from xbridge.core.config import Config, parse_config
from xbridge.core.ports import Entropy, Store
from xbridge.crypto import base64url
from xbridge.crypto.key import SigningKey
from xbridge.crypto.sm2 import has_sm2
from xbridge.crypto.sm2_signing import Sm2SigningKey
from xbridge.stores.memory import MemoryStore
from xbridge.testing import catalogue
from xbridge.testing.transport import AsyncInProcessTransport, InProcessTransport

if TYPE_CHECKING:
    from xbridge_mocks import GuangdongMockSettings, IamSmartMockSettings, MockWorld
    from xbridge_mocks.iamsmart.courier import CallbackRequest
    from xbridge_mocks.persona import Persona

IAMSMART_URL = "http://iamsmart.test"
GUANGDONG_URL = "http://guangdong.test"
CORPID_URL = "http://corpid.test"
ZWRZ_URL = "http://zwrz.test"
TIF_URL = "http://tif.test"
SERVICE_URL = "https://svc.test"
CALLBACK_URL = f"{SERVICE_URL}/push/hk"
ASKING_SCOPES = (
    "eidapi_auth", "eidapi_profiles", "eidapi_formFilling", "eidapi_fr", "eidapi_sign", "eidapi_bulksign",
)  # fmt: skip
"""What a service that asks for everything is registered with."""
_CALLBACK_PATHS = {"iamsmart": "hk", "guangdong": "gd", "corpid": "corp", "zwrz": "office"}
NOON = datetime(2026, 6, 1, 4, 0, tzinfo=UTC)


def new_keys(entropy: Entropy = os.urandom, *, sm2: bool = False) -> dict[str, Any]:
    """Return a fresh ``keys`` section for a configuration: three signing keys, a sealing key, a pseudonym key.

    ``sm2`` adds an SM2 key, which signs records beside the first; it draws its own randomness.
    """
    return {
        **({"record_sm2": Sm2SigningKey.generate().to_pem().decode()} if sm2 else {}),
        **{name: SigningKey.generate("EdDSA", entropy).to_pem().decode() for name in ("record", "log", "token")},
        "sealing": [base64url.encode(entropy(32))],
        "pseudonym": base64url.encode(entropy(32)),
    }


def new_kek() -> tuple[str, bytes]:
    """Return a fresh RSA key-encryption key: private PEM text, public PEM bytes."""
    key: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    return private, key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


class _Place:
    """What both colours of a world share."""

    def __init__(
        self,
        *,
        at: datetime = NOON,
        seed: int | None = None,
        store: Store | None = None,
        overrides: Callable[[dict[str, Any]], None] | None = None,
        jwks: dict[str, dict[str, Any]] | None = None,
        personas: Sequence[Persona] | None = None,
        asking: bool = False,
        sm2: bool = False,
        iamsmart: IamSmartMockSettings | None = None,
        guangdong: GuangdongMockSettings | None = None,
        providers: Sequence[str] = ("iamsmart", "guangdong"),
        gateway: bool = False,
    ) -> None:
        """``at`` is when the clock stands; ``overrides`` may change the configuration document before it is checked.

        ``jwks`` gives parties of the catalogue their public keys; ``personas`` replaces the mocks' population;
        ``providers`` are those that this service is registered with.
        ``gateway`` registers it with the TIF gateway too, under the provider ``guangdong``.
        ``asking`` registers the service for everything that people can be asked at iAM Smart, forms and signatures, with
        a callback address (:meth:`respond` gives what is POSTed there); ``iamsmart`` is how that mock behaves,
        and ``guangdong`` how the other does.
        ``sm2`` signs every record with SM2 as well, which takes the extra ``gm``.
        """
        from xbridge_mocks import MockClock, MockWorld

        self.clock = MockClock(at)
        self.mocks: MockWorld = MockWorld(
            clock=self.clock,
            seed=seed,
            personas=personas,
            iamsmart_settings=iamsmart,
            guangdong_settings=guangdong,
        )
        self.callbacks: list[bytes] = []
        self._asking = asking
        self._gateway = gateway
        self._sm2 = sm2
        self.store: Store = store if store is not None else MemoryStore()
        self.events: list[AuditEvent] = []
        self.return_to = {name: f"{SERVICE_URL}/cb/{_CALLBACK_PATHS[name]}" for name in providers}
        document = self._document(jwks)
        if overrides is not None:
            overrides(document)
        self.config: Config = parse_config(document)

    @cached_property
    def applications(self) -> dict[str, Any]:
        """The mocks by host name."""
        names = [*self.return_to, *(["tif"] if self._gateway else [])]
        return {f"{name}.test": getattr(self.mocks, name) for name in names}

    def visit(self, url: str, persona: str, *, decision: str = "approve") -> str:
        """Log in at ``url`` as ``persona`` (a key of the mocks' population) and return the callback URL."""
        name = next((name for name in self.return_to if url.startswith(f"http://{name}.test/")), "guangdong")
        mock: Any = getattr(self.mocks, name)
        return str(mock.log_in(url, persona, decision=decision))

    def respond(self, business_id: str, decision: str = "approve") -> bytes:
        """Answer a request as the person who is asked, and return the body that iAM Smart POSTs to the callback address.

        Pass it to :meth:`~xbridge.Bridge.receive_callback`, as your web layer would.  ``decision`` is ``"approve"``,
        ``"refuse"``, ``"fail"``, and for a form or a signature ``"cancel"``.
        """
        self.mocks.iamsmart.decide(business_id, decision)
        return self.callbacks[-1]

    def _deliver(self, callback: CallbackRequest) -> int:
        """Keep what the mock POSTs; nothing listens at the address of this world."""
        self.callbacks.append(callback.content)
        return 200

    def _document(self, jwks: dict[str, dict[str, Any]] | None) -> dict[str, Any]:
        """Register this service with the mocks and return a configuration document."""
        register: dict[str, Callable[[str, bytes], dict[str, Any]]] = {
            "iamsmart": self._at_iamsmart,
            "guangdong": self._at_guangdong,
            "corpid": self._at_corpid,
            "zwrz": self._at_zwrz,
        }
        kek = new_kek()
        return {
            "profile": "development",
            "issuer": SERVICE_URL,
            "log_origin": "svc.test/ledger",
            "operator": "hk-portal",
            "keys": new_keys(sm2=self._sm2),
            "providers": {name: register[name](*kek) for name in self.return_to},
            "parties": catalogue.parties(jwks),
            "services": catalogue.services(),
        }

    def _at_iamsmart(self, private_kek: str, public_kek: bytes) -> dict[str, Any]:
        return_to = [self.return_to["iamsmart"]]
        more, section = self._for_asking() if self._asking else ({}, {})
        made = self.mocks.iamsmart.register_client(
            name="Sample portal",
            redirect_uris=[*return_to, *([CALLBACK_URL] if self._asking else [])],
            kek_public_keys=[public_kek],
            **more,
        )
        return {
            "base_url": IAMSMART_URL,
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "kek_private_keys": [private_kek],
            "redirect_uris": return_to,
            **section,
        }

    def _at_guangdong(self, _private_kek: str, _public_kek: bytes) -> dict[str, Any]:
        return_to = [self.return_to["guangdong"]]
        made = self.mocks.guangdong.register_client(name="Sample portal", redirect_uris=return_to)
        section = {
            "base_url": GUANGDONG_URL,
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "redirect_uris": return_to,
        }
        return {**section, "gateway": self._at_tif()} if self._gateway else section

    def _at_tif(self) -> dict[str, Any]:
        made = self.mocks.tif.register_client(name="Sample portal", upstream="http://service.test")
        return {"base_url": TIF_URL, "paasid": made.client_id, "token": made.client_secret}

    def _at_corpid(self, private_kek: str, public_kek: bytes) -> dict[str, Any]:
        return_to = [self.return_to["corpid"]]
        made = self.mocks.corpid.register_client(
            name="Sample portal", redirect_uris=return_to, kek_public_keys=[public_kek]
        )
        return {
            "base_url": CORPID_URL,
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "kek_private_keys": [private_kek],
            "redirect_uris": return_to,
            "corporate": {
                "base_url": f"{CORPID_URL}/corpid",
                "client_id": made.corp_client_id,
                "client_secret": made.corp_client_secret,
                "kek_private_keys": [private_kek],
            },
        }

    def _at_zwrz(self, _private_kek: str, _public_kek: bytes) -> dict[str, Any]:
        return_to = [self.return_to["zwrz"]]
        made = self.mocks.zwrz.register_client(name="Sample console", redirect_uris=return_to)
        return {
            "base_url": ZWRZ_URL,
            "client_id": made.client_id,
            "client_secret": made.client_secret,
            "redirect_uris": return_to,
        }

    def _for_asking(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return what a service that asks registers with the mock, and what its configuration holds."""
        mock = self.mocks.iamsmart
        mock.deliver = self._deliver
        section = {
            "callback_uri": CALLBACK_URL,
            "scopes": list(ASKING_SCOPES),
            # RSA's and SM2's; the second is of use with the extra gm only.
            "signing": {"trust_anchors": list(mock.trust_anchors())[: 2 if has_sm2() else 1]},
        }
        return {"scopes": ASKING_SCOPES}, section


class World(_Place):
    """A world with a blocking :class:`~xbridge.Bridge`."""

    @cached_property
    def bridge(self) -> Bridge:
        """The Bridge, reaching the mocks in process."""
        return Bridge(
            self.config,
            store=self.store,
            clock=self.clock.now,
            audit=self.events.append,
            transport=InProcessTransport(self.applications),
        )

    def log_in(self, provider: str, persona: str, *, session: str = "session-1") -> Any:
        """Log ``persona`` in at ``provider`` and return the identity."""
        hop = self.bridge.begin_login(provider, return_to=self.return_to[provider], session=session)
        callback = self.visit(hop.url, persona)
        return self.bridge.finish_login(hop.pending, callback_url=callback, session=session)


class AsyncWorld(_Place):
    """A world with an :class:`~xbridge.AsyncBridge`."""

    @cached_property
    def bridge(self) -> AsyncBridge:
        """The Bridge, reaching the mocks in process."""
        return AsyncBridge(
            self.config,
            store=self.store,
            clock=self.clock.now,
            audit=self.events.append,
            transport=AsyncInProcessTransport(self.applications),
        )

    async def log_in(self, provider: str, persona: str, *, session: str = "session-1") -> Any:
        """Log ``persona`` in at ``provider`` and return the identity."""
        hop = await self.bridge.begin_login(provider, return_to=self.return_to[provider], session=session)
        callback = self.visit(hop.url, persona)
        return await self.bridge.finish_login(hop.pending, callback_url=callback, session=session)
