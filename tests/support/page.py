"""The checking client: every page it fetches must be a sound page."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask, url_for
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

#: controls that need no label: they show their own text, or nothing
UNLABELLED = {"hidden", "submit", "button", "reset", "image"}


def text_of(tag: Tag) -> str:
    """The text of an element with white space folded."""
    return " ".join(tag.get_text(" ").split())


@dataclass
class Page:
    """A fetched page, parsed; `find` and `all` take CSS selectors."""

    response: TestResponse
    soup: BeautifulSoup

    @property
    def title(self) -> str:
        """What the browser's tab says."""
        return text_of(self.find("title"))

    @property
    def heading(self) -> str:
        """The one h1."""
        return text_of(self.find("h1"))

    @property
    def text(self) -> str:
        """All that can be read in the main part."""
        return text_of(self.soup.select_one("main") or self.soup)

    def find(self, selector: str) -> Tag:
        """The first element, which must be there."""
        found = self.soup.select_one(selector)
        assert found is not None, f"no {selector} in {self.response.request.path}"
        return found

    def all(self, selector: str) -> list[Tag]:
        """Every element."""
        return list(self.soup.select(selector))

    def has(self, selector: str) -> bool:
        """Whether there is one."""
        return self.soup.select_one(selector) is not None

    def links(self) -> set[str]:
        """Paths of our own site that the page links to."""
        hrefs = (str(a["href"]) for a in self.all("a[href]"))
        return {urlsplit(h).path for h in hrefs if h.startswith("/") and not h.startswith("//")}

    def form(self, selector: str = "main form") -> tuple[Tag, dict[str, Any]]:
        """A form and what a browser would send if it were submitted untouched."""
        form = self.find(selector)
        return form, dict(_filled(form))


def _filled(form: Tag) -> Iterable[tuple[str, Any]]:
    values: dict[str, Any] = {}
    for control in form.select("input[name], select[name], textarea[name]"):
        if control.has_attr("disabled"):
            continue
        name, kind = str(control["name"]), str(control.get("type", "text"))
        if control.name == "textarea":
            values[name] = control.get_text()
        elif control.name == "select":
            chosen = control.select_one("option[selected]") or control.select_one("option")
            values[name] = str(chosen.get("value", "")) if chosen else ""
        elif kind in {"checkbox", "radio"}:
            if control.has_attr("checked"):
                values.setdefault(name, []).append(str(control.get("value", "on")))
        elif kind not in {"submit", "button", "file", "image"}:
            value = str(control.get("value", ""))
            known = values.get(name)
            values[name] = value if known is None else [*_listed(known), value]
    return values.items()


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


class Browser:
    """One visitor with their cookies. Endpoint names and paths are both understood."""

    def __init__(self, app: Flask) -> None:
        """Nobody is signed in yet."""
        self.app = app
        self.client: FlaskClient = app.test_client()

    def path(self, where: str, values: Mapping[str, Any]) -> str:
        """The path of an endpoint; a path is left as it is."""
        if where.startswith("/"):
            return where
        with self.app.test_request_context():
            return url_for(where, **values)

    def get(self, where: str, *, status: int = 200, **values: Any) -> Page:
        """Fetch a page and check it."""
        return checked(self.client.get(self.path(where, values)), status)

    def fetch(self, where: str, *, status: int = 200, **values: Any) -> TestResponse:
        """Fetch something that is no page (a file, JSON, a partial)."""
        response = self.client.get(self.path(where, values), buffered=True)
        assert response.status_code == status, _said(response, status)
        return response

    def post(
        self, where: str, data: Mapping[str, Any] | None = None, *, status: int = 303, **values: Any
    ) -> Page:
        """Post a form with a valid token; a page in the answer is checked."""
        body = {"csrf_token": self.csrf(), **(data or {})}
        response = self.client.post(
            self.path(where, values), data=body, content_type="multipart/form-data"
        )
        return checked(response, status)

    def submit(
        self, page: Page, selector: str = "main form", *, status: int = 303, **changes: Any
    ) -> Page:
        """Submit a form of a page as a browser would, with some fields changed."""
        form, data = page.form(selector)
        target = str(form.get("action") or page.response.request.path)
        data.update(changes)
        if str(form.get("method", "get")).lower() == "get":
            return checked(self.client.get(target, query_string=data), status)
        return checked(
            self.client.post(target, data=data, content_type="multipart/form-data"), status
        )

    def follow(self, page: Page) -> Page:
        """The page that an answer sends the browser to."""
        return self.get(page.response.headers["Location"])

    def api(
        self, method: str, path: str, *, status: int, json: Any = None, **options: Any
    ) -> TestResponse:
        """Call the API with this visitor's cookies and the token that our own scripts send."""
        headers = {"X-CSRFToken": self.csrf(), **options.pop("headers", {})}
        response = self.client.open(path, method=method, json=json, headers=headers, **options)
        assert response.status_code == status, _said(response, status)
        return response

    def csrf(self) -> str:
        """A token that belongs to this visitor's session."""
        with self.app.test_request_context():
            from flask import session

            with self.client.session_transaction() as kept:
                session.update(kept)
                token = str(generate_csrf())
                kept["csrf_token"] = session["csrf_token"]
        return token


def _said(response: TestResponse, status: int) -> str:
    return f"{response.status_code} instead of {status}: {response.get_data(as_text=True)[:1500]}"


def checked(response: TestResponse, status: int) -> Page:
    """The parsed page, after everything that holds for every page was checked."""
    assert response.status_code == status, _said(response, status)
    soup = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    page = Page(response, soup)
    if response.mimetype == "text/html" and not 300 <= status < 400:
        faults = list(faults_of(soup))
        assert not faults, f"{response.request.path}: " + "; ".join(faults)
    return page


def faults_of(soup: BeautifulSoup) -> Iterable[str]:
    """What is wrong with a page, whatever it shows."""
    if len(soup.select("h1")) != 1:
        yield f"{len(soup.select('h1'))} h1 instead of one"
    title = soup.select_one("head > title")
    if title is None or not text_of(title):
        yield "no title"
    html = soup.select_one("html")
    if html is None or html.get("lang") not in {"zh-CN", "en"}:
        yield "no language"
    yield from _id_faults(soup)
    yield from _control_faults(soup)
    yield from _inline_faults(soup)
    for form in soup.select("form"):
        if str(form.get("method", "")).lower() == "post" and not form.select_one(
            "input[name=csrf_token][value]"
        ):
            yield f"a form without token ({form.get('action')})"
    for image in soup.select("img:not([alt])"):
        yield f"an image without alt ({image.get('src')})"


def _id_faults(soup: BeautifulSoup) -> Iterable[str]:
    ids = [str(tag["id"]) for tag in soup.select("[id]")]
    for doubled in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"id {doubled} twice"
    known = set(ids)
    for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        for tag in soup.select(f"[{attribute}]"):
            value = tag[attribute]
            for name in value.split() if isinstance(value, str) else value:
                if name not in known:
                    yield f"{attribute} names {name}, which is not there"


def _control_faults(soup: BeautifulSoup) -> Iterable[str]:
    labelled = {str(tag["for"]) for tag in soup.select("label[for]") if text_of(tag)}
    for control in soup.select("input, select, textarea"):
        if str(control.get("type", "")).lower() in UNLABELLED:
            continue
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (named or control.get("id") in labelled or control.find_parent("label")):
            yield f"no label for {control.get('name')}"
    for button in soup.select("button, a[href]"):
        named = button.get("aria-label") or button.get("title") or text_of(button)
        if not (named or button.select_one("img[alt]:not([alt='']), svg[aria-label]")):
            yield f"a button or link without a word ({str(button)[:80]})"


def _inline_faults(soup: BeautifulSoup) -> Iterable[str]:
    for script in soup.select("script:not([src])"):
        if script.get("type") != "application/json":
            yield "an inline script"
    if soup.select("style"):
        yield "an inline style sheet"
    for tag in soup.find_all(True):
        for name in tag.attrs:
            if name == "style" or re.match(r"on[a-z]+$", name):
                yield f"{name}= on a {tag.name}"
