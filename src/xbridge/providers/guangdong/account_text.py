"""The texts inside an account: properties, ways and times (guangdong.md 2.3).  Hostile input; pure.

What only informs is left out where it cannot be read; what would say two things at once is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone

from xbridge.core.identity import LEVELS, Level
from xbridge.providers.guangdong.account import LevelProof, Way
from xbridge.providers.guangdong.reply import NOTHING, broken

MAX_ITEMS = 200
MAX_PROPERTY_CHARS = 16 * 1024
MAX_TEXT_CHARS = 256
BEIJING = timezone(timedelta(hours=8))
"""The zone of the platform's times (INFERRED); the Mainland keeps no summer time."""

_COMPACT = re.compile(r"[0-9]{14}", re.ASCII)
_SPELT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}", re.ASCII)


def text_of(fields: Mapping[str, object], name: str) -> str:
    """Return a field as text: numbers and booleans as their text; absent, null, and over-long become empty."""
    value = fields.get(name)
    if isinstance(value, bool) or (isinstance(value, int) and abs(value) < 10**18):
        return json.dumps(value)
    return value.strip() if isinstance(value, str) and len(value) <= MAX_TEXT_CHARS else ""


def level_of(value: object) -> Level | None:
    """Return the level that ``value`` names, exactly, or None."""
    return next((level for level in LEVELS if level == value), None)


def parse_properties(value: object) -> tuple[tuple[str, str], ...]:
    """Return the ``extproperties`` that have a value, in their order; ``-1`` and empty text mean none.

    Each item is split at its first ``=``.  Raises ``ProtocolError`` for anything but a list of such texts, and for a
    key that appears twice: which of the two counts would be chance.
    """
    if value in NOTHING:
        return ()
    if not isinstance(value, list | tuple) or len(value) > MAX_ITEMS:
        raise broken("tokeninfo", "extproperties")
    found: dict[str, str] = {}
    for item in value:
        if not isinstance(item, str) or len(item) > MAX_PROPERTY_CHARS:
            raise broken("tokeninfo", "extproperties")
        key, mark, content = item.partition("=")
        if not mark or not key.strip() or key.strip() in found:
            raise broken("tokeninfo", "extproperties")
        found[key.strip()] = content.strip()
    return tuple((key, content) for key, content in found.items() if content not in ("", "-1"))


def parse_ways(value: object) -> tuple[Way, ...]:
    """Return the items of ``level@way@unique||…`` that can be read.  The unique part may hold an ``@`` itself."""
    if not isinstance(value, str) or len(value) > MAX_PROPERTY_CHARS:
        return ()
    found = []
    for item in value.split("||")[:MAX_ITEMS]:
        level, _, rest = item.strip().partition("@")
        code, _, unique = rest.partition("@")
        named = level_of(level)
        if named is not None and code:
            found.append(Way(level=named, code=code[:MAX_TEXT_CHARS], unique=unique))
    return tuple(found)


def parse_proofs(value: object) -> tuple[LevelProof, ...]:
    """Return the items of ``creditable_level_of_account_way_list`` that are objects."""
    if not isinstance(value, list | tuple):
        return ()
    return tuple(
        LevelProof(
            level=level_of(item.get("identity_level")),
            way=text_of(item, "way_code"),
            proved_at=parse_time(item.get("auth_time")),
            uniqueid=text_of(item, "uniqueid"),
            user_name=text_of(item, "user_name"),
            credential_no=text_of(item, "credential_no"),
            auth_identification=text_of(item, "auth_identification"),
        )
        for item in value[:MAX_ITEMS]
        if isinstance(item, Mapping)
    )


def parse_time(value: object) -> datetime | None:
    """Return the moment that ``20240102030405`` or ``2024-01-02 03:04:05`` names in Beijing, in UTC; None for others."""
    if not isinstance(value, str):
        return None
    form = "%Y%m%d%H%M%S" if _COMPACT.fullmatch(value) else "%Y-%m-%d %H:%M:%S" if _SPELT.fullmatch(value) else ""
    if not form:
        return None
    try:
        return datetime.strptime(value, form).replace(tzinfo=BEIJING).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
