"""Rows that served their purpose and hold personal data no longer needed are removed each night."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, or_

from cpd_app.db import session
from cpd_app.models import CaptureLink, Job, JobFile, JobRun, OneTimeCode, SignIn, SignInAttempt
from cpd_app.usecases import complaints

#: how long each is kept after it ended
SIGN_INS = timedelta(days=30)
CODES = timedelta(days=90)
ATTEMPTS = timedelta(days=2)
CAPTURE_LINKS = timedelta(days=1)
JOBS = timedelta(days=90)


def clean_up(*, now: datetime) -> dict[str, int]:
    """Remove ended sign-ins, old codes, attempts, links and jobs, and the words of old letters."""
    ended = or_(SignIn.expires_at < now - SIGN_INS, SignIn.ended_at < now - SIGN_INS)
    over = or_(
        OneTimeCode.expires_at < now - CODES,
        OneTimeCode.used_at < now - CODES,
        OneTimeCode.revoked_at < now - CODES,
    )
    return {
        "sign_ins": _removed(SignIn, ended),
        "codes": _removed(OneTimeCode, over),
        "attempts": _removed(SignInAttempt, SignInAttempt.at < now - ATTEMPTS),
        "capture_links": _removed(CaptureLink, CaptureLink.expires_at < now - CAPTURE_LINKS),
        # their bytes go with what no row knows (files.remove_orphans), some minutes later
        "job_files": _removed(JobFile, JobFile.expires_at < now),
        "jobs": _removed(Job, Job.finished_at < now - JOBS),
        "complaints": complaints.erase_old(now=now),
        "job_runs": _removed(JobRun, JobRun.started_at < now - JOBS),
    }


def _removed(table: type[Any], condition: ColumnElement[bool]) -> int:
    return session.execute(delete(table).where(condition)).rowcount  # type: ignore[attr-defined,no-any-return]
