"""Chainable vocabulary of web forms: seen by people who may change everything in the module of the target."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

from crm_site.forms.choices import DELIVERABLE
from crm_site.forms.targets import targets
from crm_site.staff.choices import Scope

if TYPE_CHECKING:
    from crm_site.forms.models import Form, FormHook, Submission  # noqa: F401 - named in strings below
    from crm_site.staff.models import User


def open_targets(user: User) -> list[str]:
    """Return the codes of the targets whose forms the user may see and change."""
    return [one.code for one in targets() if user.access.edit_scope(one.module) is Scope.ALL]


class FormQuerySet(models.QuerySet["Form"]):
    """Forms."""

    def visible_to(self, user: User) -> Self:
        """Keep the forms that the user may see."""
        return self.filter(target__in=open_targets(user))

    def editable_by(self, user: User) -> Self:
        """Keep the forms that the user may change: whoever sees one may."""
        return self.visible_to(user)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """What came in: seen with its form."""

    def visible_to(self, user: User) -> Self:
        """Keep what came in through forms that the user may see."""
        return self.filter(form__target__in=open_targets(user))

    def editable_by(self, user: User) -> Self:
        """Keep what the user may decide about: whoever sees it may."""
        return self.visible_to(user)

    def owed(self) -> Self:
        """Keep what the target should have had and has not."""
        return self.filter(state__in=DELIVERABLE, handled_at=None)


class HookQuerySet(models.QuerySet["FormHook"]):
    """Webhooks: seen with their form."""

    def visible_to(self, user: User) -> Self:
        """Keep the webhooks of forms that the user may see."""
        return self.filter(form__target__in=open_targets(user))

    def editable_by(self, user: User) -> Self:
        """Keep the webhooks that the user may change: whoever sees one may."""
        return self.visible_to(user)
