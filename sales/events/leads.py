"""What happens to leads."""

from __future__ import annotations

from dataclasses import dataclass

from crm_site.events.base import BatchEvent, Event


@dataclass(frozen=True, kw_only=True)
class LeadReceived(Event):
    """An enquiry came in."""

    verb = "lead.received"
    lead_id: int


@dataclass(frozen=True, kw_only=True)
class LeadChanged(Event):
    """Facts of a lead changed; `fields` names them, separated by commas."""

    verb = "lead.changed"
    lead_id: int
    fields: str


@dataclass(frozen=True, kw_only=True)
class LeadAnswered(Event):
    """Somebody of ours got in touch about an enquiry for the first time."""

    verb = "lead.answered"
    lead_id: int


@dataclass(frozen=True, kw_only=True)
class LeadGiven(Event):
    """A lead came to somebody; `former_id` is whose it was, 0 for nobody's, and `cause` why."""

    verb = "lead.given"
    lead_id: int
    user_id: int
    former_id: int = 0
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class LeadPooled(Event):
    """A lead went to the public pool; `cause` says why, `former_id` whose it was."""

    verb = "lead.pooled"
    lead_id: int
    former_id: int = 0
    cause: str = ""


@dataclass(frozen=True, kw_only=True)
class LeadDisqualified(Event):
    """A lead was given up."""

    verb = "lead.disqualified"
    lead_id: int


@dataclass(frozen=True, kw_only=True)
class LeadRevived(Event):
    """A lead that was given up is worked on again."""

    verb = "lead.revived"
    lead_id: int


@dataclass(frozen=True, kw_only=True)
class LeadConverted(Event):
    """A lead became an opportunity."""

    verb = "lead.converted"
    lead_id: int
    opportunity_id: int


@dataclass(frozen=True, kw_only=True)
class LeadMerged(Event):
    """A lead was merged into another of the same customer."""

    verb = "lead.merged"
    lead_id: int
    survivor_id: int


@dataclass(frozen=True, kw_only=True)
class LeadsChanged(BatchEvent):
    """The same facts of many leads were changed at once; `fields` names them, separated by commas."""

    verb = "lead.changed"
    fields: str = ""
    operation_id: int = 0


@dataclass(frozen=True, kw_only=True)
class LeadsImported(BatchEvent):
    """A file brought leads."""

    verb = "lead.imported"


@dataclass(frozen=True, kw_only=True)
class LeadGraded(Event):
    """A lead's score came past a threshold: `grade` is what it is now, `former` what it was."""

    verb = "lead.graded"
    lead_id: int
    grade: str
    former: str


@dataclass(frozen=True, kw_only=True)
class ScoringChanged(Event):
    """A rule of scoring was made or changed."""

    verb = "lead.scoring"
    rule_id: int
