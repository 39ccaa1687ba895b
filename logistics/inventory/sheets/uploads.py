"""Files between being sent and being imported: kept for their sender alone, and forgotten after a day."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, true
from sqlalchemy.orm import Session

from logistics.bulk import upsert
from logistics.errors import N_, Conflict, NotFound
from logistics.inventory.sheets.models import SheetUpload

KEPT = timedelta(days=1)
UPLOADS_MAX = 20
"""Files of one account that wait at a time: each is up to 8 MiB."""


class TooManyUploads(Conflict):
    template = N_("%(count)s of your sheets wait to be imported; import them or come back tomorrow.")
    code = "too_many_uploads"


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    upload_id: int
    name: str
    content: bytes


def keep_upload(session: Session, *, account_id: int, name: str, content: bytes, now: datetime) -> int:
    """Keep a file for its sender. The same file again is the same upload. Returns its id.

    Raises:
        TooManyUploads: too many of the account's files wait already.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    waiting = session.scalar(
        select(func.count())
        .select_from(SheetUpload)
        .where(SheetUpload.account_id == account_id, SheetUpload.sha256 != sha256)
    )
    if (waiting or 0) >= UPLOADS_MAX:
        raise TooManyUploads(count=waiting)
    row = {"account_id": account_id, "sha256": sha256, "name": name[-200:], "content": content, "uploaded_at": now}
    return next(iter(upsert(session, SheetUpload, [row], key=("account_id", "sha256")).values()))


def upload_of(session: Session, upload_id: int, *, account_id: int | None) -> Upload:
    """A file that the account sent; None stands for an administrator, who sees those of all.

    Raises:
        NotFound: there is none, it is somebody else's, or it was forgotten.
    """
    row = session.execute(
        select(SheetUpload.name, SheetUpload.content).where(
            SheetUpload.id == upload_id, true() if account_id is None else SheetUpload.account_id == account_id
        )
    ).one_or_none()
    if row is None:
        raise NotFound(kind="upload", key=upload_id)
    return Upload(upload_id=upload_id, name=row.name, content=row.content)


def drop_upload(session: Session, upload_id: int) -> None:
    """Forget a file that has served its purpose."""
    session.execute(delete(SheetUpload).where(SheetUpload.id == upload_id))


def purge_uploads(session: Session, *, now: datetime) -> int:
    """Forget files sent more than a day ago. Returns how many."""
    gone = session.execute(delete(SheetUpload).where(SheetUpload.uploaded_at < now - KEPT))
    return int(gone.rowcount)  # type: ignore[attr-defined]
