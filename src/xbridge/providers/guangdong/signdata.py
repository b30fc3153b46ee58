"""``signdata``: what looks like a signature over an account, for whoever knows what it is (guangdong.md 2.3).

Over what, by which key and with which algorithm is UNKNOWN and no client seen verifies it, so nothing is verified here
by default: trust rests on TLS and on fetching the account ourselves.  A verifier that an operator was given goes in as
``Guangdong(signdata_verifier=…)``.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable

from xbridge.core.errors import ConfigError, VerificationError, XBridgeError

SigndataVerifier = Callable[[str, bytes], bool | None]
"""Takes ``signdata`` as it came (base64) and the exact bytes of the reply; raises if the one does not vouch for the other.

Returning None or True is a yes, and nothing else is.  It is called and never awaited, in both colours of the Bridge.
"""


def check_verifier(verifier: SigndataVerifier) -> SigndataVerifier:
    """Return ``verifier``, unless it is an ``async def``: calling one judges nothing.  Raises ``ConfigError``."""
    if any(
        ask(each)
        for ask in (inspect.iscoroutinefunction, inspect.isasyncgenfunction)
        for each in (verifier, getattr(verifier, "__call__", None))  # noqa: B004 (the method, to look at it)
    ):
        raise ConfigError("signdata_verifier must be a plain function: nobody would await an async one")
    return verifier


def verify_signdata(verifier: SigndataVerifier | None, signdata: str, content: bytes) -> None:
    """Let ``verifier`` judge; without one nothing is judged.

    Raises ``VerificationError("signdata", …)``: ``missing`` where there is nothing to judge, ``mismatch`` for whatever the
    verifier raises that is not an error of ours, and for every answer but None and True.
    """
    if verifier is None:
        return
    if not signdata:
        raise VerificationError("signdata", reason="missing")
    try:
        answer: object = verifier(signdata, content)
    except XBridgeError:
        raise
    except Exception:
        # Nobody knows what a stranger's error quotes, so it is not chained.
        raise VerificationError("signdata", reason="mismatch") from None
    if answer is None or answer is True:
        return
    if inspect.iscoroutine(answer):
        # Nobody will run it; closed, it does not complain about that when it is collected.
        answer.close()
    raise VerificationError("signdata", reason="mismatch")
