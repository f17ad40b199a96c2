"""The journal's heads in public: who kept one can show later that nothing was cut off before it."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from cpd_app.access import public
from cpd_app.journal_heads import HeadFiles

bp = Blueprint("journal_heads", __name__)


@bp.get("/.well-known/cpd-journal-heads.txt")
@public
def heads() -> ResponseReturnValue:
    """The last head of each day: number of the seal, its digest, when it was made (UTC)."""
    kept = HeadFiles(current_app.config["CPD"].var_dir).of_days()
    lines = [f"{head.sequence} {head.digest} {head.sealed_at.isoformat()}\n" for head in kept]
    return Response("".join(lines), mimetype="text/plain")
