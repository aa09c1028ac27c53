"""The demo people: two sales teams, service and marketing, and a teammate for everybody."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext_lazy as _

from crm_site.demo import DEMO_DOMAIN, DEMO_PASSWORD
from crm_site.demo.models import DemoLoad, is_demo
from crm_site.staff.models import Role, Team, User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from crm_site.demo.writing import DemoWriter

# Each team stands under the one named second.
TEAMS = (
    ("Company", ""),
    ("Sales", "Company"),
    ("Sales North", "Sales"),
    ("Sales South", "Sales"),
    ("Service", "Company"),
    ("Marketing", "Company"),
)
ROLES: dict[str, StrOrPromise] = {
    "rep": _("Sales representative"),
    "team-lead": _("Team lead"),
    "agent": _("Support agent"),
    "marketer": _("Marketer"),
    "manager": _("Manager"),
    "admin": _("Administrator"),
}


@dataclass(frozen=True)
class Person:
    """One of the demo people; `shown` ones stand on the sign-in page."""

    box: str
    name: str
    role: str
    team: str
    language: str = "en"
    shown: bool = False

    @property
    def email(self) -> str:
        """The address to sign in with."""
        return f"{self.box}@{DEMO_DOMAIN}"


CAST = (
    Person("rep", "Li Na 李娜", "rep", "Sales North", shown=True),
    Person("rep.north", "Jonas Lindqvist", "rep", "Sales North"),
    Person("lead.north", "Mei Chen 陈美", "team-lead", "Sales North", shown=True),
    Person("rep.south", "Camille Laurent", "rep", "Sales South"),
    Person("rep.south.two", "王志强", "rep", "Sales South", "zh-hans"),
    Person("lead.south", "Oliver Brandt", "team-lead", "Sales South"),
    Person("agent", "Amara Okafor", "agent", "Service", shown=True),
    Person("agent.two", "刘洋", "agent", "Service", "zh-hans"),
    Person("marketer", "Clara Novák", "marketer", "Marketing", shown=True),
    Person("marketer.two", "赵静", "marketer", "Marketing", "zh-hans"),
    Person("manager", "David Wu 吴大为", "manager", "Company", shown=True),
    Person("manager.two", "Ingrid Holm", "manager", "Company"),
    Person("admin", "Robin Weber", "admin", "Company", shown=True),
    Person("admin.two", "孙磊", "admin", "Company", "zh-hans"),
)


def make_people(writer: DemoWriter) -> None:
    """Create teams and people, with verified addresses; those whose address or name exists already are used."""
    teams = _make_teams(writer)
    roles = {role.code: role for role in Role.objects.filter(code__in=ROLES)}
    password = make_password(DEMO_PASSWORD)
    for one in CAST:
        facts: dict[str, Any] = {"name": one.name, "language": one.language, "team": teams[one.team]}
        if one.role == "admin":
            facts["is_staff"] = True
            facts["is_superuser"] = one.box == "admin"
        user, created = User.objects.get_or_create(email=one.email, defaults={**facts, "password": password})
        if created:
            user.roles.add(roles[one.role])
            EmailAddress.objects.create(user=user, email=one.email, verified=True, primary=True)
            writer.mark(User, [user.pk])
        writer.people.setdefault(one.role, []).append(user)


def _make_teams(writer: DemoWriter) -> dict[str, Team]:
    teams: dict[str, Team] = {}
    for name, parent in TEAMS:
        team, created = Team.objects.get_or_create(name=name, defaults={"parent": teams.get(parent)})
        if created:
            writer.mark(Team, [team.pk])
        teams[name] = team
    return teams


def sign_ins() -> list[dict[str, Any]]:
    """Return the people a visitor may look around as, with the password; none without a demo company."""
    if not DemoLoad.objects.exists():
        return []
    present = set(User.objects.filter(is_demo(User), is_active=True).values_list("email", flat=True))
    return [
        {"name": one.name, "role": ROLES[one.role], "email": one.email, "password": DEMO_PASSWORD}
        for one in CAST
        if one.shown and one.email in present
    ]
