"""Handing one mail to the mail server, and reading from its answer whether it was taken."""

from __future__ import annotations

import re
import smtplib
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from crm_site.mail.models import OutgoingMail
from crm_site.mail.outcomes import AmbiguousError, DeferredError, RefusedError


def transmit(mail: OutgoingMail) -> None:
    """Send a mail through Django's configured backend.

    Raises DeferredError when nothing was taken and another attempt makes sense, RefusedError when the server refuses
    this mail for good, and AmbiguousError when the line broke after the words had begun to go out.
    """
    message = _message(mail)
    connection = get_connection()
    line = _opened(connection)
    try:
        connection.send_messages([message])
    except OSError as error:
        raise _meaning(error, words_went_out=line is None or line.reached) from error
    finally:
        _close(connection)


class _Line:
    """Watches whether the words of the mail have begun to go out."""

    def __init__(self, smtp: Any) -> None:
        self.reached = False
        original = smtp.data

        def data(message: Any) -> Any:
            self.reached = True
            return original(message)

        smtp.data = data


def _opened(connection: Any) -> _Line | None:
    """Connect and sign in: whatever goes wrong here, no mail was given away."""
    try:
        connection.open()
    except OSError as error:  # SMTPException is one too
        raise DeferredError(_said(error)) from error
    smtp = getattr(connection, "connection", None)
    return _Line(smtp) if isinstance(smtp, smtplib.SMTP) else None


def _meaning(error: OSError, *, words_went_out: bool) -> Exception:
    # SMTPException is an OSError: the server's own words come before the broken line.
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return (RefusedError if codes and min(codes) >= 500 else DeferredError)(_said(error))
    if isinstance(error, smtplib.SMTPResponseException):
        return (RefusedError if error.smtp_code >= 500 else DeferredError)(_said(error))
    return (AmbiguousError if words_went_out else DeferredError)(_said(error))


def _close(connection: Any) -> None:
    try:
        connection.close()
    except OSError:
        # The mail is taken or not by now; a server that hangs up without a word changes nothing.
        return


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    headers = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
    if mail.message_id:
        headers["Message-ID"] = mail.message_id
    message = EmailMultiAlternatives(
        mail.subject, mail.text, settings.DEFAULT_FROM_EMAIL, [mail.recipient], headers=headers
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    if mail.calendar:
        # The method stands in the head too: that is how mail programs know an invitation (RFC 6047).
        method = re.search(r"^METHOD:(\w+)", mail.calendar, re.MULTILINE)
        message.attach_alternative(mail.calendar, f"text/calendar; method={method[1] if method else 'PUBLISH'}")
    return message


def _said(error: OSError) -> str:
    return f"{type(error).__name__}: {error}"
