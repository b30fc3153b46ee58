"""The sample Guangdong service: social-insurance enquiry.  ``python -m xbridge.demo.social_insurance`` runs it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from xbridge.demo.child import run_service

PARTY = "gd-hrss"
AUDIENCE = "gd:hrss"


def sample_records(people: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Return one synthetic record for each person who has a Guangdong account, by ``useridcode``."""
    return {
        person["guangdong"]["useridcode"]: {
            "name": person["name_zh_hans"],
            "social_security": {
                "scheme": "企业职工基本养老保险（示例）",
                "status": "参保缴费",
                "months_paid": 36 + 12 * number,
                "insured_since": f"{2022 - number % 4}-07",
            },
        }
        for number, person in enumerate(people)
        if person["guangdong"]
    }


if __name__ == "__main__":
    sys.exit(run_service(party=PARTY, audience=AUDIENCE))
