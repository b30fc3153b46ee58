"""Notices: every language says everything that the law asks for, and every code has words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.journey.traveller import ADDRESS, ENQUIRY, shared_config
from xbridge.consent.matching_clause import CLAUSE_VERSION
from xbridge.consent.notice import FIELDS, HK_FIELDS, TEMPLATE_VERSION, Notice, build_notice, text_digest
from xbridge.consent.wording import CATEGORIES, CHANNELS, PLACES, PURPOSES, WORDING_VERSION, word
from xbridge.core.config import Config, Party, Service
from xbridge.core.errors import ConfigError
from xbridge.core.flow import DataFlow
from xbridge.core.language import LANGUAGES, Language
from xbridge.policy import code

ENQUIRY_ID = "social-insurance-enquiry"


@pytest.fixture(scope="module")
def config() -> Config:
    """The catalogue of the samples."""
    return shared_config()


def entry(config: Config, service_id: str = ENQUIRY_ID) -> tuple[Service, Party, Party]:
    """Return a service and its two parties."""
    service = next(each for each in config.services if each.id == service_id)
    return service, config.party(service.exporter), config.party(service.recipient)


def notice(config: Config, language: Language, flow: DataFlow = ENQUIRY, **changes: Any) -> Notice:
    """Return the notice of the enquiry, the service changed as given."""
    service, exporter, recipient = entry(config)
    return build_notice(service.model_copy(update=changes), exporter, recipient, flow, language)


# What a reader looks for, by the names that the policy asks for: a value of the catalogue, or the words of the law.
Expect = Callable[[Config, Language], tuple[str, ...]]


def _phrases(en: str, hant: str, hans: str) -> Expect:
    return lambda config, language: (dict(zip(LANGUAGES, (en, hant, hans), strict=True))[language],)


EXPECTED: dict[str, Expect] = {
    "handler": lambda config, language: (entry(config)[1].names.get(language),),
    "contact": lambda config, language: (entry(config)[1].contact, entry(config)[1].address.get(language)),
    "purpose": lambda config, language: (word(PURPOSES, ENQUIRY.purpose, language),),
    "method": lambda config, language: (word(CHANNELS, entry(config)[0].channel, language),),
    "categories": lambda config, language: tuple(word(CATEGORIES, name, language) for name in ENQUIRY.categories),
    "retention": lambda config, language: (str(entry(config)[0].retention_days), str(entry(config)[0].consent_days)),
    "rights": _phrases("withdraw this consent at any time", "隨時在給予同意的同一地方", "随时在作出同意的同一处"),
    "recipient_name": lambda config, language: (entry(config)[2].names.get(language),),
    "recipient_contact": lambda config, language: (entry(config)[2].contact, entry(config)[2].address.get(language)),
    "rights_vs_recipient": _phrases("against the recipient", "分別向傳出者及接收者行使", "分别向提供方和接收方行使"),
    "necessity": _phrases("Only what this purpose needs", "只會傳送為此目的所需", "仅提供实现该目的所必需"),
    "impact": _phrases("What it may mean for you", "對你可能的影響", "对个人权益的影响"),
    "storage_place": lambda config, language: (entry(config)[0].storage_place.get(language),),
    "classes_of_transferees": _phrases(
        "no other class of transferee", "不會移轉予任何其他類別的人士", "不向任何其他类别的接收方提供"
    ),
    "obligatory_or_voluntary": _phrases("agreeing is voluntary", "同意與否純屬自願", "是否同意完全自愿"),
    "consequences": _phrases("If you do not agree", "如不同意", "如不同意"),
    "access_rights": _phrases("see, copy, correct", "查閱、複製、更正", "查阅、复制、更正"),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("field", sorted({*FIELDS, *HK_FIELDS}))
def test_every_language_tells_every_field(config: Config, language: Language, field: str) -> None:
    """What the facts tell the policy about the notice stands in the text itself (PIPL 14, 17, 23, 39; DPP1(3))."""
    text = notice(config, language).text
    expected = EXPECTED[field](config, language)
    assert expected
    assert [part for part in expected if part not in text] == []


def test_no_field_is_promised_that_nobody_checks() -> None:
    """The table above and what the notice says of itself are the same list, both ways."""
    assert set(EXPECTED) == {*FIELDS, *HK_FIELDS}


def test_the_notice_covers_what_the_rules_ask_for() -> None:
    """The policy's own lists of items are covered."""
    assert set(FIELDS) >= code.NOTICE_GENERAL | code.NOTICE_EXPORT | code.NOTICE_SENSITIVE
    assert set(HK_FIELDS) >= code.NOTICE_HONG_KONG


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("service_id", ["identity-binding", "social-insurance-enquiry", "address-proof"])
def test_every_service_has_a_whole_notice(config: Config, language: Language, service_id: str) -> None:
    """No placeholder is left over, and both parties are named in the reader's language."""
    service, exporter, recipient = entry(config, service_id)
    flow = DataFlow(
        source=exporter.place, target=recipient.place, purpose=service.purpose, categories=service.categories
    )
    text = build_notice(service, exporter, recipient, flow, language).text
    assert not re.search(r"[{}]|None", text)
    assert exporter.names.get(language) in text
    assert recipient.names.get(language) in text
    assert f"\n{10}. " in text
    assert text.endswith("\n")
    assert "\r" not in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_of_their_language(config: Config, language: Language) -> None:
    """Hong Kong and Mainland wording are each written, not converted: their characteristic words do not mix."""
    text = notice(config, language).text
    hong_kong, mainland = ("閣下", "資料", "傳送", "儲存", "你"), ("个人信息", "提供方", "存储", "您")
    if language == "en":
        assert text.isascii()
    for word_of_it in hong_kong if language == "zh-Hans" else mainland:
        assert word_of_it not in text


def test_languages_are_different_notices(config: Config) -> None:
    """The digest binds the language too: agreeing to one text is not agreeing to its translation (lessons.md E8)."""
    assert len({notice(config, language).digest for language in LANGUAGES}) == len(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "changes",
    [{"retention_days": 8}, {"consent_days": 31}, {"channel": "push"}],
    ids=lambda changes: next(iter(changes)),
)
def test_what_changes_for_the_person_changes_the_digest(
    config: Config, language: Language, changes: dict[str, Any]
) -> None:
    """A catalogue entry cannot change under a consent without becoming another notice."""
    assert notice(config, language, **changes).digest != notice(config, language).digest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", ["contact", "names", "address"])
@pytest.mark.parametrize("side", [0, 1], ids=["exporter", "recipient"])
def test_a_changed_party_is_another_notice(config: Config, language: Language, part: str, side: int) -> None:
    """Name, contact and address of both parties are inside the digest, in every language."""
    service, *parties = entry(config)
    texts = {"en": "Other", "zh_Hans": "其他", "zh_Hant": "其他"}
    value = "other@example.org" if part == "contact" else type(parties[side].names).model_validate(texts)
    parties[side] = parties[side].model_copy(update={part: value})
    changed = build_notice(service, parties[0], parties[1], ENQUIRY, language)
    assert changed.digest != notice(config, language).digest


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_categories_are_another_notice(config: Config, language: Language) -> None:
    """The list of what is sent is inside the digest."""
    fewer = replace(ENQUIRY, categories=("name",))
    assert notice(config, language, fewer).digest != notice(config, language).digest


def test_the_same_inputs_give_the_same_text(config: Config) -> None:
    """An auditor can make the notice again."""
    assert notice(config, "zh-Hant") == notice(config, "zh-Hant")


def test_the_digest_is_of_the_exact_text(config: Config) -> None:
    """Nothing is trimmed or normalised before hashing."""
    made = notice(config, "en")
    assert made.digest == text_digest(made.text)
    for changed in (made.text + " ", made.text[:-1], made.text.replace("\n", "\r\n"), made.text.upper()):
        assert text_digest(changed) != made.digest


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("table", "codes"),
    [
        (PURPOSES, code.PURPOSES),
        (CATEGORIES, code.CATEGORIES),
        (CHANNELS, code.CHANNELS),
        (PLACES, code.GBA9 | {"HK", code.GUANGDONG_PROVINCE}),
    ],
    ids=["purposes", "categories", "channels", "places"],
)
def test_every_code_of_the_rules_has_words_or_cannot_be_shown(
    language: Language, table: dict[str, tuple[str, str, str]], codes: frozenset[str]
) -> None:
    """A code is either worded in all three languages, or no notice can be made with it."""
    worded = [name for name in sorted(codes) if name in table]
    assert worded
    for name in worded:
        assert word(table, name, language).strip() == word(table, name, language) != ""
    for name in sorted(codes - set(table)):
        with pytest.raises(ConfigError):
            word(table, name, language)


@pytest.mark.parametrize(
    ("table", "codes"),
    [(PURPOSES, code.PURPOSES), (CATEGORIES, code.CATEGORIES), (CHANNELS, code.CHANNELS)],
    ids=["purposes", "categories", "channels"],
)
def test_no_code_is_worded_that_the_rules_do_not_know(
    table: dict[str, tuple[str, str, str]], codes: frozenset[str]
) -> None:
    """Wording for a code outside the lists would be a spelling mistake that nobody can use."""
    assert set(table) <= codes


@pytest.mark.parametrize(
    "flow", [replace(ENQUIRY, categories=("blood_group",)), replace(ADDRESS, purpose="xb:unknown")]
)
def test_a_code_without_words_makes_no_notice(config: Config, flow: DataFlow) -> None:
    """Nobody may agree to something that has no words."""
    with pytest.raises(ConfigError):
        notice(config, "en", flow)


USABLE: dict[Language, tuple[str, ...]] = {
    "en": (
        "usable but not visible",
        "covered values",
        "a machine alone never decides it",
        "neither side is told",
        "each form of your name",
        "which of these items each side has",
        "random numbers of this application and of this check",
        "a keyed form",
    ),
    "zh-Hant": (
        "可用不可見",
        "遮蓋後的數值",
        "絕不會單由機器決定",
        "任何一方都不會獲告知",
        "姓名的每種寫法",
        "雙方各有上述哪些項目",
        "是次申請及是次核對的隨機編號",
        "經密鑰轉換",
    ),
    "zh-Hans": (
        "可用不可见",
        "遮蔽后的数值",
        "绝不会仅由机器决定",
        "任何一方都不会被告知",
        "姓名的每种写法",
        "双方各有上述哪些项目",
        "本次申请和本次核对的随机编号",
        "经密钥转换",
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_binding_s_notice_says_what_is_compared(config: Config, language: Language) -> None:
    """Item 11 names both sides, what crosses and what follows; it stands before the agreement, and nothing else changes."""
    plain = notice(config, language, channel="identity_binding").text
    full = notice(config, language, channel="identity_binding", matching_party="hk-portal").text
    (item,) = (line for line in full.splitlines() if line.startswith("11."))
    assert [part for part in USABLE[language] if part not in item] == []
    _, exporter, recipient = entry(config)
    assert all(party.names.get(language) in item for party in (exporter, recipient))
    assert full.replace(item + "\n", "") == plain
    assert "11." not in plain


def test_the_matching_clause_has_a_version(config: Config) -> None:
    """A notice with item 11 names the version of its words too, in every language the same; one without stays as it was."""
    plain = {notice(config, language, channel="identity_binding").version for language in LANGUAGES}
    full = {
        notice(config, language, channel="identity_binding", matching_party="hk-portal").version
        for language in LANGUAGES
    }
    assert plain == {f"{TEMPLATE_VERSION}.{WORDING_VERSION}"}
    assert full == {f"{TEMPLATE_VERSION}.{WORDING_VERSION}.{CLAUSE_VERSION}"}
