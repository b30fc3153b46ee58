"""The configurations of the two operators of the binding demonstration: each with keys of its own, each naming the other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from xbridge.core.config import Config, parse_config
from xbridge.core.moment import to_text
from xbridge.crypto.key import SigningKey
from xbridge.drivers.clock import utc_now
from xbridge.testing import catalogue

HONG_KONG, GUANGDONG = "hk-portal", "gd-identity"


def record_jwks(keys: dict[str, Any]) -> dict[str, Any]:
    """Return the public half of the record key in ``keys``, as the other operator is given it."""
    return {"keys": [SigningKey.from_pem(keys["record"].encode()).public().to_jwk()]}


def operator_config(
    operator: str,
    *,
    own_url: str,
    keys: dict[str, Any],
    peers: dict[str, dict[str, Any]],
    providers: dict[str, Any] | None = None,
) -> Config:
    """Return the configuration of ``operator``; ``peers`` holds ``matching_url`` and ``jwks`` by party.

    Only Guangdong's catalogue has the binding: Guangdong begins it.
    """
    parties = [{**party, **peers.get(party["id"], {})} for party in catalogue.parties()]
    binds = operator == GUANGDONG
    return parse_config(
        {
            "profile": "development",
            "issuer": own_url,
            "log_origin": f"{operator}.example/ledger",
            "operator": operator,
            # A minute early, so that a clock that is read twice cannot make a key younger than its first use.
            "keys": {**keys, "valid_from": to_text(utc_now() - timedelta(minutes=1))},
            "providers": providers or {},
            "parties": parties,
            "services": [catalogue.binding(matching_party=HONG_KONG)] if binds else [],
        }
    )
