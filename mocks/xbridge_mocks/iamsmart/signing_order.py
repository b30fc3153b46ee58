"""What a service orders to be signed: the digest, by which algorithm, under which names, and for whose card (dossier 10).

Reading and refusing; how the order travels is ``initiation`` and ``anonymous``, how it is signed is ``signer``.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from xbridge_mocks.iamsmart.authority import KeyType
from xbridge_mocks.iamsmart.parameter import optional_text, text
from xbridge_mocks.iamsmart.refusal import Trail
from xbridge_mocks.persona import Persona
from xbridge_mocks.strict_json import StrictJsonError, load_object

__all__ = [
    "ALGORITHMS", "Algorithm", "Document", "Impediment", "SigningOrder", "algorithm", "digest_text", "hkic_hash",
    "impediment", "is_digest", "signing_order",
]  # fmt: skip

Algorithm = Literal["SHA256withRSA", "NONEwithRSA", "SM3withSM2", "NONEwithSM2"]
Impediment = Literal["not_plus", "other_card"]
ALGORITHMS: dict[str, tuple[Algorithm, KeyType]] = {
    "SHA256withRSA": ("SHA256withRSA", "RSA"),
    "NONEwithRSA": ("NONEwithRSA", "RSA"),
    "SM3withSM2": ("SM3withSM2", "SM2"),
    "NONEwithSM2": ("NONEwithSM2", "SM2"),
}
_STEP_UPS: tuple[dict[str, list[str]], ...] = ({"unary": ["FR"]}, {"unary": ["NFC"]}, {"and": ["FR", "NFC"]})
_LONGEST_PERIOD_H = 720


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One document to sign: its name, and the digest as base64 text. ``key`` is its documentID in a bulk order."""

    name: str
    digest: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningOrder:
    """Documents to sign and the names under which people see the order; for one document, or many in a bulk order.

    ``hkic_hash`` is that of the card the signer must hold; ``step_up`` names the extra checks, ``step_up_period_h`` is
    their period in hours since the account was made, and None where it is left to the platform.
    """

    documents: tuple[Document, ...]
    algorithm: Algorithm
    hkic_hash: str = field(repr=False)
    service_name: str
    department: str = ""
    step_up: tuple[str, ...] = ()
    step_up_period_h: int | None = None

    @property
    def key_type(self) -> KeyType:
        """The kind of key that signs."""
        return ALGORITHMS[self.algorithm][1]


def signing_order(parameters: Mapping[str, object], trail: Trail, *, pdf: bool) -> SigningOrder:
    """Read an order for one document. Raises Refused for what is missing, too long or of no lawful form."""
    digest = digest_text(parameters, "docDigest" if pdf else "hashCode", trail)
    step_up, period = _step_up(parameters, trail)
    names = _names(parameters, trail)
    name = optional_text(parameters, "documentName", trail, longest=255, needed=True)
    return SigningOrder(
        documents=(Document(name=name, digest=digest),),
        algorithm="SHA256withRSA" if pdf else algorithm(parameters, trail),
        hkic_hash=digest_text(parameters, "HKICHash", trail),
        department=names[0], service_name=names[1], step_up=step_up, step_up_period_h=period,
    )  # fmt: skip


def hkic_hash(person: Persona) -> str:
    """The HKICHash of the card that ``person`` holds: over the number without its check digit."""
    return base64.b64encode(hashlib.sha256(person.hkid.encode()).digest()).decode("ascii")


def impediment(card: str, person: Persona) -> Impediment | None:
    """Why ``person`` cannot sign for ``card``, an HKICHash: no iAM Smart+, or a card that is not this one."""
    if person.iamsmart is None or person.iamsmart.user_type != "sign":
        return "not_plus"
    return None if hkic_hash(person) == card else "other_card"


def digest_text(parameters: Mapping[str, object], name: str, trail: Trail) -> str:
    """The parameter ``name``: 32 bytes in canonical standard base64. Raises Refused."""
    value = text(parameters, name, trail)
    trail.require(f"{name}_digest", is_digest(value), "D20003", parameter=name, detail="not 32 bytes in base64")
    return value


def algorithm(parameters: Mapping[str, object], trail: Trail) -> Algorithm:
    """The signature algorithm, by default SHA256withRSA. Raises Refused."""
    name = parameters.get("sigAlgo", "SHA256withRSA")
    known = isinstance(name, str) and name in ALGORITHMS
    trail.require("algorithm", known, "D20003", parameter="sigAlgo", detail="not one of the four")
    return ALGORITHMS[str(name)][0]


def _names(parameters: Mapping[str, object], trail: Trail) -> tuple[str, str]:
    department = optional_text(parameters, "department", trail, longest=100)
    return department, optional_text(parameters, "serviceName", trail, longest=255, needed=True)


def is_digest(value: str) -> bool:
    """Whether this text is 32 bytes in the one canonical spelling of standard base64."""
    try:
        raw = base64.b64decode(value.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        return False
    # Two spellings of one digest would be two texts, and the identification code is made of the text.
    return len(raw) == 32 and base64.b64encode(raw).decode("ascii") == value


def _step_up(parameters: Mapping[str, object], trail: Trail) -> tuple[tuple[str, ...], int | None]:
    method, period = parameters.get("stepupAuthMethod"), parameters.get("stepupAuthPeriod")
    read = _method(method)
    lawful = read in _STEP_UPS if "stepupAuthMethod" in parameters else True
    trail.require("step_up", lawful, "D20003", parameter="stepupAuthMethod", detail="not a lawful JSON text")
    hours = _hours(period)
    lawful = hours is not None or "stepupAuthPeriod" not in parameters
    trail.require("step_up_period", lawful, "D20003", parameter="stepupAuthPeriod", detail="not 0 to 720")
    return tuple(next(iter(read.values()), ())), hours


def _hours(period: object) -> int | None:
    """A whole number of hours within bounds, or nothing. JSON knows one kind of number: 48.0 is as whole as 48."""
    if isinstance(period, bool) or not isinstance(period, int | float) or not 0 <= period <= _LONGEST_PERIOD_H:
        return None
    return int(period) if period == int(period) else None


def _method(method: object) -> dict[str, list[str]]:
    """The one of the lawful methods that this JSON text means, or nothing."""
    try:
        read = load_object(method.encode()) if isinstance(method, str) else {}
    except StrictJsonError:
        return {}
    return next((lawful for lawful in _STEP_UPS if lawful == read), {})
