"""iAM Smart's QR page, where a person's login begins (iamsmart.md section 6.1): its address, from plain values.

Pure text.  Whether ``return_to`` is registered is asked by the provider, which knows how its setting is called.
"""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from xbridge.core.language import Language
from xbridge.protocols.login_source import PC

LANG: dict[Language, str] = {"en": "en-US", "zh-Hant": "zh-HK", "zh-Hans": "zh-CN"}
BrokerPage = Literal["auto", "never"]


def qr_page_url(
    address: str,
    *,
    client_id: str,
    return_to: str,
    state: str,
    language: Language,
    scopes: tuple[str, ...],
    source: str,
    broker_page: BrokerPage,
    **more: str,
) -> str:
    """Return the page's URL with its query; a phone also gets ``brokerPage``, which tries to open the app on it.

    ``more`` are parameters of one variant of the page.
    """
    query = {
        "clientID": client_id,
        "responseType": "code",
        "source": source,
        "redirectURI": return_to,
        "scope": " ".join(scopes),
        "lang": LANG[language],
        "state": state,
    }
    if source != PC and broker_page == "auto":
        query["brokerPage"] = "true"
    return f"{address}?{urlencode(query | more)}"
