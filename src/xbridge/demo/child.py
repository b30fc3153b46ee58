"""A sample service as a process of its own: what it says to its parent, and what it is told.

It prints one line of JSON with its address and public keys, reads one line with its settings, prints ``ready`` and
serves until its standard input ends, so that it never outlives the demonstration.
"""

from __future__ import annotations

import json
import os
import signal
import sys

import httpx

from xbridge.crypto.key import KeySet, SigningKey
from xbridge.demo.server import LoopbackServer
from xbridge.demo.service import DataService, ServiceSettings


def run_service(*, party: str, audience: str) -> int:
    """Serve as ``party`` until standard input ends.  Return the exit code."""
    # Ctrl-C reaches the whole group; the parent ends us by closing our input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signer = SigningKey.generate("ES256", os.urandom)
    server = LoopbackServer(_not_ready)
    jwks = json.loads(KeySet([signer.public()]).to_jwks())
    print(json.dumps({"url": server.url, "party": party, "jwks": jwks}), flush=True)
    told = json.loads(sys.stdin.readline() or "null")
    if told is None:
        return 1
    settings = ServiceSettings(party=party, audience=audience, issuer=told["issuer"], records=told["records"])
    with httpx.Client(timeout=5.0, trust_env=False) as http, server:
        server.replace(DataService(settings, signer, http))
        print(json.dumps({"ready": True}), flush=True)
        while sys.stdin.readline():
            pass
    return 0


def _not_ready(environ: object, start_response: object) -> object:
    raise RuntimeError("asked before it was told its settings")
