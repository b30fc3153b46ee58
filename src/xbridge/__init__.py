"""xbridge: iAM Smart and the Guangdong Unified Identity Authentication Platform, linked, with consent and proof.

Public names only; each is loaded when it is first used, so that importing the package costs next to nothing.
"""

from importlib import import_module as _import_module

# What type checkers see; ``typing`` itself is not imported, because even that costs milliseconds.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from xbridge.bridge.awaiting import AsyncBridge as AsyncBridge
    from xbridge.bridge.blocking import Bridge as Bridge
    from xbridge.core import errors as errors
    from xbridge.core.bulk_signing import BulkDocument as BulkDocument
    from xbridge.core.bulk_signing import BulkSignature as BulkSignature
    from xbridge.core.bulk_signing import BulkSignatures as BulkSignatures
    from xbridge.core.config import parse_config as parse_config
    from xbridge.core.flow import DataFlow as DataFlow
    from xbridge.core.gateway import GatewayReply as GatewayReply
    from xbridge.core.gateway import GatewayUser as GatewayUser
    from xbridge.core.gateway import LoginSession as LoginSession
    from xbridge.core.gateway import TifUser as TifUser
    from xbridge.core.identity import Identity as Identity
    from xbridge.core.identity import LoginHop as LoginHop
    from xbridge.core.request import Collected as Collected
    from xbridge.core.request import FormHop as FormHop
    from xbridge.core.request import FormTitle as FormTitle
    from xbridge.core.request import PendingRequest as PendingRequest
    from xbridge.core.request import StepUp as StepUp
    from xbridge.core.signing import DocumentSignature as DocumentSignature
    from xbridge.core.signing import HashSignature as HashSignature
    from xbridge.core.signing import SigningHop as SigningHop
    from xbridge.core.signing import SigningStepUp as SigningStepUp
    from xbridge.core.signing import SigningTitle as SigningTitle
    from xbridge.drivers.settings import load_config as load_config
    from xbridge.exchange.access_token import verify_access_token as verify_access_token
    from xbridge.flows.binding import Binding as Binding
    from xbridge.flows.consent import Consent as Consent
    from xbridge.flows.consent import ConsentOffer as ConsentOffer
    from xbridge.flows.exchange import Release as Release
    from xbridge.flows.introspection import Introspection as Introspection
    from xbridge.flows.link import Link as Link
    from xbridge.flows.verification import verify_bundle as verify_bundle
    from xbridge.linking.review import Review as Review
    from xbridge.stores.memory import MemoryStore as MemoryStore
    from xbridge.stores.sqlite import SQLiteStore as SQLiteStore
del TYPE_CHECKING

_HOMES = {
    "AsyncBridge": "xbridge.bridge.awaiting",
    "Binding": "xbridge.flows.binding",
    "Bridge": "xbridge.bridge.blocking",
    "Consent": "xbridge.flows.consent",
    "ConsentOffer": "xbridge.flows.consent",
    "DataFlow": "xbridge.core.flow",
    "errors": "xbridge.core",
    "Identity": "xbridge.core.identity",
    "Introspection": "xbridge.flows.introspection",
    "Link": "xbridge.flows.link",
    "load_config": "xbridge.drivers.settings",
    "LoginHop": "xbridge.core.identity",
    "MemoryStore": "xbridge.stores.memory",
    "parse_config": "xbridge.core.config",
    "Release": "xbridge.flows.exchange",
    "Review": "xbridge.linking.review",
    "SQLiteStore": "xbridge.stores.sqlite",
    "Collected": "xbridge.core.request",
    "FormHop": "xbridge.core.request",
    "FormTitle": "xbridge.core.request",
    "PendingRequest": "xbridge.core.request",
    "StepUp": "xbridge.core.request",
    "GatewayReply": "xbridge.core.gateway",
    "GatewayUser": "xbridge.core.gateway",
    "LoginSession": "xbridge.core.gateway",
    "TifUser": "xbridge.core.gateway",
    "BulkDocument": "xbridge.core.bulk_signing",
    "BulkSignature": "xbridge.core.bulk_signing",
    "BulkSignatures": "xbridge.core.bulk_signing",
    "DocumentSignature": "xbridge.core.signing",
    "HashSignature": "xbridge.core.signing",
    "SigningHop": "xbridge.core.signing",
    "SigningStepUp": "xbridge.core.signing",
    "SigningTitle": "xbridge.core.signing",
    "verify_access_token": "xbridge.exchange.access_token",
    "verify_bundle": "xbridge.flows.verification",
}

__all__ = sorted(_HOMES, key=str.casefold)
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Load a public name from where it lives, once."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = _import_module(f"{home}.{name}") if name == "errors" else getattr(_import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return [*__all__, "__version__"]
