"""Giving records to people: the first rule that fits, the person whose turn it is, one hand-over each, and a log.

Every run locks in the same order: the kind's rules, then the days of the people by key, then (in `give`) the record.
So capacity is never exceeded and runs never wait in a ring; call it after the commit that made the records, never
while holding locks of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from crm_site.assignment.choices import Method, Reason, Standing
from crm_site.assignment.kinds import AssignmentKind, Handover, get_kind
from crm_site.assignment.models import AssignmentDay, AssignmentLog, AssignmentRule, AssignmentTurn
from crm_site.assignment.picking import PICKERS, Candidate
from crm_site.assignment.pool import Person, Pool, gather, lock_days
from crm_site.calendars.working_time import NeverOpensError
from crm_site.rules import Rule, readable_rule
from crm_site.rules.choosing import NONE, first_met
from crm_site.rules.compiling import limited

# Records of one transaction: its locks are short, and its queries few for each record.
CHUNK = 100
# Records that one sweep looks at, for each kind.
SWEEP = 2_000


@dataclass(frozen=True)
class Assigned:
    """What became of one record; `user_id` is None where nobody got it."""

    record_id: int
    user_id: int | None
    rule_id: int | None
    reason: str


def assign(kind: str, record_ids: Iterable[int], *, now: dt.datetime | None = None) -> list[Assigned]:
    """Give records that nobody has to people by the rules of their kind; return what became of each.

    Records that somebody took in the meantime are left out. Who finds nobody stays as it is, with the reason in the
    log, and is tried again by the sweep. Raises UnknownKindError.
    """
    return _in_chunks(get_kind(kind), dict.fromkeys(record_ids), now or timezone.now())


def reassign(kind: str, owners: Mapping[int, int], *, now: dt.datetime | None = None) -> list[Assigned]:
    """Give records to somebody else than who has them (`owners`, by record): nobody answered in time."""
    return _in_chunks(get_kind(kind), dict(owners), now or timezone.now())


def due_for_reassignment(kind: str, now: dt.datetime | None = None) -> dict[int, int]:
    """Return the records whose response deadline has passed, with whose they are."""
    found = get_kind(kind)
    return dict(found.overdue(now or timezone.now(), SWEEP)) if found.overdue is not None else {}


def sweep_kind(kind: str, now: dt.datetime | None = None) -> list[Assigned]:
    """Try again what found nobody, and move on what nobody answered in time."""
    moment = now or timezone.now()
    if not AssignmentRule.objects.in_force(kind).exists():
        return []
    waiting = assign(kind, get_kind(kind).waiting(SWEEP), now=moment)
    return waiting + reassign(kind, due_for_reassignment(kind, moment), now=moment)


def _in_chunks(kind: AssignmentKind, owners: Mapping[int, int | None], now: dt.datetime) -> list[Assigned]:
    done: list[Assigned] = []
    keys = sorted(owners)
    for start in range(0, len(keys), CHUNK):
        part = {key: owners[key] for key in keys[start : start + CHUNK]}
        with transaction.atomic():
            done += _Run(kind, now, part).done()
    return done


class _Run:
    """One transaction: what it locked and read, and what it will write."""

    def __init__(self, kind: AssignmentKind, now: dt.datetime, owners: Mapping[int, int | None]) -> None:
        self.kind, self.now = kind, now
        locked = AssignmentRule.objects.select_for_update(of=("self",), no_key=True).select_related("team")
        asked = list(locked.filter(kind=kind.code, is_active=True).order_by("pk"))
        self.rules = sorted(asked, key=lambda rule: (rule.position, rule.pk))
        self.owners = _still(kind, owners)
        self.rule_of = fitting(kind, self.rules, list(self.owners))
        used = {rule.pk: rule for rule in self.rule_of.values()}
        self.pool: Pool = gather(list(used.values()), kind.module, now)
        self.days: dict[int, AssignmentDay] = lock_days(self.pool.people)
        # Read behind the locks: whoever gave somebody a record has committed it.
        self.open_counts = self._open_counts(used.values())
        self.turns = {(one.rule_id, one.user_id): one for one in AssignmentTurn.objects.filter(rule__in=list(used))}
        self.last_turn = dict.fromkeys(used, 0)
        for one in self.turns.values():
            self.last_turn[one.rule_id] = max(self.last_turn[one.rule_id], one.turn)
        self.logs: list[AssignmentLog] = []
        self.given: set[int] = set()
        self.turned: set[tuple[int, int]] = set()

    def done(self) -> list[Assigned]:
        """Give every record, and write what changed."""
        results = [found for key in self.owners if (found := self._give(key)) is not None]
        changed = [self.days[key] for key in sorted(self.given)]
        AssignmentDay.objects.bulk_update(changed, ["taken"])
        turned = [self.turns[key] for key in sorted(self.turned)]
        AssignmentTurn.objects.bulk_update([one for one in turned if one.pk], ["turn", "credit"])
        AssignmentTurn.objects.bulk_create([one for one in turned if not one.pk])
        AssignmentLog.objects.bulk_create(self._news())
        return results

    def _give(self, record_id: int) -> Assigned | None:
        """Give one record to the person whose turn it is; None when somebody else has it already."""
        rule, former = self.rule_of.get(record_id), self.owners[record_id]
        if rule is None:
            return self._told(record_id, None, None, Reason.NO_RULE, {})
        people, in_hours = self.pool.people, rule.only_in_hours
        standings = {
            key: people[key].standing(in_hours=in_hours, former_id=former) for key in self.pool.weights[rule.pk]
        }
        ready = [key for key, standing in standings.items() if standing is Standing.READY]
        if not ready:
            counts = Counter(standing.value for standing in standings.values())
            return self._told(record_id, rule, None, Reason.NOBODY, dict(counts))
        picked = PICKERS[rule.method]([self._candidate(rule, key) for key in ready])
        person = self.pool.people[picked.user_id]
        handover = Handover(
            record_id=record_id,
            user=person.user,
            former_id=former,
            rule_id=rule.pk,
            respond_by=respond_by(rule, person, self.now),
        )
        if not self.kind.give(handover):
            return None
        data = {"available": len(ready), "open": self.open_counts.get(person.user.pk, 0)}
        self._count(rule, person, picked.credits)
        reason = Reason.CHOSEN if former is None else Reason.NO_RESPONSE
        return self._told(record_id, rule, person, reason, data)

    def _candidate(self, rule: AssignmentRule, key: int) -> Candidate:
        found = Candidate(key, weight=self.pool.weights[rule.pk][key], open_count=self.open_counts.get(key, 0))
        turn = self.turns.get((rule.pk, key))
        return replace(found, turn=turn.turn, credit=turn.credit) if turn is not None else found

    def _count(self, rule: AssignmentRule, person: Person, credits: Mapping[int, int]) -> None:
        """Count the record in the person's day and turn."""
        key = person.user.pk
        person.taken += 1
        self.days[key].taken = person.taken
        self.given.add(key)
        self.open_counts[key] = self.open_counts.get(key, 0) + 1
        for one, credit in credits.items():
            self._turn(rule, one).credit = credit
        self.last_turn[rule.pk] += 1
        self._turn(rule, key).turn = self.last_turn[rule.pk]

    def _turn(self, rule: AssignmentRule, key: int) -> AssignmentTurn:
        self.turned.add((rule.pk, key))
        return self.turns.setdefault((rule.pk, key), AssignmentTurn(rule=rule, user_id=key))

    def _open_counts(self, rules: Iterable[AssignmentRule]) -> dict[int, int]:
        if all(rule.method != Method.LEAST_OPEN for rule in rules) or not self.pool.people:
            return {}
        return dict(self.kind.open_counts(sorted(self.pool.people)))

    def _told(
        self, record_id: int, rule: AssignmentRule | None, person: Person | None, reason: Reason, data: dict[str, Any]
    ) -> Assigned:
        user_id = person.user.pk if person is not None else None
        self.logs.append(
            AssignmentLog(
                kind=self.kind.code,
                record_id=record_id,
                rule=rule,
                rule_name=rule.name if rule is not None else "",
                method=rule.method if rule is not None and person is not None else "",
                user_id=user_id,
                former_id=self.owners[record_id],
                reason=reason,
                data=data,
                at=self.now,
            )
        )
        return Assigned(record_id, user_id, rule.pk if rule is not None else None, reason)

    def _news(self) -> list[AssignmentLog]:
        """Return what is worth a line: a record that finds nobody for the same reason again is not told twice."""
        refused = [log.record_id for log in self.logs if log.user_id is None]
        latest = (
            AssignmentLog.objects.filter(kind=self.kind.code, record_id__in=refused)
            .order_by("record_id", "-at", "-pk")
            .distinct("record_id")
        )
        known = {log.record_id: (log.reason, log.rule_id) for log in latest} if refused else {}
        return [log for log in self.logs if log.user_id or known.get(log.record_id) != (log.reason, log.rule_id)]


def _still(kind: AssignmentKind, owners: Mapping[int, int | None]) -> dict[int, int | None]:
    """Return the records that still are whose they were, as far as the kind can say; the hand-over itself decides."""
    if kind.owners is None:
        return dict(owners)
    present = kind.owners(list(owners))
    return {key: owner for key, owner in owners.items() if key in present and present[key] == owner}


def fitting(
    kind: AssignmentKind, rules: Sequence[AssignmentRule], record_ids: Sequence[int]
) -> dict[int, AssignmentRule]:
    """Return the first rule that each record meets, in one query; records that meet none are left out.

    A rule without a condition takes whatever comes to it; one whose condition can no longer be read takes nothing.
    """
    asked: list[tuple[AssignmentRule, Rule]] = []
    rest: AssignmentRule | None = None
    for one in rules:
        if one.condition is None:
            rest = one
            break
        condition = readable_rule(kind.subject, one.condition)
        if condition is not None:
            asked.append((one, condition))
    if not asked:
        return dict.fromkeys(record_ids, rest) if rest is not None else {}
    manager: Any = asked[0][1].subject.model._default_manager
    among = limited(manager.order_by(), "pk", record_ids)
    met = dict(first_met(among, [rule for _one, rule in asked], among=record_ids).values_list("pk", "met"))
    found = {key: asked[index][0] if index != NONE else rest for key, index in met.items()}
    return {key: rule for key, rule in found.items() if rule is not None}


def respond_by(rule: AssignmentRule, person: Person, now: dt.datetime) -> dt.datetime | None:
    """Return until when the person has to answer, in their business time; None without a deadline."""
    if rule.response_minutes is None:
        return None
    try:
        return person.hours.add_business_time(now, dt.timedelta(minutes=rule.response_minutes))
    except NeverOpensError:
        return None
