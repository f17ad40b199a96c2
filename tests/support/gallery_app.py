"""The component gallery: screens of sample data, drawn by the real layouts and macros.

Not a route of the service. `python -m tests.support.gallery_app OUT` takes pictures of every page
in both sizes, both themes and both languages.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template, request
from flask_babel import Babel
from jinja2 import ChoiceLoader, FileSystemLoader
from markupsafe import Markup
from playwright.sync_api import ViewportSize, sync_playwright

from tests.support import gallery_data as data
from tests.support.chromium import DESK, PHONE
from tests.support.serving import serving

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(path.stem for path in (Path(__file__).parent / "gallery").glob("*.html"))
STAFF = {"register", "rules"}
CSP = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'"


def create_gallery() -> Flask:
    """A small application around the service's own templates and static files."""
    app = Flask(
        __name__,
        template_folder=str(ROOT / "cpd_app/templates"),
        static_folder=str(ROOT / "cpd_app/static"),
        static_url_path="/static",
    )
    app.secret_key = "gallery"
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(ROOT / "cpd_app/translations")
    app.config["TEMPLATES_AUTO_RELOAD"] = True
    Babel(app, locale_selector=lambda: request.args.get("lang", "zh"))
    own = FileSystemLoader(Path(__file__).parent / "gallery")
    app.jinja_env.loader = ChoiceLoader([own, FileSystemLoader(ROOT / "cpd_app/templates")])
    app.jinja_env.globals["csrf_token"] = lambda: "gallery"

    @app.context_processor
    def words() -> dict[str, Any]:
        lang = request.args.get("lang", "zh")

        def t(zh: str, en: str) -> str:
            return en if lang == "en" else zh

        return {
            "t": t,
            "qr": Markup(data.QR),  # noqa: S704 - our own drawing
            "ui": data.ui(
                t,
                theme=request.args.get("theme", "light"),
                text=request.args.get("text", "normal"),
                locale=lang,
                page=request.path.strip("/"),
            ),
            "errors": data.errors(t) if "errors" in request.args else {},
            **data.samples(t),
        }

    @app.after_request
    def guard(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CSP
        return response

    @app.get("/gallery/<name>.svg")
    def drawing(name: str) -> Response:
        return Response(data.DRAWINGS[name], mimetype="image/svg+xml")

    @app.get("/<page>")
    def show(page: str) -> str | tuple[str, int]:
        if page.isdigit():
            return render_template(f"errors/{page}.html"), int(page)
        if page not in PAGES:
            return "", 404
        return render_template(f"{page}.html")

    app.add_url_rule("/me", "me.index", lambda: show("me"))  # the staff's bar links to it
    return app


@contextmanager
def serving_gallery() -> Iterator[str]:
    """The gallery on a free port; gives its address."""
    with serving(create_gallery()) as port:
        yield f"http://127.0.0.1:{port}"


def shots(page: str) -> Iterator[tuple[str, str, ViewportSize]]:
    """Names, query strings and sizes to take one page in."""
    for size, viewport in (("phone", PHONE), ("desk", DESK)):
        for theme in ("light", "dark"):
            yield f"{page}-{size}-{theme}", f"theme={theme}", viewport
        yield f"{page}-{size}-en", "lang=en", viewport
    if page not in STAFF:
        yield f"{page}-phone-large", "text=large", PHONE
        yield f"{page}-narrow", "lang=en", {"width": 320, "height": 640}


def take(out: Path, pages: list[str]) -> None:
    """Write pictures of the pages into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    with serving_gallery() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        for page in pages:
            for name, query, viewport in shots(page):
                phone = viewport["width"] < 1000
                view = browser.new_page(
                    viewport=viewport,
                    is_mobile=phone,
                    has_touch=phone,
                    reduced_motion="reduce",
                    locale="en-GB" if "en" in query else "zh-CN",
                )
                view.goto(f"{address}/{page}?{query}", wait_until="networkidle")
                view.screenshot(path=out / f"{name}.png")
                if phone:  # the bars stick to the window, so the whole page needs a tall one
                    height = view.evaluate("document.documentElement.scrollHeight")
                    view.set_viewport_size({"width": viewport["width"], "height": height})
                    view.screenshot(path=out / f"{name}-full.png")
                view.close()
        browser.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]), sys.argv[2:] or PAGES)
