"""A newcomer's checklist: steps that open the real screen and tick themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.contrib.admin.models import ADDITION, LogEntry
from django.db.models import Exists, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from crm_site.pages.models import FirstSteps
from crm_site.pages.registry import Registry
from crm_site.pages.today import TodayCard, TodayContent, register_today
from crm_site.staff.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, kw_only=True)
class Step:
    """One step. It is done once `evidence(user)` has a row; a step without evidence, once it was opened from here."""

    code: str
    label: StrOrPromise
    icon: str
    url_name: str
    order: int
    evidence: Callable[[User], QuerySet[Any]] | None = None
    module: str = ""
    allowed: Callable[[User], bool] | None = None

    @property
    def url(self) -> str:
        """Where the step is done; an empty text while that page does not exist."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""

    def visible_to(self, user: User) -> bool:
        """Tell whether the step is for this person."""
        if self.module and not user.access.can_view(self.module):
            return False
        return bool(self.url) and (self.allowed is None or self.allowed(user))


@dataclass(frozen=True)
class Tick:
    """A step as one person has it."""

    step: Step
    done: bool


@dataclass(frozen=True, kw_only=True)
class Checklist(TodayContent):
    """What the card shows."""

    ticks: list[Tick] = field(default_factory=list)

    @property
    def done(self) -> int:
        """How many steps are ticked."""
        return sum(tick.done for tick in self.ticks)


steps: Registry[Step] = Registry()
register_step = steps.register


def steps_for(user: User) -> list[Step]:
    """Return this person's steps in order."""
    return [step for step in steps if step.visible_to(user)]


def is_wanted(user: User) -> bool:
    """Tell whether steps are left and the person has not put the list away: one query."""
    kept = FirstSteps.objects.filter(user=user).values_list("hidden", "ticked").first()
    hidden, ticked = kept or (False, [])
    return not hidden and any(step.code not in ticked for step in steps_for(user))


def checklist(user: User) -> Checklist:
    """Return the steps with their ticks, and remember new ones, so that each is proved only once."""
    kept = FirstSteps.objects.filter(user=user).first() or FirstSteps(user=user)
    mine, ticked = steps_for(user), set(kept.ticked)
    proved = ticked | _proved(user, [step for step in mine if step.code not in ticked])
    if proved != ticked:
        remember(user, proved)
    return Checklist(ticks=[Tick(step, step.code in proved) for step in mine])


def remember(user: User, codes: set[str]) -> None:
    """Tick these steps for good."""
    kept, _created = FirstSteps.objects.get_or_create(user=user)
    kept.ticked = sorted(codes | set(kept.ticked))
    kept.save(update_fields=["ticked"])


def put_away(user: User) -> None:
    """Show the list to this person no more."""
    FirstSteps.objects.update_or_create(user=user, defaults={"hidden": True})


def _proved(user: User, open_steps: list[Step]) -> set[str]:
    """Ask for the evidence of all open steps in one query."""
    asked = [(step.code, step.evidence) for step in open_steps if step.evidence is not None]
    if not asked:
        return set()
    proofs = {f"step_{place}": Exists(evidence(user)) for place, (_code, evidence) in enumerate(asked)}
    found = User.objects.filter(pk=user.pk).annotate(**proofs).values_list(*proofs).get()
    return {code for (code, _evidence), proof in zip(asked, found, strict=True) if proof}


def register() -> None:
    """Put the list on Today, with the step that every site has."""
    register_today(
        TodayCard(
            code="first-steps",
            title=_("First steps"),
            icon="list-check",
            load=checklist,
            allowed=is_wanted,
            order=1,
            template="pages/first_steps.html",
        )
    )
    register_step(
        Step(
            code="invite",
            label=_("Invite a colleague"),
            icon="user-plus",
            url_name="admin:staff_user_add",
            order=90,
            evidence=lambda user: LogEntry.objects.filter(
                user=user, action_flag=ADDITION, content_type__app_label="staff", content_type__model="user"
            ),
            allowed=lambda user: user.is_staff and user.has_perm("staff.add_user"),
        )
    )
