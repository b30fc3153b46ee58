"""xbridge: iAM Smart and the Guangdong Unified Identity Authentication Platform, linked, with consent and proof.

Public names only; each is loaded when it is first used, so that importing the package costs next to nothing.
"""

from importlib import import_module as _import_module

_HOMES = {
    "AsyncBridge": "xbridge.bridge",
    "Bridge": "xbridge.bridge",
    "Consent": "xbridge.flows.consent",
    "ConsentOffer": "xbridge.flows.consent",
    "DataFlow": "xbridge.core.flow",
    "errors": "xbridge.core.errors",
    "Identity": "xbridge.core.identity",
    "Introspection": "xbridge.flows.introspection",
    "Link": "xbridge.flows.link",
    "load_config": "xbridge.drivers.settings",
    "LoginHop": "xbridge.core.identity",
    "MemoryStore": "xbridge.stores.memory",
    "parse_config": "xbridge.core.config",
    "Release": "xbridge.flows.exchange",
    "SQLiteStore": "xbridge.stores.sqlite",
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
    module = _import_module(home)
    value = module if name == "errors" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return [*__all__, "__version__"]
