"""One look at a rule in the making: the draft, what is wrong with it, what it says, and how many it meets."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from crm_site.rules.builder import BuilderView, GroupView
from crm_site.rules.counting import Preview, preview_rows
from crm_site.rules.declarations import RuleSubject
from crm_site.rules.drafts import DraftGroup, Vocabulary, act, draft_of, fresh_draft, read_draft, whole
from crm_site.rules.encoding import encode_rule
from crm_site.rules.errors import NodeError, RuleError
from crm_site.rules.rule import Rule, load_rule

if TYPE_CHECKING:
    from crm_site.staff.models import User


class Building:
    """Everything the builder's templates read; the count is asked for when a template comes to it.

    `strict` shows what is not filled in yet as well; until somebody wants to use the rule, that is no mistake.
    """

    def __init__(self, subject: RuleSubject, reader: User, root: DraftGroup, focused: str = "") -> None:
        self.subject, self.reader, self.root, self.focused = subject, reader, root, focused
        self.vocabulary = Vocabulary(subject.code)
        self.strict = False

    @classmethod
    def opened(cls, subject: RuleSubject, reader: User, rule: Rule | None) -> Building:
        """Return the builder on a rule, or empty."""
        return cls(subject, reader, draft_of(rule) if rule is not None else fresh_draft())

    @classmethod
    def posted(cls, subject: RuleSubject, reader: User, data: QueryDict) -> Building:
        """Return the builder as posted, after the button that was pressed."""
        root = read_draft(data, Vocabulary(subject.code))
        return cls(subject, reader, root, act(root, data.get("do", "")))

    @cached_property
    def _read(self) -> tuple[Rule | None, tuple[NodeError, ...]]:
        try:
            rule = load_rule(self.subject.code, whole(self.vocabulary, self.root))
        except RuleError as error:
            return None, error.errors
        return rule, tuple(rule.problems)

    @property
    def errors(self) -> tuple[NodeError, ...]:
        """Return what to say beside the conditions."""
        return tuple(error for error in self._read[1] if self.strict or not error.missing)

    @property
    def unfinished(self) -> bool:
        """Tell whether something is merely not filled in yet."""
        return self.rule is None and all(error.missing for error in self._read[1])

    @property
    def rule(self) -> Rule | None:
        """Return the rule, when it is whole and sound."""
        rule, problems = self._read
        return None if problems else rule

    @cached_property
    def code(self) -> str:
        """Return the rule for an address; empty while there is none."""
        try:
            return encode_rule(self.rule) if self.rule is not None else ""
        except RuleError:
            return ""

    @cached_property
    def sentence(self) -> str:
        """Return the rule in words; empty while there is none."""
        return self.rule.sentence(self.reader) if self.rule is not None else ""

    @cached_property
    def tree(self) -> GroupView:
        """Return the form."""
        return BuilderView(self.vocabulary, self.reader, self.errors, self.focused).group(self.root)

    @cached_property
    def preview(self) -> Preview | None:
        """Return the count with a few records; None while there is no rule."""
        return preview_rows(self.rule, self.reader) if self.rule is not None else None

    @property
    def title(self) -> str:
        """Return the heading."""
        return gettext("Try a rule: %(subject)s") % {"subject": self.subject.label}

    @property
    def picker(self) -> str:
        """Return the address that finds records while people type."""
        return reverse("pages:pick", args=[self.subject.list_code])

    @property
    def list_url(self) -> str:
        """Return the address of the list of what the rule meets."""
        return f"{reverse(self.subject.list_url)}?rule={self.code}" if self.code else ""
