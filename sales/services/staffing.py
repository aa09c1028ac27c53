"""Seating colleagues in their teams, as lists of employees tell: regions above teams, a manager leading each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.text import slugify

from crm_site.lib.text import sort_key
from crm_site.staff.models import Role, Team, User

# Addresses under this name are nobody's (RFC 2606): they keep the place until the right one is entered.
PLACEHOLDER = "people.invalid"
LEADER, MEMBER = "team-lead", "rep"


@dataclass(frozen=True)
class Seat:
    """One row of the list: who, how to reach them, and where they sit. Empty texts say nothing."""

    line: int
    person: str
    email: str = ""
    manager: str = ""
    team: str = ""
    region: str = ""


@dataclass(frozen=True)
class Seated:
    """What became of one row."""

    line: int
    user_id: int
    is_new: bool
    is_changed: bool


def seat_people(seats: Sequence[Seat]) -> list[Seated]:
    """Find or create the people, their managers and their teams, and seat everybody.

    People are found by mail address, or else by a name that only one has. New ones cannot sign in until they are
    invited: they have no password, and where no address is given, one that reaches nobody.
    """
    with transaction.atomic():
        office = _Office()
        return [office.seat(one) for one in seats]


class _Office:
    """What is known while a list is worked through."""

    def __init__(self) -> None:
        users = list(User.objects.all())
        self.by_email = {user.email.lower(): user for user in users}
        self.by_name: dict[str, list[User]] = {}
        for user in users:
            self.by_name.setdefault(user.name.casefold(), []).append(user)
        self.teams = {team.name.casefold(): team for team in Team.objects.all()}
        self.roles = {role.code: role for role in Role.objects.filter(code__in=(LEADER, MEMBER))}

    def seat(self, seat: Seat) -> Seated:
        """Seat one person."""
        team = self._team(seat)
        user = self._find(seat.person, seat.email)
        is_new = user is None
        user = user or self._create(seat.person, seat.email, MEMBER)
        changes: dict[str, Any] = {}
        if team is not None and user.team_id != team.pk:
            changes["team"] = team
        if seat.email and user.email != seat.email and user.email.endswith(f"@{PLACEHOLDER}"):
            changes["email"] = seat.email
        for name, value in changes.items():
            setattr(user, name, value)
        if changes:
            user.save(update_fields=list(changes))
        return Seated(seat.line, user.pk, is_new, bool(changes) and not is_new)

    def _find(self, name: str, email: str) -> User | None:
        if email and email.lower() in self.by_email:
            return self.by_email[email.lower()]
        named = self.by_name.get(name.casefold(), [])
        return named[0] if len(named) == 1 else None

    def _create(self, name: str, email: str, role: str) -> User:
        user = User.objects.create_user(email or self._placeholder(name), name=name)
        if role in self.roles:
            user.roles.add(self.roles[role])
        self.by_email[user.email] = user
        self.by_name.setdefault(name.casefold(), []).append(user)
        return user

    def _placeholder(self, name: str) -> str:
        stem = slugify(sort_key(name)).replace("-", ".") or "person"
        address, number = f"{stem}@{PLACEHOLDER}", 1
        while address in self.by_email:
            number += 1
            address = f"{stem}{number}@{PLACEHOLDER}"
        return address

    def _team(self, seat: Seat) -> Team | None:
        """Return the team of a row: the one it names, or the manager's; the manager leads it."""
        region = self._named_team(seat.region, None) if seat.region else None
        name = seat.team or (f"{seat.region} · {seat.manager}".strip(" ·") if seat.manager else "")
        team = self._named_team(name, region) if name else region
        if seat.manager and team is not None:
            leader = self._find(seat.manager, "") or self._create(seat.manager, "", LEADER)
            if leader.team_id is None:
                leader.team = team
                leader.save(update_fields=["team"])
        return team

    def _named_team(self, name: str, above: Team | None) -> Team:
        known = self.teams.get(name.casefold())
        if known is None:
            known = Team(name=name[:100], parent=above)
            known.save()
            self.teams[name.casefold()] = known
        return known
