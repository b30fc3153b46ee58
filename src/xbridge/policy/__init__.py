"""The policy room: may this data flow happen, on this consent, now?

It takes facts and a rule pack and answers with a :class:`~xbridge.core.decision.Decision`.  It reads no store, no clock
and no network, releases nothing and records nothing: ``flows/`` does both with the answer.
"""

from xbridge.policy.engine import decide
from xbridge.policy.explanation import explain
from xbridge.policy.pack import RulePack
from xbridge.policy.rules import builtin_pack

__all__ = ["RulePack", "builtin_pack", "decide", "explain"]
