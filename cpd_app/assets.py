"""Static files under an address that carries their release, compressed and immutable."""

import hashlib
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import structlog
from flask import Flask, send_from_directory
from flask.typing import ResponseReturnValue
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

SOURCE = Path(__file__).parent / "static"

log = structlog.get_logger()


@cache
def release() -> str:
    """A hash over all static files: any change makes new addresses for all of them.

    One release for all, not a hash a file: so the relative imports of ES modules keep working.
    """
    digest = hashlib.sha256()
    for path in sorted(p for p in SOURCE.rglob("*") if p.is_file()):
        digest.update(str(path.relative_to(SOURCE)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def publish(var_dir: Path) -> Path:
    """Copy the static files beside the data and compress them, once a release.

    Several processes may begin at the same moment: each works in a folder of its own, and one is
    first. Where the disk is full the files are served as they came, uncompressed.
    """
    target = var_dir / "static" / release()
    if target.exists():
        return target
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        working = Path(mkdtemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent))
    except OSError:
        log.exception("static files could not be published")
        return SOURCE
    try:
        _compress_into(working / "files")
        (working / "files").rename(target)
    except OSError:
        if not target.exists():
            log.exception("static files could not be published")
    finally:
        shutil.rmtree(working, ignore_errors=True)
    return target if target.exists() else SOURCE


def _compress_into(folder: Path) -> None:
    shutil.copytree(SOURCE, folder)
    compressor = Compressor(quiet=True)
    for path in sorted(p for p in folder.rglob("*") if p.is_file()):
        if compressor.should_compress(path.name):
            compressor.compress(str(path))


def init(app: Flask, var_dir: Path) -> None:
    """Serve the published files for a year, and older releases' addresses with today's files."""
    published = var_dir / "static" / release()
    root = published if published.exists() else SOURCE
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(root),
        prefix=f"static/{release()}/",
        immutable_file_test=lambda _path, _url: True,
        max_age=300,
    )

    def older(other: str, filename: str) -> ResponseReturnValue:
        """A page kept on a phone may still ask for a former release's file."""
        response = send_from_directory(SOURCE, filename, max_age=300)
        response.headers["X-Release"] = "current" if other == release() else "older"
        return response

    setattr(older, "_cpd_reach", "public")  # noqa: B010 - access is a layer above
    app.add_url_rule("/static/<string:other>/<path:filename>", "older_static", older)
