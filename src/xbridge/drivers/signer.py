"""The door to signers outside this process: their errors become ours here, whatever library they came from."""

from __future__ import annotations

from xbridge.core.effects import Sign
from xbridge.core.errors import SignerUnavailable, XBridgeError


def perform_signing(effect: Sign) -> bytes:
    """Return the signature that the effect's signer makes; the flow checks it.

    Raises ``SignerUnavailable`` for whatever the signer raises, unless that is an error of this library already.
    """
    try:
        return effect.signer.sign(effect.message)
    except XBridgeError:
        raise
    except Exception as exc:
        raise SignerUnavailable("a signer outside this process did not sign; try again") from exc
