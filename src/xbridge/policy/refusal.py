"""What the engine itself says when it refuses: no rules, no moment, a rule that broke.

These are reasons of this library and of no law, so they cite the specification of the engine.
"""

from __future__ import annotations

from xbridge.core.decision import Reason, Texts

_CITATION = "xbridge specs/policy.md, section 2"


def _refuse(rule: str, failed: tuple[str, ...], text: Texts) -> Reason:
    """Return a denial by the engine."""
    return Reason(
        citation=_CITATION,
        confidence="V1",
        effect="deny",
        facts=failed,
        failed=failed,
        missing=(),
        rule=rule,
        source="xbridge",
        text=text,
    )


NO_RULES = _refuse(
    "ENGINE-EMPTY",
    (),
    Texts(
        en="No rule is in force for this moment, so nothing can be found lawful: refused.",
        zh_Hans="在该时点没有任何有效规则，无从判断是否合法，故予拒绝。",
        zh_Hant="在該時點並無任何有效規則，無從判斷是否合法，故予拒絕。",
    ),
)

BAD_MOMENT = _refuse(
    "ENGINE-AT",
    ("at",),
    Texts(
        en="The moment of the act is not a time with an offset, so the law in force cannot be chosen: refused.",
        zh_Hans="行为时点不是带时区的时间，无法确定适用何时的法律，故予拒绝。",
        zh_Hant="行為時點並非附時區的時間，無法確定適用何時的法律，故予拒絕。",
    ),
)


def raised(error: str) -> Texts:
    """Return the wording for a rule that raised ``error`` (a class name, never a message)."""
    return Texts(
        en=f"This rule could not be applied to the facts as given ({error}); refused to be safe.",
        zh_Hans=f"无法将本规则适用于所提供的事实（{error}），为稳妥起见予以拒绝。",
        zh_Hant=f"無法將本規則應用於所提供的事實（{error}），為穩妥起見予以拒絕。",
    )
