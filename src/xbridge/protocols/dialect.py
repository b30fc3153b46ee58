"""What tells the platforms of the iAM Smart family apart: one protocol, spoken with small differences.

iAM Smart and CorpID sign, seal and answer alike (iamsmart.md sections 2 to 5, VERIFIED); CorpID puts another letter before
the same result codes and calls the text beside them ``msg``.  The five header names, the framing and the cipher are the
same, so they are not here; addresses, keys and the padding are one service's and stand in its ``registration``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xbridge.protocols.result_code import Meaning


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How one platform speaks, and in whose name its errors are raised.

    ``provider_id`` is the provider's section in the configuration, ``platform`` the name that people know; ``meanings``
    are its result codes, with their ``code_prefix``.  ``key_step`` and ``revoke_step`` name the two calls about the
    content key in errors, so that a provider that talks to two platforms can be told which one failed.
    """

    provider_id: str
    platform: str
    code_prefix: str
    meanings: Mapping[str, Meaning] = field(repr=False)
    message_member: str = "message"
    key_step: str = "getKey"
    revoke_step: str = "revokeKey"

    @property
    def success(self) -> str:
        """The code of success."""
        return f"{self.code_prefix}00000"

    @property
    def overtaken(self) -> str:
        """The code for a request whose timestamp or nonce came too late."""
        return f"{self.code_prefix}20004"

    @property
    def stale_key(self) -> frozenset[str]:
        """The codes after which a content key is fetched anew (section 3.2, VERIFIED)."""
        return frozenset(f"{self.code_prefix}3000{digit}" for digit in "1234")
