"""Scope: is this personal information, whose law applies, and are the codes ones that the rules understand?

Scope rules open or close the book.  They never permit a flow.
"""

from __future__ import annotations

from xbridge.policy import code
from xbridge.policy.concept import hong_kong_is_party, leaves_mainland
from xbridge.policy.fact import Check, Facts
from xbridge.policy.rule import OUT_OF_SCOPE, PASS, SILENT, Verdict, demand, rule


@rule(
    "CODE-1",
    binds="XB",
    direction="both",
    effect="deny",
    citation="xbridge specs/policy.md, section 3",
    source="xbridge",
    confidence="V1",
    since="2021-11-01",
    en="Every place, purpose, channel, mechanism and data category must be a code on the published lists, spelt exactly. "
    "A code that no rule knows is refused.",
    hant="所在地、目的、渠道、機制及資料類別均須為已公布代碼表所列的代碼，且須完全一致。規則未能識別的代碼一律拒絕。",
    hans="所在地、处理目的、渠道、机制和信息种类均须为已公布代码表中的代码，且须完全一致；规则不能识别的代码一律拒绝。",
)
def known_codes(facts: Facts) -> Verdict:
    """Deny unknown codes (lessons F4 and F10)."""
    return demand(
        facts.check("exporter.place", _is_place),
        facts.check("recipient.place", _is_place),
        facts.is_in("transfer.channel", code.CHANNELS),
        facts.is_in("transfer.purpose", code.PURPOSES),
        facts.within("transfer.categories", code.CATEGORIES),
        _mechanism(facts),
    )


def _is_place(value: object) -> bool:
    """Return whether ``value`` is a place code."""
    return isinstance(value, str) and code.jurisdiction_of(value) is not None


def _mechanism(facts: Facts) -> Check:
    """Return whether the mechanism is on the list; silence is left to the rules that need one."""
    said = facts.said("mechanism")
    return Check("mechanism", said is None or said in code.MECHANISMS)


@rule(
    "SCOPE-1",
    binds="CN",
    direction="both",
    effect="scope",
    citation="PIPL arts 4, 73(3)-(4)",
    source="S1",
    confidence="V1",
    since="2021-11-01",
    en="The rules speak of personal information only. Data is outside them when all of it is anonymised and there is "
    "evidence that this cannot be undone; pseudonymised, tokenised or hashed data stays inside.",
    hant="規則只適用於個人資料（個人信息）。全部資料均已匿名化並有證據證明不可復原，方不受規限；假名化、代碼化或經雜湊處理的資料仍受規限。",
    hans="规则仅适用于个人信息。全部信息均已匿名化且有证据证明不能复原的，不适用；去标识化、令牌化或经哈希处理的信息仍然适用。",
)
def anonymised(facts: Facts) -> Verdict:
    """Leave the rules only for data that is anonymised with proof."""
    states = facts.codes("transfer.states")
    if not states or set(states) != {"anonymised"}:
        return PASS
    proof = facts.check("transfer.irreversibility_evidence", bool)
    if proof.truth is None:
        return Verdict(effect="refer", missing=(proof.path,))
    return OUT_OF_SCOPE if proof.truth else PASS


@rule(
    "SCOPE-2",
    binds="CN",
    direction="GD→HK",
    effect="scope",
    citation="Standard Contract Filing Guide 2nd ed., scope section; CAC Q&A Oct 2025, answer 5",
    source="S2b,S47",
    confidence="V1",
    since="2021-11-01",
    en="Providing data abroad includes letting a party outside the Mainland query, retrieve or download it. A query made "
    "inside the Mainland with nothing sent out is not an export.",
    hant="向境外提供，包括容許內地以外的一方查詢、調取或下載資料。在內地境內進行查詢而無資料傳出，不屬出境。",
    hans="向境外提供，包括允许境外的组织或者个人查询、调取、下载、导出。在境内查询且未向境外传出的，不属于出境。",
)
def export_by_query(facts: Facts) -> Verdict:
    """Say that the Mainland export rules apply."""
    return Verdict(effect="scope") if leaves_mainland(facts) else SILENT


@rule(
    "SCOPE-3",
    binds="HK",
    direction="both",
    effect="scope",
    citation="PDPO s.2(1) (data user)",
    source="S42,S30",
    confidence="INF",
    since="2021-11-01",
    en="The Personal Data (Privacy) Ordinance binds whoever controls the data in or from Hong Kong, so it applies when "
    "either side is a Hong Kong data user.",
    hant="《個人資料（私隱）條例》規管在香港或從香港控制有關資料的資料使用者；任何一方屬香港資料使用者，即予適用。",
    hans="香港《个人资料（私隐）条例》约束在香港或从香港控制有关资料的资料使用者；任何一方为香港资料使用者的，即适用。",
)
def hong_kong_law_applies(facts: Facts) -> Verdict:
    """Say that the Hong Kong rules apply."""
    return Verdict(effect="scope") if hong_kong_is_party(facts) else SILENT


RULES = (known_codes, anonymised, export_by_query, hong_kong_law_applies)
