"""What staff and members do alike with an import: look, confirm, let it go, take it back."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cpd_app import clock
from cpd_app.access import current_actor
from cpd_app.db import transaction
from cpd_app.domain.errors import NotFound
from cpd_app.usecases import imports
from cpd_app.web import import_pages
from cpd_app.web.import_pages import SHOW


def add_acts(
    bp: Blueprint, reach: Callable[[Any], Any], *, template: str, of_society: bool
) -> None:
    """Give a blueprint its `show`, `confirm`, `discard` and `undo`; `reach` says for whom.

    `of_society`: whether it shows imports of a society or the member's own.
    """

    def page_of(import_id: int) -> str:
        return url_for(f"{bp.name}.show", import_id=import_id)

    @bp.get("/<int:import_id>")
    @reach
    def show(import_id: int) -> ResponseReturnValue:
        """A preview, a job at work, or what came of it."""
        which, number = import_pages.asked()
        page = imports.page_of(
            current_actor(),
            import_id,
            states=SHOW.get(which, ()),
            warned=which == "warned",
            page=number,
        )
        if (page.imported.society_id is not None) is not of_society:
            raise NotFound
        address = page_of(import_id)
        view = import_pages.view_of(page, show=which, number=number, address=address)
        return render_template(template, view=view, address=address, href=import_pages.page_href)

    @bp.post("/<int:import_id>/confirm")
    @reach
    def confirm(import_id: int) -> ResponseReturnValue:
        """Save the good rows."""
        with transaction():
            imports.confirm_import(current_actor(), import_id, now=clock.now())
        return redirect(page_of(import_id), 303)

    @bp.post("/<int:import_id>/discard")
    @reach
    def discard(import_id: int) -> ResponseReturnValue:
        """Let the preview go."""
        with transaction():
            imports.discard_import(current_actor(), import_id, now=clock.now())
        flash(_("已放弃，没有导入任何内容。"), "success")
        return redirect(url_for(f"{bp.name}.index"), 303)

    @bp.post("/<int:import_id>/undo")
    @reach
    def undo(import_id: int) -> ResponseReturnValue:
        """Take the whole import back."""
        with transaction():
            imports.order_undo(current_actor(), import_id, now=clock.now())
        return redirect(page_of(import_id), 303)
