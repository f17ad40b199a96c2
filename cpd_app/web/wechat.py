"""The file at the root by which WeChat sees whose domain it is, and then trusts its links."""

from flask import Blueprint, Response, current_app
from flask.typing import ResponseReturnValue

from cpd_app.access import public
from cpd_app.domain.errors import NotFound

bp = Blueprint("wechat", __name__)


@bp.get("/<string:name>.txt")
@public
def verification(name: str) -> ResponseReturnValue:
    """The file of the setting, and no other."""
    settings = current_app.config["CPD"]
    if f"{name}.txt" != settings.wechat_verify_file:
        raise NotFound
    return Response(settings.wechat_verify_text, mimetype="text/plain")
