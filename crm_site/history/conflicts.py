"""What an undo leaves alone, and why."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

CHANGED, USED, GONE, TAKEN, DENIED = "changed", "used", "gone", "taken", "denied"
REASONS = {
    CHANGED: _("was changed since"),
    USED: _("is used by something added since"),
    GONE: _("is gone"),
    TAKEN: _("would collide with another record"),
    DENIED: _("is not yours to change"),
}


@dataclass(frozen=True)
class Conflict:
    """A row that an undo left alone: the whole of it, or one `column`; `now` is what stands there, as JSON text."""

    table: str
    id: int
    why: str
    column: str = ""
    now: str = ""

    def stored(self) -> dict[str, Any]:
        """Return the conflict as JSON-ready values."""
        return asdict(self)

    @property
    def reason(self) -> str:
        """Return why, in the active language."""
        return str(REASONS[self.why])
