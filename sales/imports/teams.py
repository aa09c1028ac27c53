"""Importing colleagues with their teams: people, who leads them, and where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from crm_site.imports import cells
from crm_site.imports.chunks import Chunk
from crm_site.imports.kinds import Field, ImportKind
from crm_site.staff.models import User
from sales.services.staffing import Seat, seat_people


class SalesTeamImport(ImportKind):
    """A row a colleague. Nobody can sign in by it: who has no mail address yet gets a placeholder to be replaced."""

    code = "sales_teams"
    title = _("Colleagues and teams")
    file_names = ("team", "staff", "employee", "user", "员工", "团队")
    telling: ClassVar[Sequence[str]] = ("manager", "team", "region")
    turn = 5
    module = "setup"
    model = User
    keys = ("person", "email")
    fields = (
        Field("person", _("Name"), cells.text(150), required=True, aliases=("sales agent", "agent", "full name", "employee", "user", "rep", "sales rep", "姓名", "员工", "销售")),
        Field("email", _("E-mail"), cells.email(), aliases=("mail", "work email", "email address", "邮箱")),
        Field("manager", _("Manager"), cells.text(150), aliases=("team lead", "supervisor", "reports to", "经理", "主管", "上级")),
        Field("team", _("Team"), cells.text(100), aliases=("sales team", "group", "团队", "小组")),
        Field("region", _("Region or office"), cells.text(100), aliases=("regional office", "office", "branch", "department", "区域", "办事处", "部门")),
    )  # fmt: skip

    def load(self, chunk: Chunk) -> None:
        """Find or create the people of a chunk, their managers and the tree of their teams."""
        chunk.execute("UPDATE chunk SET record_id = u.id FROM staff_user u WHERE lower(u.email) = chunk.email")
        chunk.execute(
            "UPDATE chunk SET record_id = u.id FROM (SELECT lower(name) AS name, min(id) AS id FROM staff_user "
            "GROUP BY 1 HAVING count(*) = 1) u WHERE u.name = lower(chunk.person) AND record_id IS NULL"
        )
        chunk.apply_mode()
        rows = chunk.rows("SELECT line, person, email, manager, team, region FROM chunk ORDER BY line")
        done = seat_people([Seat(row[0], *(value or "" for value in row[1:])) for row in rows])
        chunk.execute(
            "UPDATE chunk SET record_id = d.id, is_new = d.is_new, changed = d.changed FROM unnest(%s::bigint[], "
            "%s::bigint[], %s::boolean[], %s::boolean[]) AS d(line, id, is_new, changed) WHERE d.line = chunk.line",
            [one.line for one in done],
            [one.user_id for one in done],
            [one.is_new for one in done],
            [one.is_changed for one in done],
        )
        created, changed = sum(one.is_new for one in done), sum(one.is_changed for one in done)
        chunk.context.count(created=created, updated=changed, skipped=len(done) - created - changed)
        chunk.report()

    def publish(self, job: Any, counts: dict[str, int], user: Any) -> None:
        """Say nothing: accounts have no timeline."""
