"""What Chinese algorithms cost beside the international ones: signatures, ciphers, envelopes, as ratios inside one run.

SM2 is gmssl_pyx's, with the checks around it that are ours; ES256 and Ed25519 are OpenSSL's.  Rounds are interleaved; a ratio is
the median of the paired ratios.  Without the extra ``gm`` only the ciphers are measured.  Nothing here is a test.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: E402

from benchmarks.bench_token import compare  # noqa: E402
from xbridge.crypto.key import SigningKey  # noqa: E402
from xbridge.crypto.sm2 import has_sm2, sm2_sign_digest, sm2_verify_digest  # noqa: E402
from xbridge.crypto.sm2_encryption import Sm2DecryptionKey  # noqa: E402
from xbridge.crypto.sm2_signing import Sm2SigningKey  # noqa: E402
from xbridge.crypto.sm4 import sm4_cbc_encrypt, sm4_gcm_open, sm4_gcm_seal  # noqa: E402
from xbridge.protocols.sm_envelope.medical_insurance import (  # noqa: E402
    MedicalInsuranceProfile,
    open_medical_insurance,
    seal_medical_insurance,
)
from xbridge.protocols.sm_envelope.ours import XbridgeProfile, open_ours, seal_ours  # noqa: E402

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MESSAGE = b"m" * 600
BODY: dict[str, Any] = {f"field_{number:02}": f"value {number} 陳大文" for number in range(20)}


def signatures() -> None:
    """SM2 beside ES256 and Ed25519, over a message of 600 bytes."""
    keys: dict[str, Any] = {
        "ES256": SigningKey.generate("ES256"),
        "Ed25519": SigningKey.generate("EdDSA"),
        "SM2": Sm2SigningKey.generate(),
    }
    made = {name: key.sign(MESSAGE) for name, key in keys.items()}
    digest, private = b"\1" * 32, keys["SM2"]._private
    over_digest = sm2_sign_digest(private, digest)

    compare(
        "sign (1.00 = ES256)",
        {name: partial(key.sign, MESSAGE) for name, key in keys.items()}
        | {"SM2, the digest at hand": lambda: sm2_sign_digest(private, digest)},
    )
    compare(
        "verify (1.00 = ES256)",
        {name: partial(key.public().verify, made[name], MESSAGE) for name, key in keys.items()}
        | {"SM2, the digest at hand": lambda: sm2_verify_digest(private.public(), digest, over_digest)},
    )


def ciphers() -> None:
    """SM4 beside AES, over one short and one long text."""
    key, long_key, nonce, iv = bytes(range(16)), bytes(range(32)), bytes(12), bytes(16)
    aes128, aes256 = AESGCM(key), AESGCM(long_key)
    for size in (1024, 64 * 1024):
        text = b"t" * size
        sealed = sm4_gcm_seal(key, nonce, text, b"")
        compare(f"encrypt {size} bytes (1.00 = AES-128-GCM)", {
            "AES-128-GCM": partial(aes128.encrypt, nonce, text, b""),
            "AES-256-GCM": partial(aes256.encrypt, nonce, text, b""),
            "SM4-GCM": partial(sm4_gcm_seal, key, nonce, text, b""),
            "SM4-GCM, open": partial(sm4_gcm_open, key, nonce, sealed, b""),
            "SM4-CBC": partial(sm4_cbc_encrypt, key, iv, text),
        })  # fmt: skip


def envelopes() -> None:
    """Both profiles around one body, sealed and opened."""
    signs, signs_there = Sm2SigningKey.generate(), Sm2SigningKey.generate()
    opens, opens_there = Sm2DecryptionKey.generate(), Sm2DecryptionKey.generate()
    here = XbridgeProfile(
        signer=signs, opener=opens, peer_verifier=signs_there.public(), peer_wrapper=opens_there.public()
    )
    there = XbridgeProfile(
        signer=signs_there, opener=opens_there, peer_verifier=signs.public(), peer_wrapper=opens.public()
    )
    registered: dict[str, Any] = {"app_code": "BENCHAPPCODE00112233", "app_secret": "bench-app-secret-01"}
    caller = MedicalInsuranceProfile(**registered, signer=signs, verifier=signs_there.public())
    platform = MedicalInsuranceProfile(**registered, signer=signs_there, verifier=signs.public())
    plain = json.dumps(BODY, ensure_ascii=False).encode()
    ours = seal_ours(here, plain, now=NOW, entropy=os.urandom)
    theirs = json.loads(seal_medical_insurance(caller, BODY, now=NOW))["data"]
    assert open_ours(there, ours.raw, now=NOW).body == plain
    assert open_medical_insurance(platform, theirs, now=NOW) == BODY
    compare(f"envelope around {len(plain)} bytes (1.00 = one SM2 signature)", {
        "one SM2 signature": lambda: signs.sign(MESSAGE),
        "xbridge-1, seal": lambda: seal_ours(here, plain, now=NOW, entropy=os.urandom),
        "xbridge-1, open": lambda: open_ours(there, ours.raw, now=NOW),
        "medical insurance, seal": lambda: seal_medical_insurance(caller, BODY, now=NOW),
        "medical insurance, open": lambda: open_medical_insurance(platform, theirs, now=NOW),
    })  # fmt: skip


def main() -> None:
    """Print all tables."""
    ciphers()
    if not has_sm2():
        print(
            "\nSM2 needs gmssl_pyx, the extra gm: pip install xbridge-gba[gm]; signatures and envelopes are not measured"
        )
        return
    signatures()
    envelopes()


if __name__ == "__main__":
    main()
