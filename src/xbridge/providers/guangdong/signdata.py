"""``signdata``: what looks like a signature over an account, for whoever knows what it is (guangdong.md 2.3).

Over what, by which key and with which algorithm is UNKNOWN and no client seen verifies it, so nothing is verified here
by default: trust rests on TLS and on fetching the account ourselves.  A verifier that an operator was given goes in as
``Guangdong(signdata_verifier=…)``.
"""

from __future__ import annotations

from collections.abc import Callable

from xbridge.core.errors import VerificationError, XBridgeError

SigndataVerifier = Callable[[str, bytes], object]
"""Takes ``signdata`` as it came (base64) and the exact bytes of the reply; raises if the one does not vouch for the other."""


def verify_signdata(verifier: SigndataVerifier | None, signdata: str, content: bytes) -> None:
    """Let ``verifier`` judge; without one nothing is judged.

    Raises ``VerificationError("signdata", …)``: ``missing`` where there is nothing to judge, ``mismatch`` for whatever the
    verifier raises that is not an error of ours, and for False: a verifier that answers instead of raising means no.
    """
    if verifier is None:
        return
    if not signdata:
        raise VerificationError("signdata", reason="missing")
    try:
        answer = verifier(signdata, content)
    except XBridgeError:
        raise
    except Exception:
        # Nobody knows what a stranger's error quotes, so it is not chained.
        raise VerificationError("signdata", reason="mismatch") from None
    if answer is False:
        raise VerificationError("signdata", reason="mismatch")
