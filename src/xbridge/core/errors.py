"""Every error that xbridge raises, as one tree whose branches answer "who must act?".

Codes are stable and documented in ``docs/errors.md``; messages may change.  No message, ``repr`` or
:meth:`XBridgeError.diagnostics` holds a token, name, document number or raw subject, so all three may be logged.
Foreign exceptions are translated at the doors (``drivers/`` and ``stores/``), never here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from xbridge.core.decision import Decision


class XBridgeError(Exception):
    """Base of all errors of this library.

    ``code`` is stable; ``retryable`` says whether the same call may succeed later without a change by the caller.
    """

    code: ClassVar[str] = "xbridge_error"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str) -> None:
        """``message`` says what happened and what to do; it must not hold personal data or secrets."""
        super().__init__(message)
        self.message = message

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Return what a log line or a support ticket may hold about this error."""
        return {"code": self.code, "retryable": self.retryable}

    def __str__(self) -> str:
        """Return ``code: message``."""
        return f"{self.code}: {self.message}"


class ConfigError(XBridgeError):
    """A setting is missing or wrong: fix the configuration."""

    code = "config_invalid"


# --- The other side --------------------------------------------------------------------------------------------


class ProviderError(XBridgeError):
    """An identity provider did not do what we needed."""

    code = "provider_error"

    def __init__(self, provider: str, message: str) -> None:
        """``provider`` is the provider's id in the configuration, for example ``"iamsmart"``."""
        super().__init__(message)
        self.provider = provider

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Add the provider's id."""
        return {**super().diagnostics(), "provider": self.provider}


class ProviderUnavailable(ProviderError):
    """The provider could not be reached or is out of order.  Safe to retry."""

    code = "provider_unavailable"
    retryable = True

    def __init__(self, provider: str, message: str, *, sent: bool = True) -> None:
        """``sent`` is False when no connection was made, so that nothing of the request can have arrived."""
        super().__init__(provider, message)
        self.sent = sent


class HiddenText:
    """Text from outside that must be asked for: a crash report that prints every attribute does not print it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """``text`` is short and printable."""
        self._text = text

    def reveal(self) -> str:
        """Return the text; think before you log it."""
        return self._text

    def __repr__(self) -> str:
        """Return a form that is safe to log."""
        return "HiddenText(…)"


class ProviderRejected(ProviderError):
    """The provider understood us and said no; ``provider_code`` is its own code, kept as it came."""

    code = "provider_rejected"

    def __init__(self, provider: str, message: str, *, provider_code: str, step: str, provider_text: str = "") -> None:
        """``step`` names the message that was refused, for example ``"getToken"``.

        ``provider_text`` is the provider's own wording, for a person who debugs.  Nobody promises what it holds, so
        it is in no message, ``repr`` or diagnostics, and :meth:`HiddenText.reveal` is the only way to it.
        """
        super().__init__(provider, message)
        self.provider_code = provider_code
        self.step = step
        self.provider_text = HiddenText(provider_text)

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Add the step and the provider's own code."""
        return {**super().diagnostics(), "provider_code": self.provider_code, "step": self.step}


class ProtocolError(ProviderError):
    """The provider's reply breaks its own protocol: not JSON, too large, wrong shape, undecryptable."""

    code = "protocol_error"

    def __init__(self, provider: str, message: str, *, step: str, reason: str) -> None:
        """``reason`` is a short stable word such as ``"not_json"``, ``"too_large"`` or ``"envelope"``."""
        super().__init__(provider, message)
        self.step = step
        self.reason = reason

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Add the step and the reason."""
        return {**super().diagnostics(), "step": self.step, "reason": self.reason}


# --- Something that was presented to us does not hold ----------------------------------------------------------


class VerificationError(XBridgeError):
    """Something presented to us was checked and does not hold.

    ``claim`` names what was checked and ``reason`` why it failed, both as short stable words.
    """

    code = "verification_failed"

    def __init__(self, claim: str, *, reason: str, message: str | None = None) -> None:
        """``reason`` is one of ``missing mismatch malformed expired not_yet_valid replayed duplicated too_large unknown``…"""
        super().__init__(message or f"{claim}: {reason}")
        self.claim = claim
        self.reason = reason

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Add the claim and the reason."""
        return {**super().diagnostics(), "claim": self.claim, "reason": self.reason}


class TokenInvalid(VerificationError):
    """A token, assertion or key is not acceptable: refuse the request that carried it."""

    code = "token_invalid"


class CallbackInvalid(VerificationError):
    """What came back from the browser does not belong to a login that this session started: start again."""

    code = "callback_invalid"


class TamperDetected(VerificationError):
    """A sealed or signed thing was changed; ``index`` says where, when that is known."""

    code = "tamper_detected"

    def __init__(self, claim: str, *, reason: str, message: str | None = None, index: int | None = None) -> None:
        """``index`` is the position of the damaged ledger entry or bundle member."""
        super().__init__(claim, reason=reason, message=message)
        self.index = index


class DocumentInvalid(VerificationError):
    """An identity document's number has no valid form; ``claim`` is the kind of document, and no part holds the number."""

    code = "document_invalid"


# --- The person, the link, the consent, the policy -------------------------------------------------------------


class UserDeclined(XBridgeError):
    """The person said no.  A normal outcome: show them the way back, do not ask again at once."""

    code = "user_declined"

    def __init__(self, step: str, message: str, *, provider_code: str | None = None) -> None:
        """``step`` is ``"login"``, ``"consent"``…; ``provider_code`` the provider's own code when it has one."""
        super().__init__(message)
        self.step = step
        self.provider_code = provider_code


class LinkRefused(XBridgeError):
    """The two accounts may not be linked; ``reason`` is a short stable word and tells neither side about the other."""

    code = "link_refused"

    def __init__(self, reason: str, message: str) -> None:
        """``reason`` is one of the words of docs/errors.md, such as ``session``, ``stale``, ``conflict`` or ``limit``."""
        super().__init__(message)
        self.reason = reason

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Add the reason."""
        return {**super().diagnostics(), "reason": self.reason}


class ConsentMissing(XBridgeError):
    """There is no consent that supports this; ``status`` is the state that was found, or ``"none"``."""

    code = "consent_missing"

    def __init__(self, status: str, message: str) -> None:
        """``status`` is a consent state of ``policy.md`` list S, or ``"none"``."""
        super().__init__(message)
        self.status = status

    def diagnostics(self) -> dict[str, str | int | bool]:
        """Add the status."""
        return {**super().diagnostics(), "status": self.status}


class PolicyDenied(XBridgeError):
    """The rules forbid this flow; ``decision`` holds every rule that mattered and what it read."""

    code = "policy_denied"

    def __init__(self, decision: Decision) -> None:
        """``decision`` is already recorded in the ledger when this is raised."""
        super().__init__("the policy denies this data flow; decision.reasons says which rules and why")
        self.decision = decision


class PolicyReferred(XBridgeError):
    """The rules cannot settle this flow: a person must decide.  Nothing was released."""

    code = "policy_referred"

    def __init__(self, decision: Decision) -> None:
        """``decision`` is already recorded in the ledger when this is raised."""
        super().__init__("the policy cannot decide this data flow by itself; a person must; nothing was released")
        self.decision = decision


class Unsupported(XBridgeError):
    """This provider or build cannot do that; ``capabilities`` names what it can."""

    code = "unsupported"

    def __init__(self, message: str, *, capabilities: tuple[str, ...] = ()) -> None:
        """``capabilities`` is sorted."""
        super().__init__(message)
        self.capabilities = capabilities


# --- Keys that are kept elsewhere ------------------------------------------------------------------------------


class SignerUnavailable(XBridgeError):
    """A signer outside this process (an HSM, a remote signer) did not sign; nothing was written.  Safe to retry."""

    code = "signer_unavailable"
    retryable = True


# --- The store -------------------------------------------------------------------------------------------------


class StoreError(XBridgeError):
    """The store could not do what was asked; nothing of the call was written."""

    code = "store_error"


class StoreUnavailable(StoreError):
    """The store cannot be reached, is full or is locked.  Safe to retry."""

    code = "store_unavailable"
    retryable = True


class StoreConflict(StoreError):
    """Somebody else changed the same row first.  Read again and retry."""

    code = "store_conflict"
    retryable = True
