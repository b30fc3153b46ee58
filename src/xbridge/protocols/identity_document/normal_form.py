"""How a typed document number is brought into its normal form before it is read.

Full-width forms, blanks and small letters are what keyboards and copied text add; nothing else is forgiven, and no
digit of another script becomes one of ours.
"""

from __future__ import annotations

from typing import Final

MAX_CHARS: Final = 64
_FULL_WIDTH: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BLANKS: Final = dict.fromkeys(map(ord, " \t\u00a0\u3000"))


def normal_form(text: str) -> str:
    """Return ``text`` with full-width ASCII made narrow, blanks dropped and letters made capital.

    Text that is too long or not ASCII afterwards becomes the empty text, which no document has for a number.
    """
    if len(text) > MAX_CHARS:
        return ""
    narrow = text.translate(_FULL_WIDTH).translate(_BLANKS)
    return narrow.upper() if narrow.isascii() else ""
