"""The documents that exist in three languages say the same things: same headings, same commands, right script.

Whether the wording is good is for people to judge; what a machine can see, this file sees.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

LANGUAGES = ("zh-Hant", "zh-Hans")
FENCE = re.compile(r"^```([\w-]*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#+) ", re.MULTILINE)

# Characters of everyday documents that exist in one script only, pair by pair.
HANT_ONLY = "這們國說為個來對時會過還沒與開關學無業產動種實現數據當應務處證認識錄驗簽連結轉換單純終結執"
HANS_ONLY = "这们国说为个来对时会过还没与开关学无业产动种实现数据当应务处证认识录验签连结转换单纯终结执"
SHARED = set(HANT_ONLY) & set(HANS_ONLY)


def translated(root: Path) -> list[Path]:
    """Return the English documents that have translations beside them."""
    stems = {re.sub(r"\.zh-Han[ts]$", "", path.stem) for path in root.glob("*.zh-*.md")} | {"README"}
    return [root / f"{stem}.md" for stem in sorted(stems)]


def prose(text: str) -> str:
    """Return ``text`` without code blocks, inline code, comments and links to the other languages."""
    without = re.sub(r"<!--.*?-->", "", FENCE.sub("", text), flags=re.DOTALL)
    return re.sub(r"`[^`]*`|\[[^\]]*\]\([^)]*\.md\)", "", without)


def commands(text: str) -> list[str]:
    """Return the lines of the code blocks, without comments and without wording in another language."""
    return [
        stripped
        for language, block in FENCE.findall(text)
        if language in {"sh", "bash", "console", "python"}
        for line in block.splitlines()
        if (stripped := re.sub(r"\s*#.*$", "", line).rstrip())
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_are_the_same(root: Path, language: str) -> None:
    """Each translation has the sections of the English document, level by level."""
    for english in translated(root):
        other = english.with_name(f"{english.stem}.{language}.md")
        levels = [HEADING.findall(FENCE.sub("", path.read_text("utf-8"))) for path in (english, other)]
        assert levels[0], english.name
        assert levels[0] == levels[1], other.name


@pytest.mark.parametrize("language", LANGUAGES)
def test_commands_are_the_same(root: Path, language: str) -> None:
    """A reader of any language types the same commands and runs the same example."""
    for english in translated(root):
        other = english.with_name(f"{english.stem}.{language}.md")
        assert commands(english.read_text("utf-8")) == commands(other.read_text("utf-8")), other.name


@pytest.mark.parametrize(("language", "foreign"), [("zh-Hant", HANS_ONLY), ("zh-Hans", HANT_ONLY)], ids=LANGUAGES)
def test_the_script_is_the_one_promised(root: Path, language: str, foreign: str) -> None:
    """A Traditional document holds no simplified form, and a Simplified one no traditional form."""
    for english in translated(root):
        text = prose(english.with_name(f"{english.stem}.{language}.md").read_text("utf-8"))
        strays = sorted((set(foreign) - SHARED) & set(text))
        assert strays == [], f"{english.stem}.{language}.md"
        assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 200, "hardly any Chinese in it"
