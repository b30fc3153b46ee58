"""Names in normal form: what is one name in two registers, what stays two, and what is no name at all."""

from __future__ import annotations

import builtins
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xbridge.core.errors import Unsupported
from xbridge.linking import person_name
from xbridge.linking.person_name import MAX_CHARS, han_form, normalise_han, normalise_roman

SAME_HAN = [
    ("陳大文", "陈大文"),
    ("陳　大 文", "陈大文"),
    ("衞國強", "卫国强"),
    ("衛国强", "卫国强"),
    ("黃麗鍾", "黄丽钟"),
    ("阿卜杜·熱合曼", "阿卜杜•热合曼"),
    ("阿卜杜・熱合曼", "阿卜杜.热合曼"),
    ("乾隆", "干隆"),
    ("\uf9e9明", "里明"),
    ("葛\U000e0100城", "葛城"),
    ("薴", "苎"),
]
DIFFERENT_HAN = [("陳大文", "陳大民"), ("陳大文", "大文陳"), ("栢", "柏"), ("著", "着"), ("陳文", "陳大文")]
SAME_ROMAN = [
    ("CHAN, Tai Man", "CHAN TAI MAN"),
    ("CHAN Tai-man", "chan tai man"),
    ("ＣＨＡＮ　ＴＡＩ　ＭＡＮ", "Chan Tai Man"),
    ("D'SOUZA, José", "DSOUZA JOSE"),
    ("D’SOUZA J.", "DSOUZA J"),
    ("Strauß", "STRAUSS"),
]
DIFFERENT_ROMAN = [("CHAN Tai Man", "CHEN Dawen"), ("CHAN Tai Man", "Tai Man CHAN"), ("CHAN", "CHAN A")]
NO_HAN = [
    "",
    " ",
    "·",
    "CHAN Tai Man",
    "陳 CHAN",
    "陳1",
    "陳大文(甲)",
    "チャン",
    "찬",
    "陳\u200b文",
    "陳\x00",
    "\ud800",
    "𠀀a",
]
NO_ROMAN = [
    "",
    ",",
    "CHAN,",
    ", Tai Man",
    "A, B, C",
    "陳大文",
    "CHAN 陳",
    "Чан",
    "CHAN1",
    "C\u200bHAN",
    "\ud800",
    "O\x00",
]


@pytest.mark.parametrize(("left", "right"), SAME_HAN)
def test_one_name_in_two_scripts(left: str, right: str) -> None:
    """Traditional, Hong Kong and simplified forms, blanks and dots make no difference."""
    assert normalise_han(left) == normalise_han(right) != ""


@pytest.mark.parametrize(("left", "right"), DIFFERENT_HAN)
def test_two_names_stay_two(left: str, right: str) -> None:
    """Other characters, another order, and characters that OpenCC holds apart are another name."""
    assert "" != normalise_han(left) != normalise_han(right) != ""


@pytest.mark.parametrize(("left", "right"), SAME_ROMAN)
def test_one_romanised_name(left: str, right: str) -> None:
    """Case, accents, hyphens, full-width letters and the comma behind a surname make no difference."""
    assert normalise_roman(left) == normalise_roman(right) != ""


@pytest.mark.parametrize(("left", "right"), DIFFERENT_ROMAN)
def test_two_romanised_names_stay_two(left: str, right: str) -> None:
    """Another romanisation or another order is another name: a person is asked."""
    assert "" != normalise_roman(left) != normalise_roman(right) != ""


@pytest.mark.parametrize("text", NO_HAN)
def test_no_name_in_chinese(text: str) -> None:
    """Romanised, mixed and other text, and what nobody sees on a screen, is no name in Chinese characters."""
    assert normalise_han(text) == ""


@pytest.mark.parametrize("text", NO_ROMAN)
def test_no_romanised_name(text: str) -> None:
    """Chinese, mixed and other text is no romanised name, and half a comma is none either."""
    assert normalise_roman(text) == ""


@pytest.mark.slow
@given(st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_a_normal_form_is_of_one_kind_and_stays(text: str) -> None:
    """No text is a name of both kinds, and the normal form of a normal form is itself."""
    han, roman = normalise_han(text), normalise_roman(text)
    assert not (han and roman)
    assert normalise_han(han) == han
    assert normalise_roman(roman) == roman


def test_hostile_lengths_are_bounded() -> None:
    """Text that is too long, or would be after normalisation, is no name."""
    assert normalise_han("陳" * MAX_CHARS) != ""
    assert normalise_han("陳" * (MAX_CHARS + 1)) == ""
    assert normalise_han("\u3254" * MAX_CHARS) == ""
    assert normalise_roman("A" * (MAX_CHARS + 1)) == ""
    assert normalise_roman("\u3300" * MAX_CHARS) == ""
    # One character that NFKC makes eighteen.
    assert normalise_han("\ufdfa" * MAX_CHARS) == ""


def test_each_character_folds_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """No folded character folds on, so that both ends of a chain are one."""
    table = person_name._han_table()
    assert len(table) > 4000
    assert not {ord(target) for target in table.values()} & set(table)


def test_the_form_names_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table in which one character folds otherwise has another name, so that the two sides do not compare."""
    before = han_form()
    changed = {**person_name._han_table(), ord("栢"): "柏"}
    monkeypatch.setattr(person_name, "_han_table", lambda: changed)
    assert before.startswith("han-1-")
    assert han_form.__wrapped__() not in ("", before)


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where OpenCC is missing, the refusal says which extra brings it; romanised names do not need it."""
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "opencc":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setattr(person_name, "_han_table", person_name._han_table.__wrapped__)
    with pytest.raises(Unsupported, match=r"xbridge-gba\[match\]"):
        normalise_han("陳大文")
    assert normalise_roman("CHAN") == "chan"
