"""The accessibility basics of one page, as a browser shows it: names, structure, contrast, focus, small screens.

What a program can decide about a rendered page.  It is no review by a person, and it says nothing about wording.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from xbridge_mocks.text import HTML_LANG, Language

if TYPE_CHECKING:
    from playwright.sync_api import Page

NARROW_PX = 320
_AUDIT = Path(__file__).with_name("page_audit.js").read_text("utf-8")


def audit(page: Page, language: Language) -> list[str]:
    """Return what is wrong with ``page`` for somebody who reads ``language``, one sentence each.

    It presses the Tab key once around the page and leaves nothing focused.
    """
    found = page.evaluate(_AUDIT, sorted({language, HTML_LANG[language]}))
    problems = [*found["problems"], *_walk(page, dict(found["controls"]))]
    if wide := _overflow(page):
        problems.append(f"at {NARROW_PX} px the page is {wide} px wide")
    return problems


def _walk(page: Page, controls: dict[int, str]) -> list[str]:
    """Press Tab through the page: every control is reached, is in sight then, and shows that it has the focus."""
    missed, problems = dict(controls), []
    # One press more than there are controls: it leads back to the top, wherever the walk began.
    for _ in range(len(controls) + 1):
        page.keyboard.press("Tab")
        number, fault = page.evaluate("judgeFocus()")
        missed.pop(number, None)
        if fault:
            problems.append(fault)
    page.evaluate("document.activeElement.blur()")
    return [*problems, *(f"the Tab key never reaches {control}" for control in missed.values())]


def _overflow(page: Page) -> int:
    """Return how wide the page is on a small phone when that is wider than the phone; otherwise 0."""
    usual = page.viewport_size
    page.set_viewport_size({"width": NARROW_PX, "height": 640})
    wide = int(page.evaluate("document.documentElement.scrollWidth"))
    if usual is not None:
        page.set_viewport_size(usual)
    return wide if wide > NARROW_PX else 0
