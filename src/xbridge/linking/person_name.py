"""Names in a normal form in which two registers can be compared, and nothing else: it says who is meant to nobody.

Folded: NFKC; blanks and dots; traditional, Hong Kong and simplified forms of a character; case, accents, hyphens and the
comma after a surname in romanised names.  Characters are folded **one by one**: a name is no sentence, and OpenCC's
phrases would fold one character in two ways.  Not folded: two characters that OpenCC holds apart (栢 柏, 著 着), two
romanisations (CHAN, CHEN), another order of the parts.  Whoever differs is asked about by a person, so that too little
folding costs a question, and too much would cost a wrong answer.

Both sides must fold alike, and OpenCC's tables change between releases: a form's name holds a digest of the table itself,
and names in two forms are not compared.  Needs the extra ``match`` for names in Chinese characters.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from functools import cache
from typing import Final

from xbridge.core.errors import Unsupported

MAX_CHARS: Final = 128
ROMAN_FORM: Final = "roman-1"
_HAN_FORM: Final = "han-1"
OPENCC_CONFIG: Final = "hk2s"
"""Hong Kong's variants first, then traditional to simplified; what has no such form stays."""

# Fixed here and not asked of Python, whose releases know different versions of Unicode: 〇, the unified ideographs and
# their extensions A to H.  Compatibility forms and radicals have become one of these by NFKC.
_HAN_RANGES: Final = (
    (0x3007, 0x3007), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0x20000, 0x2A6DF), (0x2A700, 0x2B739), (0x2B740, 0x2B81D),
    (0x2B820, 0x2CEA1), (0x2CEB0, 0x2EBE0), (0x30000, 0x3134A), (0x31350, 0x323AF),
)  # fmt: skip
_HAN: Final = re.compile("[" + "".join(f"{chr(first)}-{chr(last)}" for first, last in _HAN_RANGES) + "]+")
_ROMAN: Final = re.compile("[a-z]+")
# Blanks, the dots that stand between the parts of a transcribed name, and selectors that only choose a glyph.
_DROPPED: Final = re.compile("[\\s.\u00b7\u2022\u2027\u2219\u22c5\u30fb\ufe00-\ufe0f\U000e0100-\U000e01ef]+")
_JOINERS: Final = re.compile("[-'\u2010\u2011\u2019]+")
_ACCENTS: Final = re.compile("[\u0300-\u036f]+")


def normalise_han(text: str) -> str:
    """Return a name in Chinese characters in normal form; empty for any other text, mixed or too long.

    Raises ``Unsupported`` without the extra.
    """
    compact = _compact(text)
    if _HAN.fullmatch(compact) is None:
        return ""
    return compact.translate(_han_table())


def normalise_roman(text: str) -> str:
    """Return a romanised name in normal form, letters a to z; empty for any other text, mixed or too long.

    ``CHAN, Tai Man`` and ``CHAN TAI MAN`` are one: a comma may stand behind the surname.
    """
    surname, comma, given = text.partition(",")
    if comma and not (surname.strip() and given.strip()):
        return ""
    compact = _JOINERS.sub("", _compact(surname + given)).casefold()
    letters = _ACCENTS.sub("", unicodedata.normalize("NFD", compact))
    return letters if _ROMAN.fullmatch(letters) else ""


@cache
def han_form() -> str:
    """Return the name of the normal form: equal on both sides where every character folds alike on both.

    Raises ``Unsupported`` without the extra.
    """
    lines = "".join(f"{source:x} {target}\n" for source, target in sorted(_han_table().items()))
    return f"{_HAN_FORM}-{hashlib.sha256(lines.encode()).hexdigest()[:16]}"


@cache
def _han_table() -> dict[int, str]:
    """Return what each character that has another form becomes.  Takes some 50 ms, once."""
    try:
        from opencc import OpenCC
    except ImportError as exc:
        raise Unsupported("names need the package opencc: pip install xbridge-gba[match]") from exc
    characters = [chr(code) for first, last in _HAN_RANGES for code in range(first, last + 1)]
    # One call: no phrase reaches over a line's end, so each character is converted by itself.
    folded = dict(zip(characters, OpenCC(OPENCC_CONFIG).convert("\n".join(characters)).split("\n"), strict=True))
    # A character may lead over a second to a third (薴 苧 苎); both ends of a chain must end alike.
    return {ord(each): folded.get(target, target) for each, target in folded.items() if each != target}


def _compact(text: str) -> str:
    """Return ``text`` in NFKC without what is dropped; empty where there is too much of it."""
    if len(text) > MAX_CHARS:
        return ""
    compact = _DROPPED.sub("", unicodedata.normalize("NFKC", text))
    return compact if len(compact) <= MAX_CHARS else ""
