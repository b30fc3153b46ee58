"""An order to sign many documents at once, and the token that must be fetched before it (dossier 10).

Names of calls and parts are VERIFIED for CorpID; shapes are INFERRED, and kept in this file and ``bulk``. Signing is
``signer``; the answer's way back, ``delivery``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xbridge_mocks.clock import MockClock
from xbridge_mocks.iamsmart.parameter import optional_text, text
from xbridge_mocks.iamsmart.refusal import Refused, Trail
from xbridge_mocks.iamsmart.registry import Client
from xbridge_mocks.iamsmart.setting import IamSmartMockSettings
from xbridge_mocks.iamsmart.signing_order import Document, SigningOrder, algorithm, digest_text, is_digest
from xbridge_mocks.persona import Persona
from xbridge_mocks.random_source import RandomSource

__all__ = ["MOST_DOCUMENTS", "BulkToken", "BulkTokens", "bulk_names", "bulk_order"]

MOST_DOCUMENTS = 1000
_LONGEST_KEY = 36


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkToken:
    """A BSQC token: for one person at one client, and for the names it was fetched under. Times in ms."""

    value: str = field(repr=False)
    client_id: str
    persona: str
    names: tuple[str, str]
    issued_ms: int
    lifetime_ms: int


class BulkTokens:
    """Every token alive. One may be used for several orders while it lives; whether the real one may is UNKNOWN."""

    def __init__(self, *, clock: MockClock, random: RandomSource, settings: IamSmartMockSettings) -> None:
        self._clock = clock
        self._random = random
        self._lifetime_ms = settings.bulk_token_ttl_s * 1000
        self._tokens: dict[str, BulkToken] = {}

    def issue(self, client: Client, person: Persona, names: tuple[str, str], *, expired: bool = False) -> BulkToken:
        """Mint a token of 32 hexadecimal characters; ``expired`` mints one that is already too old."""
        token = BulkToken(
            value=self._random.hex(16), client_id=client.client_id, persona=person.key, names=names,
            issued_ms=self._clock.now_ms(), lifetime_ms=self._lifetime_ms,
        )  # fmt: skip
        if not expired:
            self._tokens[token.value] = token
        return token

    def check(self, value: str, client: Client, person: Persona, order: SigningOrder, trail: Trail) -> None:
        """Raise Refused unless this client fetched the token, for this person and under the names of the order.

        D71008 for a token that is unknown, too old or somebody else's; D71009 for other names.
        """
        token = self._tokens.get(value)
        alive = token is not None and self._clock.now_ms() < token.issued_ms + token.lifetime_ms
        own = token is not None and (token.client_id, token.persona) == (client.client_id, person.key)
        trail.require(
            "bulk_token", alive and own, "D71008", parameter="bsqcToken", detail="unknown, expired or foreign"
        )
        if token is None:
            raise Refused("D71008", "bsqcToken")
        same = token.names == (order.department, order.service_name)
        trail.require("bulk_names", same, "D71009", detail="not the names the token was fetched under")

    def clear(self) -> None:
        """Forget all tokens."""
        self._tokens.clear()


def bulk_names(parameters: Mapping[str, object], trail: Trail) -> tuple[str, str]:
    """Department, which may be missing, and service name. Raises Refused."""
    department = optional_text(parameters, "department", trail, longest=100)
    return department, optional_text(parameters, "serviceName", trail, longest=255, needed=True)


def bulk_order(parameters: Mapping[str, object], trail: Trail) -> SigningOrder:
    """Read an order for 1 to 1000 documents, each under its own documentID. Raises Refused."""
    text(parameters, "bsqcToken", trail)
    given = parameters.get("documents")
    trail.require("documents_present", "documents" in parameters, "D20001", parameter="documents", detail="missing")
    trail.require("documents_form", isinstance(given, list), "D20003", parameter="documents", detail="not an array")
    listed = given if isinstance(given, list) else []
    trail.require("documents_filled", bool(listed), "D20002", parameter="documents", detail="empty array")
    few = len(listed) <= MOST_DOCUMENTS
    trail.require("documents_few", few, "D20003", parameter="documents", detail=f"over {MOST_DOCUMENTS}")
    documents = tuple(filter(None, map(_document, listed)))
    whole = len(documents) == len(listed)
    trail.require(
        "documents_each", whole, "D20003", parameter="documents", detail="one lacks something, or has it wrong"
    )
    apart = len({document.key for document in documents}) == len(documents)
    trail.require("documents_apart", apart, "D20003", parameter="documents", detail="a documentID twice")
    department, service_name = bulk_names(parameters, trail)
    return SigningOrder(
        documents=documents, algorithm=algorithm(parameters, trail), hkic_hash=digest_text(parameters, "HKICHash", trail),
        department=department, service_name=service_name,
    )  # fmt: skip


def _document(given: object) -> Document | None:
    if not isinstance(given, dict):
        return None
    key, name, digest = (given.get(member) for member in ("documentID", "documentName", "hashCode"))
    if not (isinstance(key, str) and isinstance(name, str) and isinstance(digest, str)):
        return None
    lawful = 1 <= len(key) <= _LONGEST_KEY and 1 <= len(name) <= 255 and is_digest(digest)
    return Document(key=key, name=name, digest=digest) if lawful else None
