"""Importing calls, meetings, mails and chats, as other systems export their activities."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

from crm_site.imports import cells
from crm_site.imports.cells.reading import CellError, Reader
from crm_site.imports.kinds import Field
from customers.choices import CallOutcome, Direction, TalkKind
from customers.imports.notes import BODY_ALIASES, CUSTOMER_ALIASES, WRITTEN_ALIASES, NoteImport
from customers.models.activity import MAX_MINUTES

KIND_WORDS = {
    "phone call": "call", "phone": "call", "calls": "call", "logged call": "call", "anruf": "call", "appel": "call",
    "电话": "call", "通话": "call", "meetings": "meeting", "lunch": "meeting", "visit": "meeting", "demo": "meeting",
    "appointment": "meeting", "termin": "meeting", "会议": "meeting", "拜访": "meeting", "面谈": "meeting",
    "email": "mail", "e-mail": "mail", "emails": "mail", "mails": "mail", "邮件": "mail", "wechat": "chat", "微信": "chat",
    "whatsapp": "chat", "sms": "chat", "message": "chat", "短信": "chat", "聊天": "chat", "notes": "note", "备注": "note",
}  # fmt: skip
DIRECTION_WORDS = {
    "inbound": "in", "incoming": "in", "received": "in", "eingehend": "in", "呼入": "in", "收到": "in",
    "outbound": "out", "outgoing": "out", "sent": "out", "ausgehend": "out", "呼出": "out", "发出": "out",
}  # fmt: skip
OUTCOME_WORDS = {
    "connected": "reached", "completed": "reached", "answered": "reached", "已接通": "reached", "接通": "reached",
    "no answer": "not_reached", "not connected": "not_reached", "missed": "not_reached", "未接通": "not_reached",
    "left voicemail": "message", "left live message": "message", "left message": "message", "voicemail": "message",
    "已留言": "message", "line busy": "busy", "占线": "busy", "wrong number": "wrong", "号码错误": "wrong",
}  # fmt: skip
CLOCK = re.compile(r"([0-9]{1,2}):([0-5][0-9])(?::[0-5][0-9])?")
PLAIN = re.compile(r"([0-9]{1,4})(?:\.0)?\s*(?:min|mins|minutes|minuten|分钟|分)?\.?", re.IGNORECASE)


def minutes() -> Reader:
    """Read how long something took: minutes, or hours and minutes apart by a colon; nothing for none at all."""

    def read(cell: str) -> str | None:
        cell = cell.strip()
        if not cell:
            return None
        found = CLOCK.fullmatch(cell)
        plain = PLAIN.fullmatch(cell)
        if found is None and plain is None:
            raise CellError("whole_number")
        length = int(found[1]) * 60 + int(found[2]) if found else int(plain[1]) if plain else 0
        if length > MAX_MINUTES:
            raise CellError("between", low=0, high=MAX_MINUTES)
        return str(length) if length else None

    return read


class InteractionImport(NoteImport):
    """A row a call, a meeting, a mail or a chat on a customer's timeline, with who had it and when."""

    code = "interactions"
    title = _("Calls, meetings, mails and chats")
    file_names = ("activit", "call", "meeting", "engagement", "通话", "拜访", "沟通")
    turn = 75
    keys = ("note_id",)
    old_id = "note_id"
    fields = (
        Field("note_id", _("Entry's number"), cells.code(), aliases=("id", "record id", "activity id", "call id")),
        Field(
            "customer_id",
            _("Customer's reference"),
            cells.code(),
            aliases=(*CUSTOMER_ALIASES, "person id", "organization id"),
            refers_to=("people", "companies", "customers"),
        ),
        Field(
            "customer_email",
            _("Customer's e-mail"),
            cells.email(),
            aliases=("email", "contact email", "contact person email", "邮箱"),
        ),
        Field(
            "body",
            _("Text"),
            cells.text(10_000, multiline=True, formulas=True),
            aliases=(*BODY_ALIASES, "call notes", "meeting notes", "details"),
        ),
        Field(
            "written_at",
            _("When"),
            cells.moment(),
            "timestamptz",
            aliases=(*WRITTEN_ALIASES, "due date", "start time", "call date", "activity time", "沟通时间"),
        ),
        Field(
            "author",
            _("Who had it"),
            cells.person(),
            aliases=("by", "assigned to", "assigned to user", "activity assigned to", "owner", "user", "跟进人"),
            is_person=True,
        ),
        Field(
            "kind",
            _("Kind"),
            cells.choice(KIND_WORDS),
            required=True,
            aliases=("type", "activity type", "engagement type", "activity", "类型", "沟通方式"),
            choices=tuple(TalkKind.choices),
        ),
        Field(
            "title",
            _("Subject"),
            cells.text(200),
            aliases=("subject", "call title", "meeting name", "activity subject", "主题"),
        ),
        Field(
            "direction",
            _("Direction"),
            cells.choice(DIRECTION_WORDS),
            aliases=("call direction", "email direction", "方向"),
            choices=tuple(Direction.choices),
        ),
        Field(
            "outcome",
            _("Outcome"),
            cells.choice(OUTCOME_WORDS),
            aliases=("call outcome", "result", "disposition", "结果", "通话结果"),
            choices=tuple(CallOutcome.choices),
        ),
        Field(
            "minutes",
            _("Minutes"),
            minutes(),
            "smallint",
            aliases=("duration", "call duration", "duration (minutes)", "时长"),
        ),
    )
    told_by = 8
    known = """
        UPDATE chunk SET record_id = a.id FROM customers_activity a
        WHERE record_id IS NULL AND a.customer_id = customer_ref AND a.verb = 'customer.' || chunk.kind
            AND a.occurred_at = written_at AND a.body = COALESCE(chunk.body, '') AND a.title = COALESCE(chunk.title, '')
    """
    insert = """
        INSERT INTO customers_activity (id, customer_id, verb, occurred_at, actor_id, subject_kind, data, body, title,
            direction, outcome, minutes)
        SELECT record_id, customer_ref, 'customer.' || kind, COALESCE(written_at, now()), author_id, '',
            jsonb_build_object('by', COALESCE(u.name, author, %s::text)), COALESCE(body, ''), COALESCE(title, ''),
            CASE WHEN kind IN ('call', 'mail', 'chat') THEN COALESCE(direction, 'out') ELSE '' END,
            CASE WHEN kind = 'call' THEN COALESCE(outcome, '') ELSE '' END,
            CASE WHEN kind IN ('call', 'meeting') THEN minutes END
        FROM chunk LEFT JOIN staff_user u ON u.id = author_id WHERE is_new
    """
