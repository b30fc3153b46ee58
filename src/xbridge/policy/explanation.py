"""A decision in plain lines, for a log, a terminal or an officer's screen.

Text only, in one of the three languages; it adds nothing that the decision does not hold and shows no fact's value.
"""

from __future__ import annotations

from typing import Final

from xbridge.core.decision import Decision, Reason, Texts
from xbridge.core.language import Language
from xbridge.policy.vocabulary import FACTS

_OUTCOMES: Final = {
    "permit": Texts(en="permitted", zh_Hans="允许", zh_Hant="准許"),
    "permit_with_obligations": Texts(en="permitted, with duties or remarks", zh_Hans="允许，但附有义务或提示", zh_Hant="准許，但附有義務或提示"),
    "deny": Texts(en="refused", zh_Hans="拒绝", zh_Hant="拒絕"),
    "indeterminate": Texts(en="not settled: a person must decide, nothing is released", zh_Hans="未能判定：须由人员决定，数据不予提供", zh_Hant="未能判定：須由人員決定，資料不予提供"),
    "not_applicable": Texts(en="outside these rules: nothing is released on their strength", zh_Hans="不在本规则适用范围之内：不得据此提供数据", zh_Hant="不屬本規則的適用範圍：不得據此提供資料"),
}  # fmt: skip
_EFFECTS: Final = {
    "deny": Texts(en="refuses", zh_Hans="拒绝", zh_Hant="拒絕"),
    "refer": Texts(en="asks for a person's decision", zh_Hans="须由人员决定", zh_Hant="須由人員決定"),
    "obligation": Texts(en="duty", zh_Hans="义务", zh_Hant="義務"),
    "warn": Texts(en="remark", zh_Hans="提示", zh_Hant="提示"),
    "exempt": Texts(en="exempts", zh_Hans="豁免", zh_Hant="豁免"),
    "route": Texts(en="opens a way", zh_Hans="可循途径", zh_Hant="可循途徑"),
    "pass": Texts(en="satisfied", zh_Hans="符合", zh_Hant="符合"),
    "scope": Texts(en="scope", zh_Hans="适用范围", zh_Hant="適用範圍"),
}  # fmt: skip
_CONFIDENCE: Final = {
    "V1": Texts(en="text read", zh_Hans="已查阅条文", zh_Hant="已查閱條文"),
    "V2": Texts(en="read in a summary", zh_Hans="据二手资料", zh_Hant="據二手資料"),
    "INF": Texts(en="inferred", zh_Hans="推断", zh_Hant="推斷"),
    "UNK": Texts(en="unsettled", zh_Hans="尚无定论", zh_Hant="未有定論"),
}  # fmt: skip
_DECISION: Final = Texts(en="Decision", zh_Hans="决定", zh_Hant="決定")
_RULES: Final = Texts(en="rules", zh_Hans="规则", zh_Hant="規則")
_BECAUSE: Final = Texts(en="turns on", zh_Hans="关键事实", zh_Hant="關鍵事實")
_UNKNOWN: Final = Texts(en="not stated", zh_Hans="未说明", zh_Hant="未有說明")
_READ: Final = Texts(en="facts read", zh_Hans="所读事实", zh_Hant="所讀事實")
_ASIDE: Final = Texts(en="Not examined", zh_Hans="未审查", zh_Hant="未審查")
_ORDER: Final = ("deny", "refer", "obligation", "warn", "exempt", "route", "scope", "pass")


def explain(decision: Decision, lang: Language) -> str:
    """Return ``decision`` as lines of text, the weightiest rules first."""
    colon = ": " if lang == "en" else "："
    lines = [
        f"{_DECISION.get(lang)}{colon}{_OUTCOMES[decision.outcome].get(lang)} ({decision.outcome})",
        f"{_RULES.get(lang)} {decision.rulepack_version}, {decision.rulepack_digest}; {decision.evaluated_at}",
    ]
    for reason in sorted(decision.reasons, key=lambda reason: _ORDER.index(reason.effect)):
        lines += _reason_lines(reason, lang, colon)
    if decision.not_examined:
        lines.append(f"{_ASIDE.get(lang)}{colon}{', '.join(decision.not_examined)}")
    return "\n".join(lines) + "\n"


def _reason_lines(reason: Reason, lang: Language, colon: str) -> list[str]:
    """Return the lines of one rule: what it did, what it demands, where that stands, and the facts."""
    lines = [
        f"- {reason.rule} [{_EFFECTS[reason.effect].get(lang)}] {reason.text.get(lang)}",
        f"    {reason.citation} [{reason.source}; {_CONFIDENCE[reason.confidence].get(lang)}]",
    ]
    for title, names in ((_BECAUSE, reason.failed), (_UNKNOWN, reason.missing), (_READ, reason.facts)):
        if names:
            lines.append(f"    {title.get(lang)}{colon}{', '.join(_named(name, lang) for name in names)}")
    return lines


def _named(name: str, lang: Language) -> str:
    """Return what people call the fact, with its name in brackets."""
    entry = FACTS.get(name)
    if entry is None:
        return name
    return f"{entry.label.get(lang)} ({name})" if lang == "en" else f"{entry.label.get(lang)}（{name}）"
