"""The program that reads one file: `python -m cpd_app.media.child arrive|finish|draw TYPE [PAGE]`.

The bytes come on stdin; it answers with one line of JSON and the bytes it made. Whatever a hostile
file does to a decoder, it does it here: without our database and secrets, with limits on time and
memory.
"""

import json
import resource
import sys
from typing import Any

from cpd_app.media import papers, pictures
from cpd_app.media.types import QUICK_PIXELS, MediaType

#: address space, so that a file that swells ends this process and not the machine
MOST_MEMORY = 2 * 1024**3
MOST_SECONDS = {"arrive": 15, "finish": 60, "draw": 15}


def work(
    act: str, media_type: MediaType, data: bytes, page: int = 1
) -> tuple[dict[str, Any], bytes, bytes]:
    """Head of the answer, what is kept or shown, and its preview."""
    if act == "draw":
        return {}, papers.page_of(data, page), b""
    if media_type is MediaType.PDF:
        head: dict[str, Any] = {"pages": papers.pages_of(data)}
        scan = papers.scan_of(data) if act == "finish" else None
        return head, b"", scan.preview if scan else b""
    pixels = pictures.pixels_of(data, media_type)
    quick = media_type is not MediaType.HEIC and pixels <= QUICK_PIXELS
    if act == "arrive" and not quick:
        return {}, b"", b""
    photo = pictures.photo_of(data, media_type)
    return {"width": photo.width, "height": photo.height}, photo.full, photo.preview


def main() -> None:
    """Read, work, answer; a file that cannot be used is an answer too."""
    act, name, *page = sys.argv[1:]
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    seconds = MOST_SECONDS[act]
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    full = preview = b""
    try:
        head, full, preview = work(act, MediaType(name), sys.stdin.buffer.read(), *map(int, page))
    except pictures.Unreadable as problem:
        head = {"problem": problem.args[0]}
    head |= {"full": len(full), "preview": len(preview)}
    out = sys.stdout.buffer
    out.write(json.dumps(head).encode() + b"\n" + full + preview)
    out.flush()


if __name__ == "__main__":
    main()
