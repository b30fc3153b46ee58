"""iAM Smart (智方便): login, profile, form filling, step-up (dossier iamsmart.md sections 1 to 9).

The stress test of a provider: signatures over exact body bytes, an encrypted envelope under a key that is agreed
first, opaque subjects compared byte for byte.  What is UNKNOWN about the platform is a setting
(``settings.py``, ``specs/providers/iamsmart.md``).
"""

from xbridge.providers.iamsmart.login import IamSmart

PROVIDER = IamSmart()

__all__ = ["PROVIDER", "IamSmart"]
