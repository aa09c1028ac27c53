"""Nothing goes to a customer but through `Customer.objects.contactable`: who sends is known, and asks."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("crm_site", "customers", "sales", "service", "analytics")
# What leads out of the house: our queue, its table, Django's mails, and SMTP itself.
SENDERS = {
    "queue_mail",
    "OutgoingMail",
    "send_mail",
    "send_mass_mail",
    "EmailMessage",
    "EmailMultiAlternatives",
    "smtplib",
}
# Who may send without asking, and why.
TO_COLLEAGUES = {
    "crm_site/notifications/digests.py": "digests for the people of the house",
    "crm_site/forms/confirming.py": "asks whose address a stranger has just typed in, before anything else",
    "crm_site/staff/adapters.py": "links to sign in, for the people of the house",
    "sales/services/monday_mail.py": "how the deals moved, for those who lead them",
}
ROOM = "crm_site/mail/"
"""The queue itself."""


def words_of(source: str) -> set[str]:
    """Return the names that a module uses or imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.alias):
            found.update((node.name, node.name.rpartition(".")[2]))
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.update(node.module.split("."))
    return found


def senders() -> dict[str, set[str]]:
    """Return the modules that can send, with all the names they use."""
    found = {}
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            words = words_of(path.read_text())
            if words & SENDERS and not name.startswith(ROOM) and "migrations" not in path.parts:
                found[name] = words
    return found


def unasked(found: dict[str, set[str]]) -> list[str]:
    """Return who sends to anybody without asking who may be contacted."""
    return sorted(name for name, words in found.items() if name not in TO_COLLEAGUES and "contactable" not in words)


def test_whoever_sends_asks_who_may_be_contacted() -> None:
    assert unasked(senders()) == []


def test_no_exception_outlives_its_module() -> None:
    assert set(TO_COLLEAGUES) <= set(senders())


def test_a_new_sender_is_seen() -> None:
    planted = "from crm_site.mail.queueing import queue_mail\n\ndef greet(one):\n    queue_mail('x', one.email)\n"
    asking = planted + "\ndef ask(rows):\n    return rows.contactable('email', 'marketing')\n"
    assert unasked({"customers/services/greeting.py": words_of(planted)}) == ["customers/services/greeting.py"]
    assert unasked({"customers/services/greeting.py": words_of(asking)}) == []
