"""The rules that come with the library, one file per group, in decision order (policy.md 0.1).

Scope, then the law of the Mainland, then that of Hong Kong, then services and records.  The order decides how reasons
are listed and never what is decided.
"""

from __future__ import annotations

from functools import cache

from xbridge.policy.pack import RulePack
from xbridge.policy.rules import (
    consent_record,
    coverage,
    cross_boundary_service,
    gba_contract,
    gba_duty,
    hong_kong,
    hong_kong_exemption,
    mainland_assessment,
    mainland_basis,
    mainland_exemption,
    mainland_export,
    mainland_sensitive,
    mainland_volume,
    scope,
)

VERSION = "2026.11.22"
"""The day on which the law was read; a later reading gets a later version."""

_GROUPS = (
    scope,
    mainland_export,
    mainland_exemption,
    mainland_volume,
    gba_contract,
    gba_duty,
    mainland_basis,
    mainland_sensitive,
    mainland_assessment,
    hong_kong,
    hong_kong_exemption,
    cross_boundary_service,
    consent_record,
    coverage,
)


@cache
def builtin_pack() -> RulePack:
    """Return the pack of all built-in rules."""
    return RulePack.of(VERSION, (rule for group in _GROUPS for rule in group.RULES))
