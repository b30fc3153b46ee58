"""The sample Hong Kong service: address proof.  ``python -m xbridge.demo.address_proof`` runs it."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import Any

from xbridge.demo.child import run_service

PARTY = "hk-address"
AUDIENCE = "hk:address"


def sample_records(people: Iterable[dict[str, Any]], open_ids: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return one synthetic record for each person, by the tokenised ID that iAM Smart gives this service for them."""
    return {
        open_ids[person["key"]]: {
            "name": person["name_zh_hant"],
            "address": {
                "zh-Hant": f"香港示例道{100 + number}號示例大廈{1 + number}樓A室",
                "en": f"Flat A, {1 + number}/F, Sample House, {100 + number} Sample Road, Hong Kong",
            },
        }
        for number, person in enumerate(people)
        if person["key"] in open_ids
    }


if __name__ == "__main__":
    sys.exit(run_service(party=PARTY, audience=AUDIENCE))
