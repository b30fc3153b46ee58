"""What can be chosen about the national gateway's mock: one value for every thing the sources leave UNKNOWN."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["GjzwfwMockSettings"]


@dataclass(frozen=True, slots=True, kw_only=True)
class GjzwfwMockSettings:
    """Whether and how strictly a call must be fresh, and how a refusal travels.

    ``window_ms`` is how far ``gjzwfwpt_rtime`` may be from the mock's clock, None for any; ``refuse_replays`` refuses
    the same signature a second time; ``error_status`` is the HTTP status of a refusal.

    Raises ValueError for a window or status that cannot be.
    """

    window_ms: int | None = 300_000
    refuse_replays: bool = True
    error_status: int = 200

    def __post_init__(self) -> None:
        """Refuse settings under which nothing could pass."""
        if self.window_ms is not None and self.window_ms <= 0:
            raise ValueError("window_ms must be positive, or None for any time")
        if not 200 <= self.error_status <= 599:
            raise ValueError("error_status must be an HTTP status")
