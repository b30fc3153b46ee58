"""The Guangdong Unified Identity Authentication Platform (广东省统一身份认证平台), login path (dossier guangdong.md 1 to 4).

An OAuth 2.0 look-alike: no ID token, no discovery, no ``state`` of its own, a client secret in a query string.  Trust
rests on TLS and on fetching code, token and account from server to server, back to back.  What is UNKNOWN is a
setting (``settings.py``, ``specs/providers/guangdong.md``).
"""

from xbridge.providers.guangdong.login import Guangdong

PROVIDER = Guangdong()

__all__ = ["PROVIDER", "Guangdong"]
