"""A rule: a tree about one subject that narrows querysets, says itself in words, and explains itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Model, QuerySet

from crm_site.rules.compiling import Compiler
from crm_site.rules.declarations import RuleSubject
from crm_site.rules.errors import NodeError, RuleError
from crm_site.rules.nodes import Broken, Condition, Node, RelatedCondition, leaves_of, walk
from crm_site.rules.parsing import VERSION, TreeReader, read_json
from crm_site.rules.periods import Clock
from crm_site.rules.registry import get_subject

if TYPE_CHECKING:
    from crm_site.rules.explaining import Explanation
    from crm_site.staff.models import User

M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Rule:
    """A tree of conditions about records of one subject."""

    subject: RuleSubject
    root: Node

    @property
    def problems(self) -> list[NodeError]:
        """Return what no longer means anything; a rule with problems matches nothing."""
        return [error for node in walk(self.root) if isinstance(node, Broken) for error in node.errors]

    @property
    def leaves(self) -> Iterator[Condition | RelatedCondition]:
        """Return the conditions of the tree, without those on related rows."""
        return leaves_of(self.root)

    def narrow(
        self,
        queryset: QuerySet[M],
        *,
        reader: User | None = None,
        now: dt.datetime | None = None,
        among: Sequence[int] | None = None,
    ) -> QuerySet[M]:
        """Keep the records that meet the rule, in the same one query; related rows as far as `reader` may see them.

        A rule with problems keeps nothing. `among` promises that only the records of those keys are asked about.
        """
        if self.problems:
            return queryset.none()
        compiler = Compiler(queryset, reader=reader, clock=Clock.at(now), among=among)
        condition = compiler.condition(self.root)
        return compiler.finish().filter(condition)

    def to_json(self) -> dict[str, Any]:
        """Return the stored form."""
        return {"version": VERSION, "root": self.root.to_json()}

    def sentence(self, reader: User | None = None) -> str:
        """Return the whole rule in words, in the active language; names of records as far as `reader` may see them."""
        from crm_site.rules.sentences import rule_sentence

        return rule_sentence(self, reader)

    def summary(self, reader: User | None = None) -> str:
        """Return the conditions in words, without the subject."""
        from crm_site.rules.sentences import rule_summary

        return rule_summary(self, reader)

    def explain(self, record_pk: int, *, reader: User | None = None, now: dt.datetime | None = None) -> Explanation:
        """Return the tree with what holds for one record and why not; raise LookupError for no such record."""
        from crm_site.rules.explaining import explain_record

        return explain_record(self, record_pk, reader=reader, now=now)


def parse_rule(subject: str, data: Any) -> Rule:
    """Return the rule in JSON (text, or what it spells); raise RuleError with what is wrong at which node."""
    rule = load_rule(subject, data)
    if problems := rule.problems:
        raise RuleError(problems)
    return rule


def load_rule(subject: str, data: Any) -> Rule:
    """Return a stored rule even when parts of it mean nothing any more: `problems` says which.

    Raises RuleError when there is no tree to speak of, and UnknownSubjectError for a subject nobody declares.
    """
    declared = get_subject(subject)
    reader = TreeReader(declared)
    root = reader.read(read_json(data) if isinstance(data, str | bytes) else data)
    return Rule(declared, root)


def readable_rule(subject: str, data: Any) -> Rule | None:
    """Return a stored rule, or None where there is none that can be read."""
    try:
        return load_rule(subject, data) if data is not None else None
    except RuleError:
        return None
