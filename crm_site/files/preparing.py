"""What happens to a file after it has arrived: the virus check, then the thumbnail."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Now

from crm_site.files.choices import ScanState
from crm_site.files.keeping import path_of, thumbnail_of
from crm_site.files.models import Attachment
from crm_site.files.scanning import ScannerError, is_clean
from crm_site.files.sniffing import RASTER
from crm_site.files.thumbnails import draw_thumbnail

log = structlog.get_logger(__name__)

# With a sweep a minute, three days of a scanner that is away.
MOST_ATTEMPTS = 4000


def prepare_pending(limit: int = 100) -> int:
    """Prepare files that wait, each in a transaction of its own, and return how many; several workers may do this."""
    done, last = 0, 0
    while done < limit:
        key = prepare_next(last)
        if key is None:
            break
        done, last = done + 1, key
    return done


def prepare_next(after: int) -> int | None:
    """Prepare the next file behind a key and return its key, None when none waits."""
    waiting = Q(prepared_at=None)
    if settings.FILE_SCANNER:
        # Files of the time before there was a scanner are checked too.
        waiting |= Q(scan=ScanState.UNCHECKED)
    with transaction.atomic():
        found = (
            Attachment.objects.select_for_update(skip_locked=True)
            .filter(waiting, pk__gt=after, attempts__lt=MOST_ATTEMPTS)
            .order_by("pk")
            .first()
        )
        if found is None:
            return None
        _prepare(found)
    return found.pk


def prepare_now(attachment: Attachment) -> Attachment:
    """Prepare one file at once, in the caller's transaction, where somebody waits for it; return it as it is then."""
    _prepare(attachment)
    attachment.refresh_from_db()
    return attachment


def _prepare(attachment: Attachment) -> None:
    row = Attachment.objects.filter(pk=attachment.pk)
    path = path_of(attachment.sha256)
    state = attachment.scan
    try:
        if settings.FILE_SCANNER and state != ScanState.CLEAN:
            state = ScanState.CLEAN if is_clean(path) else ScanState.INFECTED
        elif state == ScanState.WAITING:
            state = ScanState.UNCHECKED  # the scanner was taken away
    except ScannerError as error:
        log.warning("scanner_without_verdict", attachment=attachment.pk, error=str(error))
        row.update(scan=ScanState.WAITING, attempts=F("attempts") + 1)
        return
    drawn = False
    if state != ScanState.INFECTED and attachment.content_type in RASTER and path.is_file():
        thumbnail = thumbnail_of(attachment.sha256)
        drawn = thumbnail.is_file() or draw_thumbnail(path, thumbnail)
    row.update(scan=state, has_thumbnail=drawn, prepared_at=Now())
