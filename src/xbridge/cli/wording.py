"""The words of ``xbridge verify``, in three languages.  The names of checks and reasons are codes and stay as they are."""

from __future__ import annotations

from xbridge.core.language import Language
from xbridge.flows.verification import VerifiedBundle

_ORDER: tuple[Language, ...] = ("en", "zh-Hant", "zh-Hans")

CHECKS: dict[str, tuple[str, str, str]] = {
    "container": (
        "{members} members, no byte out of place",
        "共 {members} 個檔案，沒有任何位元組不符",
        "共 {members} 个文件，没有任何字节不符",
    ),
    "manifest": (
        "digests of {listed} members, signed {created_at}",
        "{listed} 個檔案的摘要相符，清單於 {created_at} 簽署",
        "{listed} 个文件的摘要相符，清单签名于 {created_at}",
    ),
    "notice": (
        "the {language} text shown, {notice}…",
        "所示文本（{language}）相符，{notice}…",
        "所展示文本（{language}）相符，{notice}…",
    ),
    "consent": (
        "{revisions} signed revision(s), now {state}",
        "共 {revisions} 份經簽署的紀錄，現時狀態：{state}",
        "共 {revisions} 份经签名的记录，当前状态：{state}",
    ),
    "checkpoint": (
        "{origin}, {size} entries, signed",
        "{origin}，共 {size} 項，已簽署",
        "{origin}，共 {size} 条，已签名",
    ),
    "inclusion": (
        "{entries} entries with their Merkle proofs",
        "{entries} 項帳本紀錄及其 Merkle 證明",
        "{entries} 条账本记录及其 Merkle 证明",
    ),
    "decisions": (
        "{decisions} decision(s) and the facts they read",
        "{decisions} 項決定及其所依據的事實",
        "{decisions} 项决定及其所依据的事实",
    ),
    "story": (
        "given before use, nothing released after the end",
        "先同意、後使用；結束之後沒有送出任何資料",
        "先同意、后使用；终止之后没有提供任何信息",
    ),
}
"""What held, by check; ``subject`` has three endings and stands below."""

TEXTS: dict[str, tuple[str, str, str]] = {
    "subject_alone": (
        "the collecting party alone signed, and the record says so",
        "只由收集方簽署，紀錄亦如此載明",
        "仅由收集方签名，记录亦如此载明",
    ),
    "subject_anchored": (
        "signed by the person too ({algorithm}), under a trusted authority",
        "當事人亦已親自簽署（{algorithm}），其證書由受信任的核證機關發出",
        "本人亦已签名（{algorithm}），其证书由受信任的认证机构签发",
    ),
    "subject_unknown": (
        "signed by the person too ({algorithm}); no authority named, so whose certificate it is nobody said",
        "當事人亦已親自簽署（{algorithm}）；未有指明核證機關，因此無從得知證書屬誰",
        "本人亦已签名（{algorithm}）；未指明认证机构，因此无从得知证书属于谁",
    ),
    "signature_verified": ("verified", "核實無誤", "核验通过"),
    "signature_unknown": (
        "passed over: its key is not listed",
        "略過：其密鑰未有列出",
        "略过：其密钥未列出",
    ),
    "signature_not_checked": (
        "not checked: pip install xbridge-gba[gm]",
        "未有核實：請安裝 xbridge-gba[gm]",
        "未核验：请安装 xbridge-gba[gm]",
    ),
    "certificate": ("certificate", "證書", "证书"),
    "holder": ("issued to", "持有人", "持有人"),
    "story_title": ("What happened, as the ledger has it:", "帳本所載經過：", "账本所载经过："),
    "ok": ("ok", "通過", "通过"),
    "failed": ("FAILED", "不通過", "未通过"),
    "verified": (
        "verified",
        "核實無誤",
        "核验通过",
    ),
    "verified_why": (
        "every check holds under the trusted keys",
        "所有檢查均以受信任的密鑰通過",
        "各项检查均在受信任的密钥下成立",
    ),
    "signer_unknown": (
        "consistent, signer unknown",
        "內容一致，但簽署人身分不明",
        "内容一致，但签名人身份不明",
    ),
    "signer_unknown_why": (
        "without --trust, a bundle forged whole looks the same",
        "沒有 --trust 信任檔案，整份偽造的證據包看來亦一樣",
        "没有 --trust 信任文件，整份伪造的证据包看起来也一样",
    ),
    "resident_unknown": (
        "consistent, the resident's certificate is not anchored",
        "內容一致，但居民的證書未能追溯至受信任的核證機關",
        "内容一致，但居民的证书未能追溯到受信任的认证机构",
    ),
    "resident_unknown_why": (
        "the trust file names no authority for residents (resident_anchors)",
        "信任檔案沒有列出居民證書的核證機關（resident_anchors）",
        "信任文件没有列出居民证书的认证机构（resident_anchors）",
    ),
    "unreadable": (
        "a file cannot be read: check the two paths",
        "未能讀取檔案：請檢查兩個路徑",
        "无法读取文件：请检查两个路径",
    ),
}


def say(key: str, language: Language) -> str:
    """Return the text of ``key``.  Raises ``KeyError`` for a key that does not exist."""
    return TEXTS[key][_ORDER.index(language)]


def check_lines(found: VerifiedBundle, language: Language) -> list[tuple[str, str]]:
    """Return the name of each check with what held, in the order in which they were made."""
    record = found.revisions[-1].record
    facts = {
        "members": len(found.manifest.members) + 2,
        "listed": len(found.manifest.members),
        "created_at": found.manifest.created_at,
        "language": record.language,
        "notice": record.notice_digest[:23],
        "revisions": len(found.revisions),
        "state": record.event_state,
        "origin": found.manifest.log_origin,
        "size": found.log_size,
        "entries": len(found.story),
        "decisions": len(found.decisions),
    }
    lines = []
    for name, _ in found.checks:
        text = subject_line(found, language) if name == "subject" else CHECKS[name][_ORDER.index(language)]
        lines.append((name, text.format(**facts)))
    return lines


def signature_lines(found: VerifiedBundle, check: str, language: Language) -> list[str]:
    """Return one line for each signature that ``check`` is about: where it is, by which key, and what became of it."""
    start = {"consent": "consent/", "manifest": "manifest."}.get(check)
    if start is None:
        return []
    return [
        f"{each.member}  {each.alg:<5}  {each.kid[:12]}…  {say(f'signature_{each.state}', language)}"
        for each in found.signatures
        if each.member.startswith(start)
    ]


def subject_line(found: VerifiedBundle, language: Language) -> str:
    """Return who signed the giving, as far as it is known, without naming anybody."""
    if found.resident is None:
        return say("subject_alone", language)
    key = "subject_anchored" if found.resident.anchor else "subject_unknown"
    return say(key, language).format(algorithm=found.resident.algorithm)
