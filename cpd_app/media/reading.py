"""Reading a file that came from outside, in a process of its own with limits on time and memory."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cpd_app.domain.errors import Rejected
from cpd_app.media.types import MediaType, type_of

ROOT = Path(__file__).parents[2]
#: wall-clock seconds; the process limits its own CPU seconds below this
PATIENCE = {"arrive": 20, "finish": 90, "draw": 20}


@dataclass(frozen=True)
class Reading:
    """What a file turned out to be; without `full` a photo still waits for its work."""

    data: bytes
    media_type: MediaType
    full: bytes | None = None
    preview: bytes | None = None
    pages: int | None = None

    @property
    def is_ready(self) -> bool:
        """Whether it may be shown to others: a PDF that was read, a photo that was made anew."""
        return self.full is not None or not self.media_type.is_photo


def read_arrived(data: bytes) -> Reading:
    """Look at a file while the member waits; call it outside a transaction, it may take seconds.

    JPEG and PNG up to 16 megapixels come back ready. HEIC and larger photos are only opened: their
    work is a job's. A PDF is parsed, so that a broken or locked one is refused at once.
    Raises Rejected `empty_file`, `file_too_large`, `wrong_file_type`, `broken_photo`,
    `too_many_pixels`, `broken_pdf`, `locked_pdf`, `too_many_pages`.
    """
    return _read("arrive", type_of(data), data)


def read_through(data: bytes, media_type: MediaType) -> Reading:
    """Do all the work on a file that arrived: the job's part. Same refusals."""
    return _read("finish", media_type, data)


def page_picture(data: bytes, page: int) -> bytes:
    """A page of a PDF as a JPEG, the first is 1; call it outside a transaction.

    Raises Rejected `broken_pdf` for a page that is not there or cannot be drawn.
    """
    return _read("draw", MediaType.PDF, data, str(page)).full or b""


def _read(act: str, media_type: MediaType, data: bytes, *more: str) -> Reading:
    # A child that is stopped cannot tidy up; its papers go with this folder.
    with tempfile.TemporaryDirectory() as folder:
        return _read_beside(folder, act, media_type, data, *more)


def _read_beside(folder: str, act: str, media_type: MediaType, data: bytes, *more: str) -> Reading:
    broken = "broken_photo" if media_type.is_photo else "broken_pdf"
    try:
        done = subprocess.run(  # noqa: S603 - our own program, no word of it from outside
            [sys.executable, "-m", "cpd_app.media.child", act, media_type, *more],
            input=data,
            capture_output=True,
            timeout=PATIENCE[act],
            cwd=ROOT,
            env={k: v for k, v in os.environ.items() if not k.startswith("CPD_")}
            | {"TMPDIR": folder},
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        raise Rejected(broken, "file") from None
    line, _, rest = done.stdout.partition(b"\n")
    head: dict[str, Any] = json.loads(line)
    if "problem" in head:
        raise Rejected(head["problem"], "file")
    cut = head["full"]
    return Reading(
        data,
        media_type,
        full=rest[:cut] or None,
        preview=rest[cut:] or None,
        pages=head.get("pages"),
    )
