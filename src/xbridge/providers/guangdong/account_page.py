"""The platform's own pages about an account: where a person goes when a service asks for more than they have.

Addresses only: what is on the pages is UNKNOWN, and nothing of the person or of us travels in them.
"""

from __future__ import annotations

from dataclasses import dataclass

from xbridge.providers.guangdong.settings import GuangdongSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPages:
    """Addresses for a link on a page of ours.

    ``centre`` is the account centre, ``raise_level`` where a name is proved, and a level raised or proved again, and
    ``recovery`` where somebody finds an account that they cannot open.
    """

    centre: str
    raise_level: str
    recovery: str


def account_pages(settings: GuangdongSettings) -> AccountPages:
    """Return the pages (guangdong.md 1: VERIFIED for ``pscp``; elsewhere UNKNOWN, see ``paths.account_pages``)."""
    pages = f"{settings.base_url}{settings.paths.account_pages}"
    return AccountPages(
        centre=f"{pages}/manage/info",
        raise_level=f"{pages}/manage/realname?key=realname",
        recovery=f"{pages}/m/findaccount/1",
    )
