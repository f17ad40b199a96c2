"""What every page that takes files needs: room for several, answers to script and to forms."""

from collections.abc import Iterable

from flask import Blueprint, flash, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cpd_app.access import somebody_is_signed_in
from cpd_app.domain.errors import DomainError, Rejected
from cpd_app.texts.evidence import SECRECY_ANSWERS
from cpd_app.usecases.evidence import Attachment, Outcome
from cpd_app.wording import sentence

#: several photos in one form, for browsers without script; with script each is sent by itself
MOST_FORM = 200 * 1024 * 1024
FORMS = {
    "activities.log",
    "appeals.new",
    "backfill.add",
    "evidence.add",
    "filing_process.answer",
    "relief.new",
    "renewal.submit",
}


def make_room(bp: Blueprint) -> None:
    """Let the forms that take several files be larger than other requests, for members only."""

    @bp.before_app_request
    def larger() -> None:
        if request.endpoint in FORMS and request.method == "POST" and somebody_is_signed_in():
            request.max_content_length = MOST_FORM


def wants_json() -> bool:
    """Whether our script sent this one file and waits for its answer."""
    return request.accept_mimetypes.best == "application/json"


def answer(outcomes: list[Outcome]) -> ResponseReturnValue:
    """What became of the one file that a script sent."""
    outcome = outcomes[0] if outcomes else Outcome("", refusal=Rejected("no_file", "file"))
    if outcome.attachment is None:
        return refusal(outcome.refusal or Rejected("no_file", "file"), 422)
    attached = outcome.attachment
    return jsonify(
        id=attached.id,
        state=attached.state,
        name=attached.name,
        repeated=outcome.repeated,
        preview=preview_url(attached),
    ), 201


def refusal(error: DomainError, status: int) -> ResponseReturnValue:
    """A refusal as script understands it."""
    return jsonify(code=error.code, message=why(error), errors={}), status


def tell(outcomes: Iterable[Outcome], kept_words: str = "") -> None:
    """Say on the next page what became of the files of a form."""
    outcomes = list(outcomes)
    if not outcomes:
        flash(sentence("no_file"), "error")
        return
    kept = sum(o.attachment is not None and not o.repeated for o in outcomes)
    repeated = sum(o.repeated for o in outcomes)
    if kept:
        words = kept_words or ngettext("已上传 %(num)s 个文件。", "已上传 %(num)s 个文件。", kept)
        flash(words, "success")
    if repeated:
        flash(
            ngettext(
                "%(num)s 个文件以前传过，没有重复。", "%(num)s 个文件以前传过，没有重复。", repeated
            ),
            "info",
        )
    for outcome in outcomes:
        if outcome.refusal is not None:
            said = _("%(name)s 没有上传：%(why)s", name=outcome.name, why=why(outcome.refusal))
            flash(said, "error")


def why(error: DomainError) -> str:
    """The sentence of a refusal."""
    return sentence(error.code, error.values)


def preview_url(attached: Attachment) -> str | None:
    """Where the small picture of a file is; None while there is none."""
    if not attached.has_preview:
        return None
    return url_for("evidence.preview", file_id=attached.file_id)


def secrecy_options() -> list[tuple[str, str]]:
    """The two answers about secrecy; none is chosen beforehand."""
    return [(code, _(words)) for code, words in SECRECY_ANSWERS.items()]
